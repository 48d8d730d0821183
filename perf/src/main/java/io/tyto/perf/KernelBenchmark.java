package io.tyto.perf;

import io.tyto.engine.kernel.Kernels;
import io.tyto.engine.source.RowSource;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// The kernels over one batch of 4,096 values, by provider.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class KernelBenchmark {
  private static final int COUNT = RowSource.BATCH_ROWS;
  private static final int ORDINALS = 200;

  @Param({"vector", "scalar"})
  public String provider = "scalar";

  private final long[] longs = new long[COUNT];
  private final double[] doubles = new double[COUNT];
  private final int[] ordinals = new int[COUNT];
  private final long[] members = new long[(ORDINALS + 63) / 64];
  private final long[] mask = new long[COUNT / 64];
  private final int[] positions = new int[COUNT];
  private final long[] sums = new long[2];
  private Kernels kernels = Kernels.scalar();

  @Setup
  public void fill() {
    for (int i = 0; i < COUNT; i++) {
      longs[i] = (long) (1_000 * EventRows.unit(i, 1));
      doubles[i] = longs[i];
      ordinals[i] = (int) (ORDINALS * EventRows.unit(i, 2));
    }
    for (int i = 0; i < ORDINALS; i += 3) {
      members[i >> 6] |= 1L << i;
    }
    if (provider.equals("vector")) {
      kernels = Kernels.best();
      Folders.require(kernels != Kernels.scalar(), "the Vector API is off");
    }
    long expected = 0;
    for (int i = 0; i < COUNT; i++) {
      boolean passes = longs[i] >= 100 && longs[i] <= 499;
      expected += passes ? 1 : 0;
    }
    retainLongs();
    Folders.require(Arrays.stream(mask).map(Long::bitCount).sum() == expected, "passing longs");
    retainDoubles();
    Folders.require(Arrays.stream(mask).map(Long::bitCount).sum() == expected, "passing doubles");
  }

  @Benchmark
  public long[] retainLongs() {
    Arrays.fill(mask, -1);
    kernels.retainRange(longs, COUNT, 100L, 499L, false, mask);
    return mask;
  }

  @Benchmark
  public long[] retainDoubles() {
    Arrays.fill(mask, -1);
    kernels.retainRange(doubles, COUNT, 100.0, 499.0, false, mask);
    return mask;
  }

  @Benchmark
  public long[] retainOrdinals() {
    Arrays.fill(mask, -1);
    kernels.retainRange(ordinals, COUNT, 20, 99, false, mask);
    return mask;
  }

  @Benchmark
  public long[] retainMembers() {
    Arrays.fill(mask, -1);
    kernels.retainMembers(ordinals, COUNT, members, false, mask);
    return mask;
  }

  /// Of a mask with every third bit.
  @Benchmark
  public int positions() {
    Arrays.fill(mask, 0x9249_2492_4924_9249L);
    return kernels.positions(mask, COUNT, positions);
  }

  @Benchmark
  public long[] sum() {
    kernels.sum(longs, COUNT, sums);
    return sums;
  }

  @Benchmark
  public long max() {
    return kernels.max(longs, COUNT);
  }

  /// The baseline: every value is read once.
  @Benchmark
  public long readLongs() {
    long sum = 0;
    for (long value : longs) {
      sum += value;
    }
    return sum;
  }
}
