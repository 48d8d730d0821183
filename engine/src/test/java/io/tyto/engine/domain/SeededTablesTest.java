package io.tyto.engine.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Nobody outside knows where a value lands in a table.
final class SeededTablesTest {
  private static final int SLOTS = 1 << 16;
  private static final int WANTED = 64;
  private static final Pattern SEEDED =
      Pattern.compile("new (?:BytesCodes|LongCodes|PairCounts)\\(([^()]*)\\)");

  /// Of a seed that is known, values for one slot are found in a moment; by another they spread.
  @Test
  void valuesChosenForOneSeedSpreadByAnother() {
    long known = 42;
    List<Long> chosen = new ArrayList<>();
    for (long value = 0; chosen.size() < WANTED; value++) {
      if ((Hashing.mix(value, known) & SLOTS - 1) == 7) {
        chosen.add(value);
      }
    }
    assertTrue(slots(chosen, Hashing.PROCESS_SEED).size() > WANTED / 2);
    assertEquals(Set.of(7L), slots(chosen, known));
  }

  private static Set<Long> slots(List<Long> values, long seed) {
    Set<Long> slots = new HashSet<>();
    values.forEach(value -> slots.add(Hashing.mix(value, seed) & SLOTS - 1));
    return slots;
  }

  /// Every table is made with a seed that is handed in or that of the process.
  @Test
  void noTableHasASeedThatIsWrittenDown() throws IOException {
    int tables = 0;
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        String source = Files.readString(file);
        Matcher made = SEEDED.matcher(source);
        while (made.find()) {
          tables++;
          String seed = made.group(1);
          boolean isSecret =
              seed.startsWith("seed")
                  || seed.equals("Hashing.PROCESS_SEED")
                  || seed.equals("SEED") && source.contains("SEED = Hashing.PROCESS_SEED;");
          assertTrue(isSecret, () -> file + ": " + seed);
        }
      }
    }
    assertTrue(tables > 8, tables + " tables were found");
  }
}
