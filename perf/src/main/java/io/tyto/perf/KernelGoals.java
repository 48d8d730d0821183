package io.tyto.perf;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Supplier;

/// Prints what one core gets through beside what it should: `KernelGoals [rows]`, without JMH
/// around it, so that all is measured in one process right after the memory read it is held
/// against.
public final class KernelGoals {
  private static final int RUNS = 7;

  /// Of the memory read, where that is less than what is wanted.
  private static final double SHARE = 0.6;

  private static final double GIGA = 1e9;

  private KernelGoals() {}

  public static void main(String[] arguments) throws IOException {
    BandwidthBenchmark work = new BandwidthBenchmark();
    if (arguments.length > 0) {
      work.rows = Long.parseLong(arguments[0]);
    }
    work.fill();
    print(work, System.out);
    work.release();
  }

  static void print(BandwidthBenchmark work, PrintStream out) {
    double bandwidth = work.rows / seconds(work::memoryRead);
    out.println(String.format(Locale.ROOT, "memory read by one core: %.1f GB/s", bandwidth / GIGA));
    double filtered = 1 + BandwidthBenchmark.PACKED_BITS / 8.0;
    line(out, "count by compare", work.rows / seconds(work::countByCompare), 1, 8, bandwidth);
    line(out, "selection bitmap", work.rows / seconds(work::selectionBitmap), 1, 12, bandwidth);
    line(out, "filtered sum", work.rows / seconds(work::filteredSum), filtered, 1.5, bandwidth);
    line(
        out,
        "group-by of 1,000, one sum",
        work.groupedRows() / seconds(work::groupByThousand),
        BandwidthBenchmark.groupedBytesARow(),
        1.2,
        bandwidth);
  }

  private static void line(
      PrintStream out, String name, double rate, double bytes, double giga, double bandwidth) {
    double wanted = Math.min(giga * GIGA, SHARE * bandwidth / bytes);
    out.println(
        String.format(
            Locale.ROOT,
            "goal 3 %-27s %6.2f G rows/s of %.2f bytes (%.1f GB/s), at least %.2f: %s",
            name,
            rate / GIGA,
            bytes,
            rate * bytes / GIGA,
            wanted / GIGA,
            rate >= wanted ? "met" : String.format("missed: %.2f of it", rate / wanted)));
  }

  private static double seconds(Supplier<?> work) {
    double[] seconds = new double[RUNS];
    for (int run = -RUNS; run < RUNS; run++) {
      seconds[Math.max(run, 0)] = Questions.millis(work) / 1e3;
    }
    Arrays.sort(seconds);
    return seconds[RUNS / 2];
  }
}
