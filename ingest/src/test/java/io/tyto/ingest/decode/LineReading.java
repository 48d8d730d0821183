package io.tyto.ingest.decode;

import static io.tyto.ingest.decode.DecodeFixture.CLOCK;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tyto.engine.entity.KeyPlacement;
import io.tyto.engine.load.LoadedRows;
import io.tyto.engine.load.RowsBuilder;
import io.tyto.engine.row.Row;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig.FileFormat;
import io.tyto.model.schema.TableSchema;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads a text once by the decoder alone, and once by parser and decoder together; records and
/// rejections come as texts with their number.
record LineReading(TableSchema schema, FileFormat format) {

  private RecordReader open(byte[] text) {
    return RecordReader.open(new ByteArrayInputStream(text), "test", format);
  }

  List<Object> decoded(byte[] text) {
    List<Object> records = new ArrayList<>();
    try (RecordReader reader = open(text)) {
      RecordDecoder decoder = reader.decoder(schema, DecodeContext.of(CLOCK));
      Row row = new Row(schema.columns().size());
      for (RawRecord raw = reader.next(); raw != null; raw = reader.next()) {
        Rejection rejection = raw.fault();
        if (rejection == null) {
          rejection = decoder.decode(raw.data(), raw.from(), raw.to(), row);
        }
        records.add(rejection == null ? raw.number() + cells(row) : raw.number() + " " + rejection);
      }
    }
    return records;
  }

  /// Returns how many records the parser took.
  int parsed(byte[] text, int blockBytes, List<Object> records) {
    int usual = 0;
    try (RecordReader reader = open(text)) {
      RecordDecoder decoder = reader.decoder(schema, DecodeContext.of(CLOCK));
      RowsBuilder rows = new RowsBuilder(schema, "log");
      LineParser parser = required(reader.lineParser(schema, rows, DecodeContext.of(CLOCK)));
      Row row = new Row(schema.columns().size());
      while (true) {
        LineBlock block = reader.nextLines(blockBytes, 10 + blockBytes % 100);
        if (block == null) {
          RawRecord raw = reader.next();
          if (raw == null) {
            return usual;
          }
          Rejection rejection = raw.fault();
          if (rejection == null) {
            rejection = decoder.decode(raw.data(), raw.from(), raw.to(), row);
          }
          records.add(
              rejection == null ? raw.number() + cells(row) : raw.number() + " " + rejection);
          continue;
        }
        usual += parse(block, parser, decoder, rows, records);
      }
    }
  }

  private int parse(
      LineBlock block,
      LineParser parser,
      RecordDecoder decoder,
      RowsBuilder rows,
      List<Object> records) {
    byte[] data = block.data();
    Row row = new Row(schema.columns().size());
    List<Object> rejections = new ArrayList<>();
    rows.begin(data);
    parser.begin(data, block.to());
    long number = block.number();
    int usual = 0;
    for (int at = block.from(); at < block.to(); ) {
      int next = parser.parse(at);
      if (next >= 0) {
        usual++;
        rows.add(number++);
        at = next;
        continue;
      }
      int stop = Lines.end(data, at, block.to());
      int end = block.endOfRecord(at, stop);
      if (end > at) {
        Rejection rejection = decoder.decode(data, at, end, row);
        if (rejection == null) {
          rows.add(row, number);
        } else {
          rejections.add(number + " " + rejection);
        }
        number++;
      }
      at = stop + 1;
    }
    assertEquals(block.next(), number);
    merge(block, rows, rejections, records);
    return usual;
  }

  private void merge(
      LineBlock block, RowsBuilder rows, List<Object> rejections, List<Object> records) {
    LoadedRows loaded =
        rows.cut(new RowsBuilder.Placement(KeyPlacement.XXH64, -1, -1, new int[] {0}, 12), 0)[0];
    int row = 0;
    int rejection = 0;
    for (long number = block.number(); number < block.next(); number++) {
      if (loaded != null && row < loaded.rowCount() && loaded.logOffset(row) == number) {
        records.add(number + cells(loaded, row++));
      } else {
        records.add(rejections.get(rejection++));
      }
    }
    assertEquals(rejections.size(), rejection);
  }

  private String cells(Row row) {
    StringBuilder cells = new StringBuilder();
    for (int i = 0; i < row.size(); i++) {
      cells.append(' ').append(schema.columns().get(i).name()).append('=');
      cells.append(
          switch (row.kind(i)) {
            case NULL -> null;
            case LONG -> row.longAt(i);
            case DOUBLE -> row.doubleAt(i);
            case BYTES -> hex(row.bytesAt(i), 0, row.bytesAt(i).length);
            case LIST -> {
              List<@Nullable String> elements = new ArrayList<>();
              for (Object element : row.listAt(i)) {
                elements.add(
                    element == null ? null : hex((byte[]) element, 0, ((byte[]) element).length));
              }
              yield elements;
            }
          });
    }
    return cells.toString();
  }

  private String cells(LoadedRows rows, int row) {
    StringBuilder cells = new StringBuilder();
    for (ColumnSpec column : schema.columns()) {
      ColumnReader reader = required(rows.column(column.id()));
      cells.append(' ').append(column.name()).append('=').append(cell(reader.read(row, 1), 0));
    }
    return cells.toString();
  }

  private static @Nullable Object cell(ColumnVector vector, int at) {
    if (vector.isNull(at)) {
      return null;
    }
    return switch (vector) {
      case ColumnVector.Longs longs -> longs.values()[at];
      case ColumnVector.Doubles doubles -> doubles.values()[at];
      case ColumnVector.Ordinals ordinals -> {
        byte[] value = ordinals.dictionary().value(ordinals.values()[at]);
        yield hex(value, 0, value.length);
      }
      case ColumnVector.Bytes bytes ->
          hex(bytes.data(), bytes.offsets()[at], bytes.offsets()[at + 1]);
      case ColumnVector.Lists lists -> {
        List<@Nullable Object> elements = new ArrayList<>();
        for (int i = lists.offsets()[at]; i < lists.offsets()[at + 1]; i++) {
          elements.add(cell(lists.elements(), i));
        }
        yield elements;
      }
      case ColumnVector.AllNull _ -> throw new AssertionError("unreachable");
    };
  }

  private static String hex(byte[] bytes, int from, int to) {
    return HexFormat.of().formatHex(bytes, from, to);
  }

  private static <T> T required(@Nullable T value) {
    return Objects.requireNonNull(value);
  }
}
