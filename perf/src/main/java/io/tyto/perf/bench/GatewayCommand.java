package io.tyto.perf.bench;

import com.sun.management.OperatingSystemMXBean;
import io.tyto.engine.EngineOptions;
import io.tyto.perf.Folders;
import io.tyto.perf.bench.GatewayLoad.Figures;
import io.tyto.perf.http.BareGraphQlServer;
import io.tyto.perf.http.BareJsonServer;
import io.tyto.perf.http.JavaProcess;
import io.tyto.perf.http.JavaProcess.Program;
import io.tyto.perf.http.KeptConnection;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `tyto bench gateway`: what HTTP and GraphQL add to the engine's own time, beside what they cost
/// where nothing is behind them. All figures are of one run, in turns.
@Command(
    name = "gateway",
    mixinStandardHelpOptions = true,
    description = {
      "Asks for ten rows that a cube serves: of the engine, of a server, and of two that answer the"
          + " same from memory, by a bare Vert.x handler and by a bare graphql-java field. Each server"
          + " has a process of its own."
    })
public final class GatewayCommand implements Callable<Integer> {
  private static final String CUBE =
      """
      cubes:
        by_type:
          dimensions: [event_type]
          measures: [count, sum(amount), max(score)]
          granularities: [day]
          finest: P1D
      """;

  /// The rows are asked for by the field alone, and with what tells who served them.
  private static final String PANEL =
      "aggregate(input: {range: {between: {from: \"2026-01-01T00:00:00Z\", to: \"2026-04-01T00:00:00Z\"}},"
          + " groupBy: [{dimension: EVENT_TYPE}],"
          + " orderBy: [{measure: {of: {count: true}}}, {key: {eventType: ASC}}]}, limit: 10)"
          + " { rows { key { eventType } measures { count amount { sum } score { max } } } %s}";

  private static final int HEAP_MEGABYTES = 1_024;

  private static final byte[] ANY =
      KeptConnection.post("/graphql", "{\"query\": \"{__typename}\"}");

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private static final String GRAPHQL = "bare graphql-java field behind Vert.x";
  private static final String TYTO = "Tyto";
  private static final String ENGINE = "its engine alone, in process";
  private static final String ANEW = "Tyto that keeps no answers";
  private static final String ENGINE_ANEW = "its engine, which adds cells up";

  @Spec private CommandSpec spec;

  @Option(names = "--rows", defaultValue = "1000000", description = "events (default: 1,000,000)")
  private long rows;

  @Option(names = "--rate", defaultValue = "500", description = "requests a second (default: 500)")
  private int rate;

  @Option(names = "--seconds", defaultValue = "10", description = "of each load, in each round")
  private double seconds;

  @Option(names = "--warmup", defaultValue = "20", description = "seconds for each, at first")
  private double warmUp;

  @Option(names = "--rounds", defaultValue = "3", description = "default: 3")
  private int rounds;

  @Option(
      names = "--connections",
      defaultValue = "16",
      description = "of the load that goes as fast as it is answered (default: 16)")
  private int connections;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "where events and stores are kept (default: in the temporary folder)")
  private @Nullable Path data;

  @Option(
      names = "--jvm",
      defaultValue = "",
      description = "flags of the JVMs of Tyto, such as those of a profiler; {cache} is auto or 0")
  private String jvm;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    Path folder =
        data == null
            ? Path.of(System.getProperty("java.io.tmpdir"))
                .resolve("tyto-bench-gateway-" + System.getProperty("user.name"))
            : data;
    Path events = new Workspace(folder, null, out).events(rows, 2);
    Report report = new Report(out);
    report.line("%s; %s", Machine.describe(), Machine.load());
    EngineOptions keeping = EngineOptions.defaults();
    try (TytoStore engine = TytoStore.open(store(folder, "engine", events), keeping);
        TytoStore other = TytoStore.open(store(folder, "other", events), keeping.withoutCache());
        JavaProcess tyto = tyto(folder, store(folder, "tyto", events), "auto");
        JavaProcess anew = tyto(folder, store(folder, "anew", events), "0")) {
      byte[] request = HttpAsker.request(document(engine, ""));
      byte[] rows = ask(tyto, request);
      Path answer = Files.write(folder.resolve("answer.json"), rows);
      requireCube(tyto, document(engine, "meta { servedBy } "));
      try (JavaProcess json = bare(BareJsonServer.class, answer);
          JavaProcess graphQl = bare(BareGraphQlServer.class, answer);
          GatewayLoad load = new GatewayLoad(rate, seconds, connections)) {
        requireSame(ask(graphQl, request), rows);
        requireSame(ask(anew, request), rows);
        List<Ask> asked =
            List.of(Ask.compile(engine.collection(), engine.root(), PANEL.formatted("")));
        load.add("bare Vert.x, the same bytes each time", json, request);
        load.add(GRAPHQL, graphQl, request);
        load.add(TYTO, tyto, request);
        load.add(ENGINE, () -> engine.ask(asked));
        load.add(ANEW, anew, request);
        load.add(ENGINE_ANEW, () -> other.ask(asked));
        goals(load.measure(warmUp, rounds, report), report);
      }
    }
    report.line("%s", Machine.load());
    return 0;
  }

  private static void goals(Map<String, Figures> measured, Report report) {
    Figures graphQl = Objects.requireNonNull(measured.get(GRAPHQL));
    for (String[] pair : new String[][] {{TYTO, ENGINE}, {ANEW, ENGINE_ANEW}}) {
      Figures tyto = Objects.requireNonNull(measured.get(pair[0]));
      Figures engine = Objects.requireNonNull(measured.get(pair[1]));
      report.line("%s:", pair[0]);
      goal(report, "the gateway adds to the engine's p50, ms", tyto.p50() - engine.p50(), 1);
      goal(report, "the gateway adds to the engine's p99, ms", tyto.p99() - engine.p99(), 3);
      goal(report, "CPU over that of graphql-java, steady", tyto.cpu() / graphQl.cpu(), 1.5);
      goal(
          report,
          "CPU over that of graphql-java, flat out",
          tyto.flatOutCpu() / graphQl.flatOutCpu(),
          1.5);
      report.line(
          "%-42s %9.0f, at least 5,000: %s",
          "answers a second", tyto.flatOut(), tyto.flatOut() >= 5_000 ? "met" : "missed");
    }
  }

  private static void goal(Report report, String what, double value, double most) {
    report.line(
        "%-42s %9.2f, at most %.1f: %s", what, value, most, value <= most ? "met" : "missed");
  }

  /// A folder with the events and their cube, kept for later runs.
  private Path store(Path folder, String name, Path events) throws IOException {
    Path store = folder.resolve(name + "-" + rows);
    try (TytoStore tyto = TytoStore.open(store, SYSTEM.getAvailableProcessors())) {
      if (tyto.isEmpty()) {
        tyto.load(DataSet.events(rows).config() + CUBE, events, Folders.sha256(events));
        tyto.compact();
      }
    }
    return store;
  }

  /// @param cache the setting of this name
  private JavaProcess tyto(Path folder, Path store, String cache)
      throws IOException, InterruptedException {
    List<String> flags = new ArrayList<>(List.of("-Xmx" + HEAP_MEGABYTES + "m"));
    if (!jvm.isEmpty()) {
      flags.addAll(List.of(jvm.replace("{cache}", cache).split(" ")));
    }
    return JavaProcess.start(
        new Program(
            "io.tyto.server.cli.Main",
            flags,
            List.of(
                "serve",
                "--data",
                store.toString(),
                "--config",
                folder.resolve("none").toString(),
                "--query-cache",
                cache,
                "--listen",
                "127.0.0.1:" + JavaProcess.PORT),
            Map.of("TYTO_ACCESS", "open"),
            store.resolveSibling(store.getFileName() + ".log")),
        KeptConnection.get("/ready"));
  }

  private static JavaProcess bare(Class<?> mainClass, Path answer)
      throws IOException, InterruptedException {
    return JavaProcess.start(
        new Program(
            mainClass,
            List.of("-Xmx" + HEAP_MEGABYTES + "m"),
            List.of(JavaProcess.PORT, answer.toString()),
            answer.resolveSibling(mainClass.getSimpleName() + ".log")),
        ANY);
  }

  private static String document(TytoStore store, String more) {
    return "{ %s { %s } }".formatted(store.root(), PANEL.formatted(more));
  }

  private static byte[] ask(JavaProcess server, byte[] request) throws IOException {
    try (KeptConnection connection = new KeptConnection(server.port())) {
      return HttpAsker.ask(connection, request);
    }
  }

  private static void requireCube(JavaProcess tyto, String document) throws IOException {
    String text = new String(ask(tyto, HttpAsker.request(document)), StandardCharsets.UTF_8);
    Folders.require(text.contains("by_type"), "no cube served the rows: " + text);
  }

  private static void requireSame(byte[] answer, byte[] rows) throws IOException {
    Folders.require(data(answer).equals(data(rows)), "one of them answers something else");
  }

  private static Object data(byte[] answer) throws IOException {
    Object read = JsonTree.read(new String(answer, StandardCharsets.UTF_8));
    return Objects.requireNonNull(((Map<?, ?>) Objects.requireNonNull(read)).get("data"), "data");
  }
}
