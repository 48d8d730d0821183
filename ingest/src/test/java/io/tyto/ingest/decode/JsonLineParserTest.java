package io.tyto.ingest.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.schema.EventConfig.FileFormat;
import io.tyto.model.schema.TableSchema;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Whatever stands in a line: parser and decoder together give what the decoder alone gives.
class JsonLineParserTest {
  private static final TableSchema SCHEMA =
      DecodeFixture.schema(
          """
          collection: test
          time: ts
          timeBounds: { past: P10Y, future: PT2H }
          fields:
            ts: { type: timestamp(ms) }
            sec: { type: timestamp(ms) }
            nano: { type: timestamp(ms) }
            iso: { type: timestamp }
            day: { type: date }
            text: { type: string }
            word: { type: string }
            flag: { type: bool }
            small: { type: int }
            large: { type: long }
            real: { type: double }
            money: { type: "decimal(9,2)" }
            wide: { type: "decimal(30,4)" }
            id: { type: uuid }
            address: { type: ip }
            payload: { type: json }
            tags: { type: "string[]" }
            inner: { type: long }
          source:
            map: { inner: /outer/inner }
            formats: { ts: epoch_ms, sec: epoch_s, nano: epoch_ns }
          """);

  private static final long SEED = Long.getLong("test.seed", 20_261_121L);

  private static final FileFormat NDJSON =
      new FileFormat(FileFormat.Format.NDJSON, null, '"', List.of(), List.of(), true, null);

  private static final LineReading READING = new LineReading(SCHEMA, NDJSON);

  private static final String[][] VALUES = {
    {
      "ts",
      "1767225602882",
      "1767225602882",
      "0",
      "-1",
      "99999999999999",
      "\"1767225602882\"",
      "1.5"
    },
    {"sec", "1767225602", "1767225602.5", "-5", "1e9", "999999999999999999"},
    {"nano", "1767225602000000001", "-1", "17672256020000000", "-1000001"},
    {"iso", "\"2026-11-21T10:00:00.5Z\"", "\"2026-11-21\"", "\"nonsense\"", "5"},
    {"day", "\"2026-02-28\"", "\"2026-02-30\"", "\"1969-12-31\""},
    {
      "text",
      "\"\"",
      "\"a\"",
      "\"seven77\"",
      "\"eight888\"",
      "\"caf\u00e9 \u4e2d\"",
      "\"a\\\"b\"",
      "\"a\\/b\"",
      "\"\\u00e9\"",
      "\"\\ud800\"",
      "17",
      "true",
      "1.50",
      "\"tab\there\""
    },
    {"word", "\"android\"", "\"ios\"", "\"web\"", "\"a value longer than all others, by far\""},
    {"flag", "true", "false", "0", "1", "\"TRUE\"", "tru", "2", "falsey"},
    {
      "small",
      "0",
      "7",
      "-7",
      "2147483647",
      "2147483648",
      "-2147483648",
      "07",
      "7.0",
      "7e3",
      "-",
      "+7",
      "\"7\"",
      "-0",
      "1.5"
    },
    {
      "large",
      "0",
      "123456789",
      "12345678",
      "1234567890123456",
      "123456789012345678",
      "9223372036854775807",
      "9223372036854775808",
      "-9223372036854775808",
      "1e2",
      "00"
    },
    {
      "real",
      "0",
      "-0",
      "-0.0",
      "1.5",
      "0.1",
      "123456789012345",
      "1234567890123456",
      "0.1234567890123456",
      "1e308",
      "1e309",
      "1.",
      ".5",
      "-1.25",
      "5e-324",
      "0.000001",
      "\"2.5\"",
      "00.5"
    },
    {
      "money",
      "0",
      "1",
      "1.5",
      "1.25",
      "1.250",
      "1.255",
      "-0.01",
      "9999999.99",
      "10000000",
      "-9999999.99",
      "1e3",
      "\"3.10\"",
      "0.",
      "01.5"
    },
    {"wide", "1.5", "-12345678901234567890123456.1234", "1.00001"},
    {
      "id",
      "\"93a92670-7280-4c04-a626-a995e83c4c1f\"",
      "\"93A9267072804C04A626A995E83C4C1F\"",
      "\"93a92670-7280-4c04-a626-a995e83c4c1\"",
      "\"93a92670-7280-4c04-a626-a995e83c4c1g\"",
      "\"93a92670+7280-4c04-a626-a995e83c4c1f\"",
      "\"93a92670-7280-4c04-a626-a995e83c4c1ff\"",
      "5"
    },
    {"address", "\"10.0.0.1\"", "\"::1\"", "\"10.0.0.256\"", "\"localhost\""},
    {
      "payload",
      "1",
      "\"x\"",
      "{\"a\":[1,2,{\"b\":null}]}",
      "[ ]",
      "{\"a\":1,\"a\":2}",
      "{\"a\":}",
      "tru"
    },
    {"tags", "[\"a\",null]", "\"one\"", "[]", "[[1]]"},
    {"outer", "{\"inner\":5}", "{}", "7", "{\"inner\":\"x\"}"},
    {"unknown", "1", "\"x\"", "{\"deep\":[1]}", "{\"d\":1,\"d\":1}", "nul", "[1,2"},
    {"another unknown key", "1e5", "\"\\n\"", "true"},
    {"\\u0074ext", "\"escaped key\""},
  };

  @Test
  void givesWhatTheDecoderGives() {
    Random random = new Random(SEED);
    int usual = 0;
    int all = 0;
    for (int round = 0; round < 60; round++) {
      byte[] text = lines(random, round % 3 == 0 ? 0 : 8 * (round % 3));
      List<Object> expected = READING.decoded(text);
      List<Object> found = new ArrayList<>();
      usual += READING.parsed(text, 4_000 + random.nextInt(20_000), found);
      all += expected.size();
      assertEquals(expected.size(), found.size());
      for (int i = 0; i < expected.size(); i++) {
        assertEquals(
            expected.get(i),
            found.get(i),
            "record " + i + " of round " + round + ", -Dtest.seed=" + SEED);
      }
    }
    assertTrue(usual > all / 4, usual + " of " + all + " were taken by the parser");
  }

  @Test
  void takesUsualRecordsItself() {
    for (String line :
        List.of(
            "{\"ts\":1767225602882,\"text\":\"a\",\"flag\":true,\"large\":5}",
            "{ \"ts\": 1767225602882, \"text\" : \"a\" }".replace("\" :", "\":"),
            "{\"text\":\"a\\/b \\u00e9\",\"unknown\":{\"a\":[1]},\"ts\":1767225602882}",
            "{\"iso\":\"2026-11-21T10:00:00Z\",\"money\":1.5,\"payload\":{\"a\":1}}\r")) {
      assertEquals(
          1, READING.parsed(line.getBytes(StandardCharsets.UTF_8), 4_000, new ArrayList<>()), line);
    }
  }

  @Test
  void aKeyThatStandsTwiceIsForTheDecoder() {
    List<Object> found = new ArrayList<>();
    byte[] text = "{\"large\":1,\"large\":2}\n{\"x\":1,\"x\":2}\n".getBytes(StandardCharsets.UTF_8);
    assertEquals(0, READING.parsed(text, 4_000, found));
    assertEquals(READING.decoded(text), found);
  }

  @Test
  void leavesLinesThatAreTooLongToTheFramer() {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    text.writeBytes("{\"large\":1}\n\n  \n".getBytes(StandardCharsets.UTF_8));
    byte[] blanks = new byte[DecodeLimits.MAX_RECORD_BYTES + 1];
    Arrays.fill(blanks, (byte) ' ');
    text.writeBytes(blanks);
    text.writeBytes("\n{\"large\":2}".getBytes(StandardCharsets.UTF_8));
    List<Object> found = new ArrayList<>();
    assertEquals(2, READING.parsed(text.toByteArray(), 1 << 16, found));
    assertEquals(READING.decoded(text.toByteArray()), found);
    assertEquals(3, found.size());
  }

  private static byte[] lines(Random random, int damageOneIn) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int n = 0; n < 300; n++) {
      byte[] line = line(random).getBytes(StandardCharsets.UTF_8);
      if (damageOneIn > 0 && random.nextInt(damageOneIn) == 0 && line.length > 0) {
        line[random.nextInt(line.length)] = (byte) random.nextInt(256);
      }
      out.writeBytes(line);
      out.writeBytes((random.nextInt(20) == 0 ? " \r\n" : "\n").getBytes(StandardCharsets.UTF_8));
    }
    return Arrays.copyOf(out.toByteArray(), out.size() - random.nextInt(3));
  }

  private static String line(Random random) {
    if (random.nextInt(30) == 0) {
      return List.of("", "  ", "[1]", "null", "{}", "{\"ts\"", " {\"large\":1}", "{},{}")
          .get(random.nextInt(8));
    }
    boolean isCalm = random.nextInt(3) > 0;
    List<String[]> fields = new ArrayList<>(List.of(VALUES));
    if (!isCalm) {
      Collections.shuffle(fields, random);
    }
    StringBuilder line = new StringBuilder("{");
    for (String[] field : fields) {
      if (isCalm ? random.nextInt(40) == 0 || isDeep(field[0]) : random.nextInt(3) > 0) {
        continue;
      }
      int most = isCalm ? Math.min(2, field.length - 1) : field.length - 1;
      String value = random.nextInt(20) == 0 ? "null" : field[1 + random.nextInt(most)];
      String blank = random.nextInt(isCalm ? 50 : 5) == 0 ? " " : "";
      line.append(line.length() > 1 ? "," : "").append(blank);
      line.append('"').append(field[0]).append("\":").append(blank).append(value).append(blank);
      if (!isCalm && random.nextInt(60) == 0) {
        line.append(",\"").append(field[0]).append("\":").append(value);
      }
    }
    return line.append('}').toString();
  }

  private static boolean isDeep(String key) {
    return key.equals("tags") || key.equals("outer") || key.startsWith("\\");
  }
}
