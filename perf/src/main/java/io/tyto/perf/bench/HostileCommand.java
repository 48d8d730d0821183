package io.tyto.perf.bench;

import io.tyto.perf.Folders;
import io.tyto.perf.http.JavaProcess;
import io.tyto.perf.http.JavaProcess.Program;
import io.tyto.perf.http.KeptConnection;
import io.tyto.perf.http.Load;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `tyto bench hostile`: what others notice while one caller asks for all that a server has.
@Command(
    name = "hostile",
    mixinStandardHelpOptions = true,
    description = {
      "One caller groups by ten million values, many times at once, of a server with a heap of 512 MiB,"
          + " while others ask small questions that a cube serves: how long theirs take, before and"
          + " meanwhile, and how the hostile ones end."
    })
public final class HostileCommand implements Callable<Integer> {
  private static final String CONFIG =
      """
      collection: hit
      time: ts
      fields:
        ts:    { type: timestamp(ms) }
        id:    { type: long }
        kind:  { type: string }
        value: { type: long }
      source:
        formats: { ts: epoch_ms }
      cubes:
        by_kind:
          dimensions: [kind]
          measures: [count, sum(value)]
          granularities: [day]
          finest: P1D
      """;

  /// Half of a memory of 1 GB, as the launcher has it.
  private static final int HEAP_MEGABYTES = 512;

  private static final int KINDS = 10;
  private static final int ROWS_A_WRITE = 20_000;
  private static final long MILLIS_A_ROW = 100;

  /// Clients of the callers that mean well.
  private static final int CLIENTS = 8;

  private static final Pattern CODE = Pattern.compile("\"code\":\"([A-Z_]+)\"");

  @Spec private CommandSpec spec;

  @Option(names = "--rows", defaultValue = "10000000", description = "each with a value of its own")
  private int rows;

  @Option(names = "--hostile", defaultValue = "50", description = "queries at once (default: 50)")
  private int hostile;

  @Option(names = "--rate", defaultValue = "100", description = "small questions a second")
  private int rate;

  @Option(names = "--seconds", defaultValue = "20", description = "before, and under attack")
  private double seconds;

  @Option(names = "--warmup", defaultValue = "10", description = "seconds of small questions")
  private double warmUp;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "where the store is kept (default: in the temporary folder)")
  private @Nullable Path data;

  @Option(names = "--jvm", defaultValue = "", description = "further flags of the server's JVM")
  private String jvm;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder =
        data == null
            ? Path.of(System.getProperty("java.io.tmpdir"))
                .resolve("tyto-bench-hostile-" + System.getProperty("user.name"))
            : data;
    Path store = store(Files.createDirectories(folder));
    PrintWriter out = spec.commandLine().getOut();
    Report report = new Report(out);
    report.line("%s; %s", Machine.describe(), Machine.load());
    List<String> flags = new ArrayList<>(List.of("-Xmx" + HEAP_MEGABYTES + "m"));
    if (!jvm.isEmpty()) {
      flags.addAll(List.of(jvm.split(" ")));
    }
    Program program =
        new Program(
            HostileServer.class,
            flags,
            List.of(JavaProcess.PORT, store.toString()),
            folder.resolve("server.log"));
    try (JavaProcess server = JavaProcess.start(program, KeptConnection.get("/ready"))) {
      return attack(server, report) ? 0 : 1;
    }
  }

  private Path store(Path folder) throws IOException {
    Path store = folder.resolve("store-" + rows);
    try (TytoStore tyto = TytoStore.open(store, 2)) {
      if (tyto.isEmpty()) {
        Path events = folder.resolve("events.ndjson");
        write(events);
        tyto.load(CONFIG, events, Folders.sha256(events));
        tyto.compact();
        Files.delete(events);
      }
    }
    return store;
  }

  private void write(Path file) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      StringBuilder lines = new StringBuilder();
      for (int row = 0; row < rows; row++) {
        // Coprime to any power of ten: ids in no order, each once.
        long id = (row * 7_368_787L) % rows;
        lines.append("{\"ts\":").append(EventModel.START_MILLIS + row * MILLIS_A_ROW);
        lines.append(",\"id\":").append(id).append(",\"kind\":\"k").append(row % KINDS);
        lines.append("\",\"value\":").append(id % 1_000).append("}\n");
        if (row % ROWS_A_WRITE == ROWS_A_WRITE - 1 || row == rows - 1) {
          out.write(lines.toString().getBytes(StandardCharsets.US_ASCII));
          lines.setLength(0);
        }
      }
    }
  }

  private boolean attack(JavaProcess server, Report report) throws InterruptedException {
    AtomicInteger asked = new AtomicInteger();
    List<Asker> others = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      others.add(new Asker(server.port(), "other" + i % 4, () -> small(asked.getAndIncrement())));
    }
    Load.flatOut(others, warmUp);
    double[] before = Load.steady(others, rate, 0, (int) (rate * seconds));
    others.forEach(Asker::requireAnswers);
    AtomicBoolean isOver = new AtomicBoolean();
    List<Asker> attackers = new ArrayList<>();
    for (int i = 0; i < hostile; i++) {
      attackers.add(new Asker(server.port(), "hostile", () -> large(asked.getAndIncrement())));
    }
    Thread attack = Thread.ofPlatform().start(() -> Load.flatOut(attackers, isOver::get));
    double[] meanwhile = Load.steady(others, rate, 0, (int) (rate * seconds));
    isOver.set(true);
    attack.join();
    Map<String, Integer> ends = new ConcurrentSkipListMap<>();
    attackers.forEach(attacker -> attacker.addEnds(ends));
    others.forEach(Asker::requireAnswers);
    double[] after = Load.steady(others, rate, 0, (int) (rate * seconds / 2));
    tell(report, "before", before);
    tell(report, "under attack", meanwhile);
    tell(report, "afterwards", after);
    ends.forEach((end, count) -> report.line("%,8d hostile queries: %s", count, end));
    double ratio = quantile(meanwhile, 99) / quantile(before, 99);
    report.line(
        "p99 of the others, under attack over before: %.2f, at most 2.0: %s",
        ratio, ratio <= 2 ? "met" : "missed");
    others.forEach(Asker::close);
    attackers.forEach(Asker::close);
    report.line("the process %s; %s", server.isAlive() ? "lives" : "is DEAD", Machine.load());
    return server.isAlive();
  }

  private static void tell(Report report, String when, double[] millis) {
    report.line(
        "small questions %-14s p50 %8.2f ms, p99 %8.2f ms, most %8.2f ms",
        when, quantile(millis, 50), quantile(millis, 99), millis[millis.length - 1]);
  }

  private static double quantile(double[] ascending, int percent) {
    return ascending[ascending.length * percent / 100];
  }

  /// Questions of few kinds, of which a cube has all.
  private static String small(int number) {
    return ("{ hit { aggregate(input: {range: {preset: ALL_TIME}, groupBy: [{dimension: KIND}],"
            + " where: {kind: {ne: \"k%d\"}}}, limit: %d)"
            + " { rows { key { kind } measures { count value { sum } } } } } }")
        .formatted(number % KINDS, 5 + number / KINDS % 20);
  }

  /// Each is another question, so that none is answered with another's answer.
  private static String large(int number) {
    return ("{ hit { aggregate(input: {range: {preset: ALL_TIME}, groupBy: [{dimension: ID}],"
            + " where: {value: {ne: \"%d\"}}, orderBy: [{measure: {of: {value: {fn: SUM}}}}]}, limit: 10)"
            + " { rows { key { id } measures { count value { sum } } } } } }")
        .formatted(number + 1_000);
  }

  /// One client of a caller, which remembers how its questions ended.
  private static final class Asker implements Runnable, AutoCloseable {
    private final KeptConnection connection;
    private final String caller;
    private final Supplier<String> questions;
    private final Map<String, Integer> ends = new ConcurrentSkipListMap<>();

    Asker(int port, String caller, Supplier<String> questions) {
      try {
        this.connection = new KeptConnection(port);
      } catch (IOException e) {
        throw new IllegalStateException("cannot connect", e);
      }
      this.caller = caller;
      this.questions = questions;
    }

    @Override
    public void run() {
      byte[] request =
          KeptConnection.post(
              "/graphql", JsonTree.write(Map.of("query", questions.get())), "X-Api-Key: " + caller);
      String end;
      try {
        int status = connection.ask(request);
        String body = new String(connection.body(), StandardCharsets.UTF_8);
        Matcher code = CODE.matcher(body);
        end = code.find() ? code.group(1) : status == 200 ? "an answer" : "status " + status;
      } catch (IOException e) {
        end = String.valueOf(e);
      }
      ends.merge(end, 1, Integer::sum);
    }

    void addEnds(Map<String, Integer> to) {
      ends.forEach((end, count) -> to.merge(end, count, Integer::sum));
    }

    void requireAnswers() {
      Folders.require(
          ends.keySet().equals(Set.of("an answer")),
          String.format(Locale.ROOT, "%s was told %s", caller, ends));
    }

    @Override
    public void close() {
      try {
        connection.close();
      } catch (IOException e) {
        throw new IllegalStateException("cannot close", e);
      }
    }
  }
}
