package io.tyto.ingest.decode;

import io.tyto.engine.row.Row;
import io.tyto.ingest.config.ConfigParser;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.EventConfig.FileFormat;
import io.tyto.model.schema.TableSchema;
import io.tyto.testkit.fuzz.Fuzz;
import io.tyto.testkit.fuzz.FuzzTarget;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What strangers send as events, files and configs. Damaged Avro and Protobuf has a test of its
/// own.
class InputFuzzTest {
  private static final TableSchema SCHEMA =
      DecodeFixture.schema(
          """
          collection: test
          time: ts
          entity: { name: user, key: user_id }
          fields:
            ts: timestamp(ms)
            user_id: string
            n: int
            big: long
            ratio: double
            price: "decimal(18,2)"
            wide: "decimal(38,4)"
            ok: bool
            day: date
            device: uuid
            host: ip
            tags: "string[]"
            times: "timestamp[]"
            prices: "decimal(38,4)[]"
            doc: json
            half: { derive: "n / 2" }
          source:
            map: { user_id: /user/id, tags: "/tags/*/name" }
          """);

  private static void decode(RecordReader reader) {
    RecordDecoder decoder = reader.decoder(SCHEMA, DecodeContext.of(DecodeFixture.CLOCK));
    Row row = new Row(SCHEMA.columns().size());
    for (RawRecord record = reader.next(); record != null; record = reader.next()) {
      if (record.fault() == null) {
        decoder.decode(record.data(), record.from(), record.to(), row);
      }
    }
  }

  /// The body of a request with events.
  public static final class Events implements FuzzTarget {
    @Override
    public void take(byte[] input) {
      try (RecordReader reader = RecordReader.ofBody(input)) {
        decode(reader);
      }
    }
  }

  /// A file, whose first byte chooses what it is called.
  public static final class Files implements FuzzTarget {
    private static final List<String> NAMES =
        List.of("f.csv", "f.tsv", "f.json", "f", "f.csv.gz", "f.ndjson");

    @Override
    public void take(byte[] input) {
      int first = input.length == 0 ? 0 : input[0] & 0x7;
      ByteArrayInputStream content =
          new ByteArrayInputStream(input, Math.min(1, input.length), input.length);
      try (RecordReader reader =
          RecordReader.open(content, NAMES.get(first % NAMES.size()), FileFormat.DEFAULT)) {
        decode(reader);
      }
    }
  }

  public static final class Configs implements FuzzTarget {
    @Override
    public void take(byte[] input) {
      ConfigParser.parse(
              List.of(new ConfigFile("fuzz.yaml", new String(input, StandardCharsets.UTF_8))))
          .orThrow();
    }
  }

  @Test
  void events() {
    Fuzz.run("events", Events.class, 8_000);
  }

  @Test
  void files() {
    Fuzz.run("files", Files.class, 4_000);
  }

  @Test
  void configs() {
    Fuzz.run("configs", Configs.class, 600);
  }
}
