package io.tyto.ingest.proposal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.config.ConfigParser;
import io.tyto.ingest.config.ParsedConfigs;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.EventConfig;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class ConfigProposalTest {
  private static String proposal(String fileName, String content) {
    return proposal(fileName, content.getBytes(StandardCharsets.UTF_8));
  }

  private static String proposal(String fileName, byte[] content) {
    return ConfigProposal.propose(fileName, new ByteArrayInputStream(content));
  }

  private static EventConfig loaded(String proposal) {
    ParsedConfigs parsed = ConfigParser.parse(List.of(new ConfigFile("proposal.yaml", proposal)));
    assertEquals(List.of(), parsed.problems(), proposal);
    return parsed.configs().getFirst();
  }

  private static String types(EventConfig config) {
    return config.columns().stream()
        .map(column -> column.name() + " " + column.type())
        .collect(Collectors.joining(", "));
  }

  @Test
  void jsonBecomesColumnsByPointer() {
    String proposal =
        proposal(
            "/some/folder/game.recharge.ndjson",
            """
            {"event_id": "a1", "ts": 1700000000123, "user": {"id": "u1", "vip": true}, "amount": 9.99, "tags": ["x"], "n": 1, "items": [{"sku": 1}], "day": "2023-11-14"}
            {"event_id": "a2", "ts": 1700000060456, "user": {"id": "u2", "vip": null}, "amount": 10, "tags": [], "n": 2.5, "items": [], "day": null}
            """);
    EventConfig config = loaded(proposal);
    assertEquals("game_recharge", config.collection());
    assertEquals("ts", config.time());
    assertEquals("event_id", config.eventId());
    assertEquals(new EventConfig.Entity("user", "user_id"), config.entity());
    assertEquals(
        "event_id string, ts timestamp, user_id string, vip bool, amount decimal(18,2),"
            + " tags string[], n double, items json, day date",
        types(config));
    assertEquals(Map.of("user_id", "/user/id", "vip", "/user/vip"), config.source().map());
    assertEquals(Map.of("ts", "epoch_ms"), config.source().formats());
    assertTrue(proposal.contains("map \"/items/*/<member>\""), proposal);
  }

  @Test
  void tablesWithAndWithoutHeader() {
    EventConfig headed =
        loaded(
            proposal(
                "flights.csv",
                "date;delay;US Gross;who\n2001-01-01T00:01;33;1.5;NA\n2001-01-01T00:02;-4;2;x\n"));
    assertEquals("date timestamp, delay long, US_Gross double, who string", types(headed));
    assertEquals("date", headed.time());
    assertEquals(';', headed.source().file().delimiter());
    assertEquals(List.of("NA"), headed.source().file().nullTokens());
    assertEquals(Map.of("US_Gross", "/US Gross"), headed.source().map());

    EventConfig bare =
        loaded(proposal("x.tsv", "2011-01-12\tspot\t1\n2011-01-13\tspot\t2\tmore\n"));
    assertEquals("column1 date, column2 string, column3 long, column4 string", types(bare));
    assertEquals(
        List.of("column1", "column2", "column3", "column4"), bare.source().file().columns());
  }

  @Test
  void formsOfTextAreRecognised() {
    EventConfig config =
        loaded(
            proposal(
                "x.csv",
                """
                id,address,flag,released,seen,code,big
                00000000-0000-0000-0000-000000000001,10.0.0.1,true,Jun 12 1998,26.10.2014 02:30:00,007,99999999999999999999
                00000000-0000-0000-0000-000000000002,2001:db8::1,false,Sep 30 2006,27.10.2014 02:30:00,012,1
                """));
    assertEquals(
        "id uuid, address ip, flag bool, released date, seen timestamp, code string,"
            + " big decimal(38,0)",
        types(config));
    assertEquals(
        Map.of("released", "MMM dd yyyy", "seen", "dd.MM.yyyy HH:mm:ss"),
        config.source().formats());
  }

  @Test
  void namesThatTheApiNeedsAreMovedAside() {
    EventConfig config =
        loaded(
            proposal(
                "table.json", "[{\"count\": 1, \"and\": 2, \"a b\": 3, \"a_b\": 4, \"é\": 5}]"));
    assertEquals("table_events", config.collection());
    assertEquals("count_2 long, and_2 long, a_b long, a_b_2 long, column long", types(config));
  }

  @Test
  void aCutGzipFileIsSampleEnough() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Random random = new Random(1);
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      while (bytes.size() <= ConfigProposal.MAX_SAMPLE_BYTES) {
        byte[] noise = new byte[3_000];
        random.nextBytes(noise);
        String line =
            "{\"n\": 1, \"noise\": \"" + java.util.HexFormat.of().formatHex(noise) + "\"}\n";
        gzip.write(line.getBytes(StandardCharsets.UTF_8));
      }
    }
    assertEquals("n long, noise string", types(loaded(proposal("x.json.gz", bytes.toByteArray()))));
  }

  @Test
  void whatHoldsNoRecordIsRefused() {
    assertThrows(TytoException.class, () -> proposal("x.json", ""));
    assertThrows(TytoException.class, () -> proposal("x.json", "{\"a\": \n{\"b\": "));
    assertThrows(TytoException.class, () -> proposal("x.csv", "a,b\n"));
  }

  @Test
  void whateverTheSampleHoldsTheProposalLoads() {
    long seed = Long.getLong("test.seed", 20261121L);
    Random random = new Random(seed);
    for (int round = 0; round < 200 * Integer.getInteger("test.scale", 1); round++) {
      StringBuilder content = new StringBuilder();
      for (int line = 1 + random.nextInt(5); line > 0; line--) {
        content.append(object(random, 3)).append('\n');
      }
      try {
        loaded(proposal(word(random) + ".json", content.toString()));
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + ", round " + round + ":\n" + content, e);
      }
    }
  }

  private static String object(Random random, int depth) {
    StringBuilder object = new StringBuilder("{");
    for (int members = random.nextInt(6); members >= 0; members--) {
      object
          .append('"')
          .append(word(random))
          .append("\": ")
          .append(value(random, depth))
          .append(members > 0 ? ", " : "}");
    }
    return object.toString();
  }

  private static String value(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 9 : 6)) {
      case 0 -> "null";
      case 1 -> "true";
      case 2 -> String.valueOf(random.nextLong() >> random.nextInt(60));
      case 3 -> random.nextInt(4) == 0 ? "1e99999999999" : String.valueOf(random.nextGaussian());
      case 4 -> "\"" + word(random) + "\"";
      case 5 -> "\"2024-0" + (1 + random.nextInt(9)) + "-10T10:00:00Z\"";
      case 6 -> object(random, depth - 1);
      case 7 -> "[]";
      default -> "[" + value(random, depth - 1) + ", " + value(random, depth - 1) + "]";
    };
  }

  private static String word(Random random) {
    String[] words = {
      "id", "ts", "user", "count", "and", "null", "true", "a b", "a_b", "A-B", "é", "~x", "x/y",
      "*", "#c", ": ", "- ", "on", "1", "_", "\\u0000", "\\n", "😀", "user_id", "Time", "", "'",
      "{", "]"
    };
    return words[random.nextInt(words.length)];
  }
}
