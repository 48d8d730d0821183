package io.tyto.perf.bench;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;
import org.jspecify.annotations.Nullable;

/// A new process with a small heap: how soon it answers, and whether it answers everything.
///
/// Its program is `ColdStart STORE THREADS ROWS REGEX [SET]`, which prints properties.
final class ColdStart {
  private static final int HEAP_MIB = 512;
  private static final int ROUNDS = 2;

  private ColdStart() {}

  /// @param openMillis from the start of the program until the store is open
  /// @param answerMillis until the first answer, of a question over all rows
  /// @param processMillis the same from the start of the JVM
  /// @param liveMib the most that lived through a collection, while every question was asked twice
  /// @param failed questions without an answer
  record Result(
      double openMillis, double answerMillis, double processMillis, double liveMib, String failed) {
    int heapMib() {
      return HEAP_MIB;
    }
  }

  /// Runs the program in a new JVM; the store must be closed.
  static Result measure(Path store, int threads, long rows, Pattern queries, @Nullable Path set)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + HEAP_MIB + "m");
    command.addAll(
        List.of(
            "--add-modules",
            "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-Xlog:disable",
            "-cp",
            System.getProperty("java.class.path"),
            ColdStart.class.getName(),
            store.toString(),
            Integer.toString(threads),
            Long.toString(rows),
            queries.pattern()));
    if (set != null) {
      command.add(set.toString());
    }
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    Properties found = new Properties();
    try (Reader reader = process.inputReader(StandardCharsets.UTF_8)) {
      found.load(reader);
    }
    return new Result(
        number(found, "open"),
        number(found, "answer"),
        number(found, "process"),
        number(found, "live"),
        found.getProperty("failed", "all: the process ended early"));
  }

  private static double number(Properties found, String name) {
    return Double.parseDouble(found.getProperty(name, "NaN"));
  }

  public static void main(String[] arguments) throws IOException {
    PrintStream out = System.out;
    long began = System.nanoTime();
    Path store = Path.of(arguments[0]);
    long rows = Long.parseLong(arguments[2]);
    DataSet data =
        arguments.length > 4 ? DataSet.in(Path.of(arguments[4]), rows) : DataSet.events(rows);
    AtomicLong live = watchHeap();
    try (TytoStore tyto = TytoStore.open(store, Integer.parseInt(arguments[1]))) {
      out.println("open=" + (System.nanoTime() - began) / 1e6);
      Pattern queries = Pattern.compile(arguments[3]);
      List<Question> questions =
          data.questions().stream().filter(each -> queries.matcher(each.name()).matches()).toList();
      tyto.ask(tyto.compile(questions.getFirst()));
      out.println("answer=" + (System.nanoTime() - began) / 1e6);
      long start = ManagementFactory.getRuntimeMXBean().getStartTime();
      out.println("process=" + (System.currentTimeMillis() - start));
      out.println("failed=" + String.join(" ", failing(tyto, questions)));
    }
    System.gc();
    out.println("live=" + live.get() / (double) (1 << 20));
  }

  private static List<String> failing(TytoStore tyto, List<Question> questions) {
    List<String> failing = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      for (Question question : questions) {
        try {
          tyto.ask(tyto.compile(question));
        } catch (RuntimeException | OutOfMemoryError e) {
          failing.add(question.name());
        }
      }
    }
    return failing;
  }

  /// The most bytes that any collection left over.
  private static AtomicLong watchHeap() {
    AtomicLong most = new AtomicLong();
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      ((NotificationEmitter) collector)
          .addNotificationListener(
              (notification, _) -> {
                Map<String, MemoryUsage> after =
                    GarbageCollectionNotificationInfo.from(
                            (CompositeData) notification.getUserData())
                        .getGcInfo()
                        .getMemoryUsageAfterGc();
                long used =
                    after.entrySet().stream()
                        .filter(pool -> pool.getKey().startsWith("G1"))
                        .mapToLong(pool -> pool.getValue().getUsed())
                        .sum();
                most.accumulateAndGet(used, Math::max);
              },
              null,
              null);
    }
    return most;
  }
}
