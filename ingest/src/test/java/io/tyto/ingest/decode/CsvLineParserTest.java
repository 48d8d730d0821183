package io.tyto.ingest.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.schema.EventConfig.FileFormat;
import io.tyto.model.schema.TableSchema;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Whatever stands in a line: parser and decoder together give what the decoder alone gives.
class CsvLineParserTest {
  private static final long SEED = Long.getLong("test.seed", 20_261_121L);

  private static final TableSchema SCHEMA =
      DecodeFixture.schema(
          """
          collection: test
          time: ts
          timeBounds: { past: P10Y, future: PT2H }
          fields:
            ts: { type: timestamp(ms) }
            iso: { type: timestamp }
            text: { type: string }
            word: { type: string }
            flag: { type: bool }
            small: { type: int }
            real: { type: double }
            money: { type: "decimal(9,2)" }
            id: { type: uuid }
            address: { type: ip }
            payload: { type: json }
            tags: { type: "string[]" }
            absent: { type: long }
          source:
            formats: { ts: epoch_ms }
          """);

  private static final List<String> HEADER =
      List.of(
          "ts", "text", "other", "flag", "small", "real", "iso", "money", "id", "address",
          "payload", "tags", "word");

  private static final String[][] VALUES = {
    {"1767225602882", "1767225602999", " 1767225602882", "99999999999999", "x", "NA"},
    {
      "a",
      "plain text",
      "caf\u00e9",
      "\"quoted, with comma\"",
      "\"two \"\"quotes\"\"\"",
      "\"two\nlines\"",
      "in\"side",
      "\"\"",
      " blank ",
      "\"closed\" early",
      "NA",
      "a\rb"
    },
    {"x", "ignored", "\u4e2d", "\"q\""},
    {"true", "false", "TRUE", "1", "0", "maybe", " true"},
    {"7", "-7", "007", "+7", "7.0", "2147483648", " 7 ", "\"7\"", "7x", "-", "1e2", "0"},
    {"1.5", "-0.25", "1e308", "0.1234567890123456", "1.", ".5", "NaN", "-0", "00.5"},
    {"2026-11-21T10:00:00Z", "2026-11-21", "never"},
    {"1.25", "10", "1.255", "-0.01", "9999999.99", "10000000"},
    {"93a92670-7280-4c04-a626-a995e83c4c1f", "93A9267072804C04A626A995E83C4C1F", "93a92670"},
    {"10.0.0.1", "::1", "host"},
    {"1", "\"{\"\"a\"\":1}\"", "{", "[1]"},
    {"a", "\"[\"\"a\"\",null]\"", "b c"},
    {"ios", "android", "\"web\""},
  };

  @Test
  void givesWhatTheDecoderGives() {
    Random random = new Random(SEED);
    int usual = 0;
    int all = 0;
    for (int round = 0; round < 90; round++) {
      LineReading reading = new LineReading(SCHEMA, format(random.nextInt(3)));
      byte[] text = lines(random, round % 3 == 0 ? 0 : 8 * (round % 3));
      List<Object> expected = reading.decoded(text);
      List<Object> found = new ArrayList<>();
      usual += reading.parsed(text, 2_000 + random.nextInt(20_000), found);
      all += expected.size();
      assertEquals(expected.size(), found.size(), "round " + round + ", -Dtest.seed=" + SEED);
      for (int i = 0; i < expected.size(); i++) {
        assertEquals(
            expected.get(i),
            found.get(i),
            "record " + i + " of round " + round + ", -Dtest.seed=" + SEED);
      }
    }
    assertTrue(usual > all / 6, usual + " of " + all + " were taken by the parser");
  }

  @Test
  void takesUsualRecordsItself() {
    LineReading reading = new LineReading(SCHEMA, format(0));
    String header = String.join(",", HEADER) + "\n";
    for (String line :
        List.of(
            "1767225602882,a,b,true,7,1.5,2026-11-21,1.25,93a92670-7280-4c04-a626-a995e83c4c1f,::1,,,c",
            "1767225602882\r",
            ",,,,,,,,,,,,",
            "1767225602882,\"a, b\",c,,\"7\"",
            ",")) {
      byte[] text = (header + line).getBytes(StandardCharsets.UTF_8);
      List<Object> found = new ArrayList<>();
      assertEquals(1, reading.parsed(text, 4_000, found), line);
      assertEquals(reading.decoded(text), found);
    }
  }

  private static FileFormat format(int kind) {
    return switch (kind) {
      case 0 -> new FileFormat(FileFormat.Format.CSV, ',', '"', List.of(), List.of(), true, null);
      case 1 ->
          new FileFormat(
              FileFormat.Format.CSV, ',', '"', List.of(), List.of("NA", "0"), false, null);
      default -> new FileFormat(FileFormat.Format.CSV, ',', '"', HEADER, List.of(), false, " ");
    };
  }

  private static byte[] lines(Random random, int damageOneIn) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes((String.join(",", HEADER) + "\n").getBytes(StandardCharsets.UTF_8));
    for (int n = 0; n < 300; n++) {
      byte[] line = line(random).getBytes(StandardCharsets.UTF_8);
      if (damageOneIn > 0 && random.nextInt(damageOneIn) == 0 && line.length > 0) {
        line[random.nextInt(line.length)] = (byte) random.nextInt(256);
      }
      out.writeBytes(line);
      out.writeBytes((random.nextInt(20) == 0 ? "\r\n" : "\n").getBytes(StandardCharsets.UTF_8));
    }
    return Arrays.copyOf(out.toByteArray(), out.size() - random.nextInt(3));
  }

  private static String line(Random random) {
    if (random.nextInt(30) == 0) {
      return List.of("", "  ", ",", "a,,,,,,,,,,,,,,,,", "\"", "1767225602882")
          .get(random.nextInt(6));
    }
    boolean isCalm = random.nextInt(3) > 0;
    List<String> cells = new ArrayList<>();
    for (String[] values : VALUES) {
      boolean isDeep = cells.size() == 10 || cells.size() == 11;
      int most = isCalm ? Math.min(2, values.length) : values.length;
      boolean isEmpty = random.nextInt(10) == 0 || isCalm && isDeep;
      cells.add(isEmpty ? "" : values[random.nextInt(most)]);
    }
    int count = random.nextInt(15) == 0 ? random.nextInt(cells.size()) : cells.size();
    return String.join(",", cells.subList(0, count));
  }
}
