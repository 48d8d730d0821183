package io.tyto.perf.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// What runs on this machine besides us, and what the machine is. Where there is no /proc, nobody
/// else seems to run.
final class Machine {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final long NANOS_A_TICK = 10_000_000;
  private static final double QUIET = 0.15;

  /// Milliseconds that may still be spent waiting for others.
  private long patience;

  Machine(int patienceSeconds) {
    this.patience = patienceSeconds * 1_000L;
  }

  /// Waits until others use little of a core, as long as there is patience left.
  void awaitQuiet() {
    long pause = 150;
    do {
      Load before = Load.now();
      sleep(Math.min(pause, Math.max(patience, 1)));
      patience -= pause;
      pause = 500;
      if (before.foreignCores() < QUIET) {
        return;
      }
    } while (patience > 0);
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /// CPU time spent up to an instant.
  record Load(long nanos, long everybody, long own) {
    static Load now() {
      return new Load(System.nanoTime(), busyNanos(), SYSTEM.getProcessCpuTime());
    }

    /// Cores that others kept busy since.
    double foreignCores() {
      Load now = now();
      double foreign = (now.everybody - everybody) - (now.own - own);
      return Math.max(0, foreign / Math.max(3 * NANOS_A_TICK, now.nanos - nanos));
    }
  }

  private static long busyNanos() {
    Path stat = Path.of("/proc/stat");
    if (!Files.exists(stat)) {
      return SYSTEM.getProcessCpuTime();
    }
    String[] fields = lines(stat).getFirst().split(" +");
    long ticks = 0;
    for (int field : new int[] {1, 2, 3, 6, 7, 8}) {
      ticks += Long.parseLong(fields[field]);
    }
    return ticks * NANOS_A_TICK;
  }

  /// What all that runs here asks of the cores.
  static String load() {
    return String.format(Locale.ROOT, "load average %.1f", SYSTEM.getSystemLoadAverage());
  }

  static String describe() {
    Path file = Path.of("/proc/cpuinfo");
    String processor =
        Files.exists(file)
            ? lines(file).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown processor")
            : System.getProperty("os.arch");
    return String.format(
        Locale.ROOT,
        "%d cores (%s), %d GiB, Java %s",
        Runtime.getRuntime().availableProcessors(),
        processor,
        Math.round(SYSTEM.getTotalMemorySize() / (double) (1 << 30)),
        Runtime.version());
  }

  /// CPU time of all threads of this process that live, to the nanosecond where /proc tells it.
  static long ownCpuNanos() {
    Path tasks = Path.of("/proc/self/task");
    if (!Files.exists(tasks)) {
      return SYSTEM.getProcessCpuTime();
    }
    long nanos = 0;
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
      for (Path thread : threads) {
        nanos += runNanos(thread.resolve("schedstat"));
      }
    } catch (IOException e) {
      throw new IllegalStateException("cannot list " + tasks, e);
    }
    return nanos;
  }

  private static long runNanos(Path schedstat) {
    try {
      return Long.parseLong(Files.readString(schedstat).split(" ")[0]);
    } catch (IOException e) {
      // The thread has ended since its folder was listed.
      return 0;
    }
  }

  /// Of the checkout that the launcher was started from, or unknown.
  static String commit() {
    String home = System.getProperty("tyto.home", ".");
    try {
      Process git =
          new ProcessBuilder("git", "-C", home, "rev-parse", "--short", "HEAD")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (BufferedReader reader = git.inputReader()) {
        String line = reader.readLine();
        return line == null ? "unknown" : line;
      }
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + file, e);
    }
  }
}
