package io.tyto.ingest.partition;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.QuietLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whole runs of log, store, clock and two rival writers, one by one decided by a seed: what went
/// wrong once goes wrong again under the same seed.
///
/// `-Dsim.seeds=5000` runs so many, `-Dsim.seed=42` that one, or from there on.
final class SimulationTest {
  private static final long FIRST_SEED = Long.getLong("sim.seed", 1);
  private static final int SEEDS =
      Integer.getInteger("sim.seeds", System.getProperty("sim.seed") == null ? 200 : 1);

  /// Within so many seeds a mistake must show.
  private static final int SEEDS_FOR_A_FLAW = 150;

  @BeforeEach
  void breakThingsInSilence() {
    QuietLog.on();
  }

  @Test
  void everyRecordIsOneThingExactlyWhateverGoesWrong() throws Exception {
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      try {
        run(seed, Flaw.NONE);
      } catch (AssertionError e) {
        throw new AssertionError(
            "seed %d: %s%n  again: mvn -Dquick -pl ingest -am test -Dtest=SimulationTest -Dsim.seed=%d -Dsurefire.failIfNoSpecifiedTests=false"
                .formatted(seed, e.getMessage(), seed),
            e);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aMistakeIsFound(Flaw flaw) throws Exception {
    boolean isFound = false;
    for (long seed = 1; seed <= SEEDS_FOR_A_FLAW && !isFound; seed++) {
      try {
        run(seed, flaw);
      } catch (AssertionError _) {
        isFound = true;
      }
    }
    assertTrue(isFound, SEEDS_FOR_A_FLAW + " runs and nobody noticed: " + flaw);
  }

  private static void run(long seed, Flaw flaw) throws Exception {
    Path folder = Files.createTempDirectory(fastFolder(), "tyto-sim");
    try {
      new SimulatedWorld(folder, seed, flaw).run();
    } finally {
      delete(folder);
    }
  }

  /// Nothing here has to outlive the machine, so memory does where there is some.
  private static Path fastFolder() {
    Path memory = Path.of("/dev/shm");
    return Files.isWritable(memory) ? memory : Path.of(System.getProperty("java.io.tmpdir"));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
