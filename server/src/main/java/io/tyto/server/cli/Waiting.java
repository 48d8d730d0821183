package io.tyto.server.cli;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Mixed into a command that waits for a cluster, which goes on without it.
@Command
final class Waiting {
  private static final Duration LOOK_EVERY = Duration.ofMillis(500);

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "300",
      description = "longest wait of each step (default: ${DEFAULT-VALUE})")
  private long seconds;

  /// Looks until nothing is left, and prints what is whenever that changes.
  ///
  /// @param left what is waited for, in words; empty: nothing
  /// @return whether nothing was left in time
  boolean await(PrintWriter out, Supplier<List<String>> left) {
    long deadline = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    List<String> told = List.of();
    while (true) {
      List<String> now = left.get();
      if (now.isEmpty()) {
        return true;
      }
      if (!now.equals(told)) {
        now.forEach(line -> out.println("wait  " + line));
        out.flush();
        told = now;
      }
      if (System.nanoTime() - deadline > 0) {
        out.printf("FAIL  not done within %,d s; what was begun goes on%n", seconds);
        return false;
      }
      sleep();
    }
  }

  private static void sleep() {
    try {
      Thread.sleep(LOOK_EVERY);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(
          ErrorCode.CANCELLED, "interrupted; what was begun goes on in the cluster", e);
    }
  }
}
