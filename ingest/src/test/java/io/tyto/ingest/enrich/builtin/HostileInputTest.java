package io.tyto.ingest.enrich.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// No input makes a built-in enricher fail, hang, or answer differently the second time.
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileInputTest {
  private static final long SEED = Long.getLong("test.seed", 20_261_121L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);
  private static final int ROUNDS = 200;
  private static final int LARGE = 1 << 20;

  /// What parsers trip over, and what they look for.
  private static final String[] PIECES = {
    "http://",
    "https:",
    "//",
    "/",
    "?",
    "#",
    "&",
    "=",
    "%",
    "%2",
    "%00",
    "%C3%28",
    "@",
    ":",
    "[",
    "]",
    "::",
    "::1",
    "fe80::1%eth0",
    "%25",
    "65536",
    "99999999999999999999",
    ".",
    "..",
    "\\",
    "+",
    "q=",
    "utm_source=",
    "www.google.",
    "co.uk",
    "xn--",
    "xn--80ak6aa92e",
    "\u0000",
    "\n",
    "\t",
    " ",
    "\uD800",
    "\uDC00",
    "\uFFFD",
    "\u202E",
    "\uD83E\uDD89",
    "1.2.3.4",
    "256.1.1.1",
    "0x7f.1",
    "Mozilla/5.0 (",
    "(KHTML, like Gecko)",
    ";",
    "Version/",
    "Safari/",
    "Android ",
    "iPhone OS ",
    "bot",
    "(((((",
    "a".repeat(70),
    "-".repeat(300),
    "1_2_3_"
  };

  @TempDir Path folder;

  private List<Enriched> enrichers() throws IOException {
    Path file = folder.resolve("test.mmdb");
    Files.write(file, GeoIpTest.database().toBytes("Test", 1));
    return List.of(
        new Enriched("url", Map.of("field", "x", "query", List.of("q", "a b")), "x: string"),
        new Enriched("referrer", Map.of("field", "x"), "x: string"),
        new Enriched("user-agent", Map.of("field", "x", "cache", "10"), "x: string"),
        new Enriched("geoip", Map.of("field", "x", "database", file.toString()), "x: string"));
  }

  private static byte[] random(Random random) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = random.nextInt(12); i >= 0; i--) {
      if (random.nextInt(8) == 0) {
        byte[] noise = new byte[random.nextInt(20)];
        random.nextBytes(noise);
        out.writeBytes(noise);
      } else {
        String piece = PIECES[random.nextInt(PIECES.length)];
        out.writeBytes(piece.getBytes(StandardCharsets.UTF_8));
      }
    }
    return out.toByteArray();
  }

  @Test
  void nothingFailsOnPiecesOfEverything() throws IOException {
    for (Enriched enricher : enrichers()) {
      Random random = new Random(SEED);
      String name = enricher.step().enricher();
      for (int i = 0; i < ROUNDS * SCALE; i++) {
        byte[] input = random(random);
        Map<String, Object> first = enricher.ofBytes(input);
        assertEquals(first, enricher.ofBytes(input), () -> name + ", seed " + SEED);
      }
      assertEquals(0, enricher.step().failures(), name + ", seed " + SEED + ": " + enricher.step());
      assertEquals(2L * ROUNDS * SCALE, enricher.step().calls());
    }
  }

  @Test
  void nothingFailsOnAMebibyteOfAnything() throws IOException {
    for (Enriched enricher : enrichers()) {
      for (String piece : PIECES) {
        byte[] part = piece.getBytes(StandardCharsets.UTF_8);
        byte[] input = new byte[LARGE];
        for (int i = 0; i < LARGE; i++) {
          input[i] = part[i % part.length];
        }
        byte[] url = "https://owl.example/?q=".getBytes(StandardCharsets.UTF_8);
        System.arraycopy(url, 0, input, 0, url.length);
        enricher.ofBytes(input);
      }
      String name = enricher.step().enricher();
      assertEquals(0, enricher.step().failures(), name + ": " + enricher.step());
      assertEquals(PIECES.length, enricher.step().calls());
    }
  }
}
