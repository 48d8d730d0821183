package io.tyto.perf;

import io.tyto.engine.encoding.Encoding;
import io.tyto.engine.segment.Segment;
import io.tyto.engine.segment.SegmentOptions;
import io.tyto.engine.segment.SegmentOptions.Choice;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.TableSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
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

/// Reading a whole column of a segment in batches, by how it is stored.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class ColumnReadBenchmark {
  private static final int DISTINCT_VALUES = 1_000;

  /// How the column is stored; what is not the name of an encoding of integers is a column of
  /// strings with a dictionary, of strings without one, or of doubles.
  @Param({
    "PLAIN",
    "PACKED",
    "PATCHED",
    "DELTA",
    "RUN_LENGTH",
    "DISTINCT",
    "DICTIONARY",
    "CHUNKED",
    "SCALED"
  })
  public String storage = "PLAIN";

  @Param({"1048576"})
  public int rows = 1 << 20;

  private long[] values = {};
  private final long[] copy = new long[RowSource.BATCH_ROWS];
  private Segment segment;
  private ColumnReader reader;

  @SuppressWarnings("NullAway") // both are set before the first call of a benchmark
  public ColumnReadBenchmark() {}

  @Setup
  public void write() throws IOException {
    values = new long[rows];
    for (int i = 0; i < rows; i++) {
      values[i] = (long) (DISTINCT_VALUES * EventRows.unit(i >> 2, 1));
    }
    TableSchema schema =
        Tables.schema(
            """
            collection: cell
            fields:
              whole: { type: long }
              word: { type: string }
              real: { type: double }
            """);
    segment =
        Tables.segment(
            schema,
            options(),
            rows,
            (i, row) -> {
              row.setLong(0, values[i]);
              row.setBytes(1, ("value" + values[i]).getBytes(StandardCharsets.US_ASCII));
              row.setDouble(2, values[i] / 4.0);
            });
    String name =
        switch (storage) {
          case "DICTIONARY", "CHUNKED" -> "word";
          case "SCALED" -> "real";
          default -> "whole";
        };
    ColumnSpec column = Objects.requireNonNull(schema.column(name));
    reader = Objects.requireNonNull(segment.column(column.id()));
    check();
  }

  @TearDown
  public void release() {
    segment.release();
  }

  @Benchmark
  public long read() {
    long sum = 0;
    for (int from = 0; from < rows; from += RowSource.BATCH_ROWS) {
      ColumnVector vector = reader.read(from, Math.min(RowSource.BATCH_ROWS, rows - from));
      sum += first(vector);
    }
    return sum;
  }

  /// The baseline: the values copied from memory to a batch.
  @Benchmark
  public long copy() {
    long sum = 0;
    for (int from = 0; from < rows; from += RowSource.BATCH_ROWS) {
      System.arraycopy(values, from, copy, 0, Math.min(RowSource.BATCH_ROWS, rows - from));
      sum += copy[0];
    }
    return sum;
  }

  private SegmentOptions options() {
    return storage.equals("DICTIONARY")
        ? new SegmentOptions(null, Choice.ALWAYS, Choice.NEVER, null)
        : new SegmentOptions(Encoding.valueOf(storage), Choice.NEVER, Choice.NEVER, null);
  }

  private static long first(ColumnVector vector) {
    return switch (vector) {
      case ColumnVector.Longs longs -> longs.values()[0];
      case ColumnVector.Doubles doubles -> (long) (4 * doubles.values()[0]);
      case ColumnVector.Ordinals ordinals ->
          number(ordinals.dictionary().value(ordinals.values()[0]));
      case ColumnVector.Bytes bytes ->
          number(
              java.util.Arrays.copyOfRange(bytes.data(), bytes.offsets()[0], bytes.offsets()[1]));
      case ColumnVector.Lists _, ColumnVector.AllNull _ ->
          throw new IllegalStateException(vector.toString());
    };
  }

  private static long number(byte[] word) {
    return Long.parseLong(new String(word, StandardCharsets.US_ASCII).substring("value".length()));
  }

  private void check() {
    Folders.require(read() == copy(), storage + " reads other values");
  }
}
