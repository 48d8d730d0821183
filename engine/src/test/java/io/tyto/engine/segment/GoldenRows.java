package io.tyto.engine.segment;

import io.tyto.engine.encoding.Encoding;
import io.tyto.engine.rows.RandomTable;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.Values;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The rows of the golden files. What stands here must never change: the files hold it.
///
/// `main` wrote them; it is run again only for a new format version, into a folder of its own.
final class GoldenRows {
  static final int ROWS = 150;
  static final int ENTITIES = 40;

  private static final List<String> TYPES =
      List.of(
          "timestamp",
          "string",
          "string",
          "string",
          "long",
          "long",
          "double",
          "bool",
          "decimal(38,4)",
          "uuid",
          "json",
          "long[]",
          "string[]",
          "double[]");

  private GoldenRows() {}

  /// Options under which the rows were written, each to a file of that name.
  static List<String> choices() {
    List<String> choices = new ArrayList<>(List.of("measured", "index", "dictionary"));
    for (Encoding encoding : Encoding.values()) {
      boolean isForValues =
          switch (encoding) {
            case CONSTANT, PLAIN, PACKED, PATCHED, DELTA, RUN_LENGTH, DISTINCT -> true;
            case SCALED, FIXED, CHUNKED -> true;
            case RAW, STRINGS, BITMAP -> false;
          };
      if (isForValues) {
        choices.add(encoding.name().toLowerCase(Locale.ROOT));
      }
    }
    choices.addAll(List.of("chunked,lz4", "chunked,zstd"));
    return choices;
  }

  static TableSchema schema() {
    List<ColumnSpec> columns = new ArrayList<>();
    for (String type : TYPES) {
      int position = columns.size();
      columns.add(RandomTable.column(16 + position, "c" + position, ColumnType.parse(type)));
    }
    return RandomTable.schema("golden", columns, "c0");
  }

  static List<@Nullable Object[]> rows() {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      rows.add(row(i));
    }
    return rows;
  }

  private static @Nullable Object[] row(int i) {
    String session = new UUID(i * 0x9E3779B97F4A7C15L, i).toString();
    return new Object[] {
      1_767_225_600_000_000L + i * 1_000_000L,
      utf8("country " + i % 7),
      utf8(session),
      i % 5 == 0 ? null : utf8("text ü " + i * 31),
      i % 50 == 49 ? Long.MIN_VALUE : i % 10,
      (long) i / 30,
      i % 40 == 0 ? Math.sqrt(i) : i / 100.0,
      (long) (i & 1),
      Values.wideBytes(BigInteger.TEN.pow(i % 30).negate()),
      Values.toBytes(ColumnType.UUID, UUID.fromString(session)),
      utf8("{\"n\":" + i + "}"),
      i % 9 == 0 ? null : new Object[] {(long) i, null, (long) -i},
      i % 4 == 0 ? new Object[0] : new Object[] {utf8("tag" + i % 3), utf8("x")},
      new Object[] {i / 4.0}
    };
  }

  static List<EntityKey> entities() {
    List<EntityKey> entities = new ArrayList<>();
    for (int id = 1; id <= ENTITIES; id++) {
      entities.add(new EntityKey(id, id == 13 ? null : utf8("player-" + id)));
    }
    return entities;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    for (String choice : choices()) {
      SegmentFiles.write(
          SegmentOptions.parse(choice.equals("measured") ? "" : choice),
          schema(),
          SegmentFiles.tail(schema(), rows(), 7).view(ROWS),
          null,
          folder.resolve(choice + ".seg"));
    }
    try (FileChannel channel =
        FileChannel.open(
            folder.resolve("state.seg"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      StateSegment.write(1, 2, 3, entities().iterator(), channel::write);
    }
  }
}
