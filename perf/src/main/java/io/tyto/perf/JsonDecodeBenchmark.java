package io.tyto.perf;

import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.JsonDecoder;
import io.tyto.ingest.decode.Rejection;
import io.tyto.model.schema.TableSchema;
import java.time.Clock;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// One event of 16 columns from JSON to a row; time is per event.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class JsonDecodeBenchmark {
  private static final int EVENTS = 1_000;

  private final byte[] lines = new EventRows(100_000, 1_000).lines(0, EVENTS);
  private final int[] ends = new int[EVENTS];
  private final TableSchema schema = EventRows.schema();
  private final JsonDecoder decoder = new JsonDecoder(schema, Clock.systemUTC());
  private final Row row = new Row(schema.columns().size());

  @Setup
  public void cut() {
    int found = 0;
    for (int i = 0; i < lines.length; i++) {
      if (lines[i] == '\n') {
        ends[found++] = i;
      }
    }
    Folders.require(schema.columns().size() == 16, "16 columns");
    Folders.require(decode() > EventRows.START_MILLIS, "decoded times");
  }

  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public long decode() {
    long last = 0;
    int from = 0;
    for (int end : ends) {
      Rejection rejection = decoder.decode(lines, from, end, row);
      if (rejection != null) {
        throw new IllegalStateException(rejection.toString());
      }
      last = row.longAt(0);
      from = end + 1;
    }
    return last;
  }

  /// The baseline: every byte is read once.
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public int readBytes() {
    return Arrays.hashCode(lines);
  }
}
