package io.tyto.engine.segment;

import io.tyto.engine.encoding.PayloadBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// What a segment says about its rows as a whole. Payload of the INFO block, little-endian:
///
/// ```
/// 0   u32 schema version        24  i64 least event time, epoch microseconds
/// 4   u32 columns               32  i64 greatest event time, epoch microseconds
/// 8   i64 rows                  40  u16 length of the sort key
/// 16  u32 rows of a full block  42  sort key, UTF-8
/// ```
///
/// @param sortKey id of the column that the rows ascend by, nulls last, ties in the order of
///   arrival; empty: the order of arrival
record SegmentInfo(
    int schemaVersion,
    int columns,
    long rows,
    int blockRows,
    long minTimeMicros,
    long maxTimeMicros,
    String sortKey) {
  private static final Pattern SORT_COLUMN = Pattern.compile("[1-9][0-9]{0,8}");

  /// The sort key of rows that ascend by a column.
  static String sortKey(int columnId) {
    return Integer.toString(columnId);
  }

  /// The column that the rows ascend by, 0 where there is none: a sort key that this version does
  /// not know promises nothing.
  int sortColumn() {
    return SORT_COLUMN.matcher(sortKey).matches() ? Integer.parseInt(sortKey) : 0;
  }

  PayloadBuilder write() {
    byte[] key = sortKey.getBytes(StandardCharsets.UTF_8);
    return new PayloadBuilder()
        .putInt(schemaVersion)
        .putInt(columns)
        .putLong(rows)
        .putInt(blockRows)
        .putInt(0)
        .putLong(minTimeMicros)
        .putLong(maxTimeMicros)
        .putShort(key.length)
        .putBytes(key, 0, key.length);
  }

  /// IndexOutOfBoundsException where bytes are missing.
  static SegmentInfo read(ByteBuffer source) {
    byte[] key = new byte[source.getShort(40) & 0xffff];
    source.get(42, key);
    return new SegmentInfo(
        source.getInt(0),
        source.getInt(4),
        source.getLong(8),
        source.getInt(16),
        source.getLong(24),
        source.getLong(32),
        new String(key, StandardCharsets.UTF_8));
  }
}
