package io.tyto.server.fleet;

import io.tyto.broker.BucketProcess;
import io.tyto.server.settings.Setting;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A fleet of real processes under a seeded nemesis, for as long as one likes; CONTRIBUTING.md says
/// how to run it. What the processes say is kept in `server/target/nemesis`.
@Tag("nemesis")
final class NemesisTest {
  private static final long SEED = Long.getLong("test.seed", 7_2026L);
  private static final int MINUTES = Integer.getInteger("test.minutes", 3);
  private static final String STORE = System.getProperty("test.store", "s3");
  private static final Set<String> DEEDS = deeds(System.getProperty("test.deeds", ""));
  private static final String DISK_SIZE = "512m";

  @Test
  void everyAnswerIsExactOrANamedError() throws Exception {
    Path folder = fresh();
    try (PrintWriter log =
        new PrintWriter(Files.newBufferedWriter(folder.resolve("nemesis.log")), true)) {
      run(
          folder,
          text -> {
            log.println(text);
            System.getLogger("tyto.test").log(System.Logger.Level.INFO, text);
          });
    }
  }

  private static Set<String> deeds(String names) {
    return names.isEmpty() ? Set.of() : Set.of(names.split(","));
  }

  private static Path fresh() throws IOException {
    Path folder = Path.of("target", "nemesis", "seed-" + SEED).toAbsolutePath();
    for (int i = 2; Files.exists(folder); i++) {
      folder = folder.resolveSibling("seed-" + SEED + "-run-" + i);
    }
    return Files.createDirectories(folder);
  }

  private static void run(Path folder, Consumer<String> out) throws Exception {
    out.accept("seed %d, %d minutes, logs in %s".formatted(SEED, MINUTES, folder));
    Path disk = Files.createDirectories(folder.resolve("data"));
    boolean isSmall = shell("mount", "-t", "tmpfs", "-o", "size=" + DISK_SIZE, "tyto", "" + disk);
    Map<Setting, String> more = new EnumMap<>(Setting.class);
    if (isSmall) {
      more.put(Setting.DISK_PAUSE_BELOW, "64MB");
      more.put(Setting.DISK_READ_ONLY_BELOW, "32MB");
    }
    try {
      if (STORE.equals("s3")) {
        // So small that copies of segments are dropped and fetched again.
        more.put(Setting.CACHE_SEGMENTS, "1MB");
        try (BucketProcess bucket =
            BucketProcess.start(BucketProcess.builtJars(Path.of("")), folder.resolve("s3"))) {
          run(
              folder,
              new FleetStore.Bucket(bucket, disk, "ledger"),
              more,
              isSmall ? disk : null,
              out);
        }
      } else {
        Path data = Files.createDirectories(disk.resolve("data"));
        run(folder, new FleetStore.Folder(data), more, isSmall ? disk : null, out);
      }
    } finally {
      if (isSmall) {
        shell("umount", "-l", "" + disk);
      }
    }
  }

  private static void run(
      Path folder,
      FleetStore store,
      Map<Setting, String> more,
      @Nullable Path small,
      Consumer<String> out)
      throws Exception {
    try (LedgerFleet fleet = LedgerFleet.start(folder, store, List.of("a", "b", "c"), more, SEED)) {
      new Nemesis(fleet, store, SEED, small, out).rage(Duration.ofMinutes(MINUTES), DEEDS);
      fleet.finish();
      out.accept("at the end: " + fleet.standing());
      fleet.assertNothingWrong();
    }
    out.accept("every byte of the store is as it should be");
  }

  /// Whether a command of the system did what it should; where it is not there or not allowed it
  /// does not.
  private static boolean shell(String... command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException _) {
      return false;
    }
  }
}
