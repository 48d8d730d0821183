package io.tyto.perf;

import io.tyto.engine.aggregate.StateSpec;
import io.tyto.engine.group.GroupScan;
import io.tyto.engine.group.Groups;
import io.tyto.engine.group.ScanKey;
import io.tyto.engine.kernel.PackedKernels;
import io.tyto.engine.kernel.PackedValues;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.segment.Segment;
import io.tyto.engine.segment.SegmentOptions;
import io.tyto.engine.source.RowSource;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.TableSchema;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What one core gets through where nothing fits its caches: the kernels as a scan calls them,
/// batch by batch over stored bytes, a whole group-by over mapped segments, and a plain read of
/// memory beside them. {@link KernelGoals} makes rows a second of it.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "-Xms3g",
      "-Xmx3g",
      "-XX:+UseTransparentHugePages",
      "--add-modules",
      "jdk.incubator.vector",
      "--enable-native-access=ALL-UNNAMED"
    })
public class BandwidthBenchmark {
  /// Of the packed values: as many bits as a dictionary of 5,000, or cents of small sums, take.
  static final int PACKED_BITS = 13;

  /// What is asked for: a third of the one-byte codes.
  private static final int LOW = 40;

  private static final int HIGH = 124;
  private static final int BATCH = RowSource.BATCH_ROWS;
  private static final int SLACK_BYTES = 64;
  private static final int GROUPS = 1_000;
  private static final int SEGMENT_ROWS = 1 << 22;
  private static final StateSpec SUM =
      new StateSpec(new Measure.Column("score", Measure.Function.SUM), null);

  /// Of one-byte codes and packed values; segments have a third of it, at about three bytes a row.
  @Param({"1073741824"})
  public long rows = 1 << 30;

  private final PackedKernels kernels = PackedKernels.best();
  private final long[] mask = new long[BATCH / Long.SIZE];
  private final TableSchema schema =
      Tables.schema(
          """
          collection: cell
          fields:
            place: { type: string }
            score: { type: int }
          """);
  private final List<Segment> segments = new ArrayList<>();
  private final ExecutorService noHelpers = Executors.newSingleThreadExecutor();
  private final Arena arena = Arena.ofShared();
  private PackedValues codes;
  private PackedValues packed;
  private long[] plain;
  private long segmentBytes;

  @SuppressWarnings("NullAway") // everything is set before the first call of a benchmark
  public BandwidthBenchmark() {}

  @Setup
  public void fill() throws IOException {
    rows = Math.max(BATCH, rows & -BATCH);
    codes = random(Byte.SIZE);
    packed = random(PACKED_BITS);
    plain = new long[Math.toIntExact(rows / Long.BYTES)];
    for (int i = 0; i < plain.length; i++) {
      plain[i] = i;
    }
    writeSegments();
    check();
  }

  private PackedValues random(int width) {
    long bytes = rows * width / Byte.SIZE;
    MemorySegment memory = arena.allocate(bytes + SLACK_BYTES, Long.BYTES);
    for (long at = 0; at < bytes; at += Long.BYTES) {
      memory.set(ValueLayout.JAVA_LONG, at, EventRows.hash(at, width));
    }
    return new PackedValues(memory, 0, width);
  }

  /// One segment, copied until there are enough bytes that no cache holds.
  private void writeSegments() throws IOException {
    Path folder = Files.createTempDirectory("tyto-bandwidth");
    Path first = Files.createFile(folder.resolve("segment"));
    int count = (int) Math.min(SEGMENT_ROWS, rows);
    Tables.write(
        first,
        schema,
        SegmentOptions.MEASURED,
        count,
        (i, row) -> {
          row.setBytes(0, place(i).getBytes(StandardCharsets.US_ASCII));
          row.setLong(1, score(i));
        });
    segmentBytes = Files.size(first);
    long copies = Math.max(1, rows / segmentBytes);
    for (int i = 0; i < copies; i++) {
      Path copy = Files.copy(first, folder.resolve("copy"), StandardCopyOption.REPLACE_EXISTING);
      segments.add(Segment.open(copy, segmentBytes));
      Files.delete(copy);
    }
    Folders.delete(folder);
  }

  private static String place(int row) {
    return "place" + (int) (GROUPS * EventRows.unit(row, 1));
  }

  private static long score(int row) {
    return (long) ((1 << PACKED_BITS) * EventRows.unit(row, 2));
  }

  @TearDown
  public void release() {
    segments.forEach(Segment::release);
    noHelpers.shutdown();
    arena.close();
  }

  long groupedRows() {
    return segments.size() * Math.min(SEGMENT_ROWS, rows);
  }

  /// Of the two columns that are read, packed.
  static double groupedBytesARow() {
    int keyBits = Integer.SIZE - Integer.numberOfLeadingZeros(GROUPS - 1);
    return (keyBits + PACKED_BITS) / (double) Byte.SIZE;
  }

  /// The baseline: as many bytes as there are rows.
  @Benchmark
  public long memoryRead() {
    // Four streams at once, because one alone waits at the end of each page.
    long sum = 0;
    int quarter = plain.length / 4;
    for (int i = 0; i < quarter; i++) {
      sum += plain[i] + plain[i + quarter] + plain[i + 2 * quarter] + plain[i + 3 * quarter];
    }
    return sum;
  }

  @Benchmark
  public long countByCompare() {
    long count = 0;
    for (long from = 0; from < rows; from += BATCH) {
      select(from);
      for (long word : mask) {
        count += Long.bitCount(word);
      }
    }
    return count;
  }

  @Benchmark
  public long selectionBitmap() {
    long kept = 0;
    for (long from = 0; from < rows; from += BATCH) {
      select(from);
      kept ^= mask[0];
    }
    return kept;
  }

  @Benchmark
  public long filteredSum() {
    long sum = 0;
    for (long from = 0; from < rows; from += BATCH) {
      select(from);
      sum += kernels.sum(packed, (int) from, BATCH, mask);
    }
    return sum;
  }

  @Benchmark
  public Groups groupByThousand() {
    QueryContext query = new QueryContext("perf", Duration.ofMinutes(1), 1L << 30);
    return GroupScan.run(
        new GroupScan.Spec(
            schema,
            TimeInterval.ALL_TIME,
            null,
            List.of(new ScanKey.ColumnKey("place")),
            List.of(SUM)),
        List.copyOf(segments),
        new ScanContext(query, noHelpers, 1, 1));
  }

  private void select(long from) {
    Arrays.fill(mask, -1);
    kernels.retainRange(codes, (int) from, BATCH, LOW, HIGH, false, mask);
  }

  private void check() {
    long count = 0;
    long sum = 0;
    for (long i = 0; i < rows; i++) {
      long code = codes.get(i);
      boolean passes = code >= LOW && code <= HIGH;
      count += passes ? 1 : 0;
      sum += passes ? packed.get(i) : 0;
    }
    Folders.require(countByCompare() == count, "codes that pass");
    Folders.require(filteredSum() == sum, "sum of those that pass");
    long expected = 0;
    for (int i = 0; i < Math.min(SEGMENT_ROWS, rows); i++) {
      expected += score(i);
    }
    Groups groups = groupByThousand();
    long found = 0;
    for (int group = 0; group < groups.count(); group++) {
      found += (Long) java.util.Objects.requireNonNull(groups.state(0).value(group));
    }
    Folders.require(found == expected * segments.size(), "the sum by place is " + found);
  }
}
