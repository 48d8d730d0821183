package io.tyto.server.cli;

import java.io.PrintWriter;
import java.util.Locale;

/// Shows how far a long piece of work is: one line that is rewritten on a terminal, a line every
/// few seconds elsewhere. One thread.
public final class Progress {
  private static final long TERMINAL_NANOS = 100_000_000L;
  private static final long LOG_NANOS = 5_000_000_000L;
  private static final int BAR = 30;
  private static final int MIN_FRACTION_FOR_ETA = 2;

  private final PrintWriter out;
  private final boolean terminal;
  private final String what;
  private final long total;
  private final long startNanos = System.nanoTime();
  private long shownNanos;

  /// @param total of `done`, in any unit; 0 where unknown
  public Progress(PrintWriter out, String what, long total) {
    this.out = out;
    this.what = what;
    this.total = total;
    this.terminal = System.console() != null && System.console().isTerminal();
  }

  /// @param done of `total`
  /// @param rows so far, for the rate
  public void show(long done, long rows) {
    long now = System.nanoTime();
    if (now - shownNanos < (terminal ? TERMINAL_NANOS : LOG_NANOS)
        || (!terminal && now - startNanos < LOG_NANOS)) {
      return;
    }
    shownNanos = now;
    print(done, rows);
  }

  public void finish(long rows) {
    if (terminal) {
      print(total, rows);
      out.println();
    }
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    out.printf(
        Locale.ROOT,
        "%s: %,d rows in %.1f s, %,.0f rows/s%n",
        what,
        rows,
        seconds,
        rows / Math.max(seconds, 1e-9));
    out.flush();
  }

  private void print(long done, long rows) {
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    double fraction = total == 0 ? 0 : Math.min(1, (double) done / total);
    String eta =
        fraction * 100 < MIN_FRACTION_FOR_ETA
            ? ""
            : ", " + Sizes.seconds(seconds / fraction - seconds) + " left";
    String line =
        String.format(
            Locale.ROOT, "%s: %,d rows, %,.0f rows/s", what, rows, rows / Math.max(seconds, 1e-9));
    if (terminal) {
      int filled = (int) (BAR * fraction);
      out.printf(
          Locale.ROOT,
          "\r[%s%s] %3.0f%% %s%s\033[K",
          "#".repeat(filled),
          ".".repeat(BAR - filled),
          fraction * 100,
          line,
          eta);
    } else {
      out.printf(Locale.ROOT, "%s, %.0f%%%s%n", line, fraction * 100, eta);
    }
    out.flush();
  }
}
