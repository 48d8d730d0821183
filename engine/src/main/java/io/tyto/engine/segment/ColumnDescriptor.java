package io.tyto.engine.segment;

import io.tyto.engine.encoding.PayloadBuilder;
import io.tyto.engine.source.Zone;
import io.tyto.model.schema.ColumnType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A column of one segment: type, dictionary, zone maps. Payload of the COLUMN block,
/// little-endian:
///
/// ```
/// 0   u32 flags: 1 dictionary-coded
/// 4   u32 dictionary size
/// 8   u32 blocks
/// 12  u16 length of the type's text
/// 14  type, UTF-8, zeros up to a multiple of 8; then for each block:
///     0 u32 rows, 4 u32 null rows, 8 u32 values (elements, for a list), 12 u32 flags: 1 has bounds,
///     16 i64 least, 24 i64 greatest (bits of a double; ordinals, where dictionary-coded)
/// ```
record ColumnDescriptor(
    ColumnType type, boolean isDictionary, int dictionarySize, List<BlockZone> blocks) {

  private static final int DICTIONARY_FLAG = 1;
  private static final int BOUNDS_FLAG = 1;
  private static final int ZONE_BYTES = 32;
  private static final int TYPE_AT = 14;

  /// @param values stored values: rows, or elements of a list column
  record BlockZone(Zone zone, int values) {}

  PayloadBuilder write() {
    byte[] text = type.toString().getBytes(StandardCharsets.UTF_8);
    PayloadBuilder target =
        new PayloadBuilder()
            .putInt(isDictionary ? DICTIONARY_FLAG : 0)
            .putInt(dictionarySize)
            .putInt(blocks.size())
            .putShort(text.length)
            .putBytes(text, 0, text.length)
            .align(Long.BYTES);
    boolean isDouble = isDouble(type);
    for (BlockZone block : blocks) {
      Zone zone = block.zone();
      target.putInt(zone.rows()).putInt(zone.nulls()).putInt(block.values());
      target.putInt(zone.hasBounds() ? BOUNDS_FLAG : 0);
      target.putLong(isDouble ? Double.doubleToRawLongBits(zone.minDouble()) : zone.minLong());
      target.putLong(isDouble ? Double.doubleToRawLongBits(zone.maxDouble()) : zone.maxLong());
    }
    return target;
  }

  /// IndexOutOfBoundsException or IllegalArgumentException where the bytes make no sense.
  static ColumnDescriptor read(ByteBuffer source) {
    int count = source.getInt(8);
    byte[] text = new byte[source.getShort(12) & 0xffff];
    source.get(TYPE_AT, text);
    ColumnType type = ColumnType.parse(new String(text, StandardCharsets.UTF_8));
    boolean isDouble = isDouble(type);
    int zonesAt = TYPE_AT + text.length + Long.BYTES - 1 & -Long.BYTES;
    List<BlockZone> blocks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      blocks.add(zone(source, zonesAt + i * ZONE_BYTES, isDouble));
    }
    boolean isDictionary = (source.getInt(0) & DICTIONARY_FLAG) != 0;
    return new ColumnDescriptor(type, isDictionary, source.getInt(4), List.copyOf(blocks));
  }

  private static BlockZone zone(ByteBuffer source, int at, boolean isDouble) {
    long least = source.getLong(at + 16);
    long greatest = source.getLong(at + 24);
    Zone zone =
        new Zone(
            source.getInt(at),
            source.getInt(at + 4),
            (source.getInt(at + 12) & BOUNDS_FLAG) != 0,
            isDouble ? 0 : least,
            isDouble ? 0 : greatest,
            isDouble ? Double.longBitsToDouble(least) : 0,
            isDouble ? Double.longBitsToDouble(greatest) : 0);
    return new BlockZone(zone, source.getInt(at + 8));
  }

  private static boolean isDouble(ColumnType type) {
    return switch (type.physical()) {
      case DOUBLE -> true;
      case LONG, BYTES -> false;
    };
  }
}
