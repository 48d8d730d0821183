package io.tyto.perf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/// Runs everything once on little data, with its checks, so that it cannot rot.
class BenchmarksTest {
  private static final int ROWS = 5_000;

  @TempDir Path folder;

  @Test
  void everyBenchmarkRuns() throws RunnerException {
    int expected = 0;
    for (Class<?> benchmark :
        new Class<?>[] {
          JsonDecodeBenchmark.class,
          ColumnReadBenchmark.class,
          KernelBenchmark.class,
          BandwidthBenchmark.class,
          GroupScanBenchmark.class,
          ResultJsonBenchmark.class
        }) {
      ChainedOptionsBuilder options =
          new OptionsBuilder()
              .include("\\b" + benchmark.getSimpleName() + "\\.")
              .mode(Mode.SingleShotTime)
              .forks(0)
              .warmupIterations(0)
              .measurementIterations(1)
              .measurementTime(new TimeValue(1, TimeUnit.MILLISECONDS))
              .shouldFailOnError(true)
              .verbosity(VerboseMode.SILENT);
      boolean hasRows =
          Stream.of(benchmark.getFields()).anyMatch(field -> field.getName().equals("rows"));
      if (hasRows) {
        options.param("rows", String.valueOf(ROWS));
      }
      Collection<RunResult> results = new Runner(options.build()).run();
      assertTrue(results.size() > 1, benchmark + " ran " + results.size() + " methods");
      expected++;
    }
    assertEquals(6, expected);
  }

  @Test
  void sealedMinutesAreTimed() throws Exception {
    String printed = printed(out -> SealedWeek.run(folder, 8, 20, 1, out));
    assertTrue(printed.contains("ratio"), printed);
  }

  @Test
  void behaviourIsTimedBesideDuckDb() throws Exception {
    String printed = printed(out -> Behaviour.run(folder, ROWS, 300, 1, out));
    assertEquals(5, printed.split("ratio", -1).length - 1, printed);
  }

  @Test
  void statesOfEntitiesAreTimed() throws Exception {
    String printed = printed(out -> EntityStates1M.run(1_000, 20_000, 5_000, out));
    assertTrue(printed.contains("bytes an entity"), printed);
  }

  private interface Program {
    void run(PrintStream out) throws Exception;
  }

  private static String printed(Program program) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      program.run(out);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
