package io.tyto.server.cli;

import io.tyto.model.access.Caller;
import io.tyto.model.port.AdminService.CollectionStatus;
import io.tyto.server.TytoServer;
import io.tyto.server.demo.DemoData;
import io.tyto.server.fleet.ServeProcess;
import io.tyto.server.log.Logs;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "demo",
    description =
        "Generates a month of game events, ingests them, asks fifteen questions, one of them live, and serves.")
final class DemoCommand implements Callable<Integer> {
  private static final String MARKER = "demo-rows";
  private static final String CONFIGS = "config";

  @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.DEMO);
  @Spec private CommandSpec spec;

  @Option(names = "--once", description = "exit after printing the answers")
  private boolean once;

  @Option(names = "--fresh", description = "throw away the data of an earlier demo")
  private boolean fresh;

  @Option(
      names = "--kafka",
      description =
          "brings the events through topics of a real Kafka broker, and kills the ingester on the way")
  private boolean kafka;

  @Option(
      names = "--cluster",
      description =
          "starts a Kafka broker, an S3 server, three nodes and a gateway, kills a node, adds one and drains one"
              + " under load, and proves that every event counts once; ends by itself")
  private boolean cluster;

  @Option(names = "--rows", defaultValue = "1200000", description = "events (default: 1,200,000)")
  private long rows;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    Path folder =
        Path.of(System.getProperty("java.io.tmpdir"))
            .resolve("tyto-demo-" + System.getProperty("user.name"));
    if (cluster) {
      return ofCluster(out, folder.resolveSibling(folder.getFileName() + "-cluster"));
    }
    if (kafka) {
      return overKafka(out, folder.resolveSibling(folder.getFileName() + "-kafka"));
    }
    boolean known =
        !fresh
            && Files.exists(marker(folder))
            && Files.readString(marker(folder)).equals(Long.toString(rows));
    if (!known) {
      delete(folder);
    }
    out.println("Tyto: a GraphQL analytics API on a columnar engine of its own.");
    out.println("This demo is one process. It plays a month of a game's events (logins, rounds,");
    out.println("recharges) through the real ingest path, then asks questions over HTTP.");
    out.println();
    out.println(
        "data    " + folder + (known ? " (from an earlier demo; --fresh starts anew)" : ""));
    out.flush();
    DemoData.writeTables(folder.resolve(CONFIGS));
    Settings settings = settings(folder);
    Logs.configure(settings);
    TytoServer server = TytoServer.start(settings, DemoData.configs(), Clock.systemUTC());
    if (!known) {
      ingest(server, out);
      // Seals, so that the next start maps segments and replays no log.
      server.node().flush();
      Files.writeString(marker(folder), Long.toString(rows));
    }
    collections(server, out);
    ask(server, out);
    live(server, out);
    out.println();
    ServeCommand.urls(out, server.address());
    if (once) {
      server.close();
      out.flush();
      return 0;
    }
    out.println("Open (anybody on this machine may ask); Ctrl-C stops it.");
    out.flush();
    ServeCommand.untilInterrupted(server);
    return 0;
  }

  /// Begins anew each time: what is shown is that nothing is lost on the way.
  private int overKafka(PrintWriter out, Path folder) throws IOException, InterruptedException {
    delete(folder);
    Files.createDirectories(folder);
    out.println("Tyto: events from Kafka, each counted exactly once, whatever dies on the way.");
    out.println("folder  " + folder);
    ServeProcess ingester = new KafkaDemo(out, folder, rows).run();
    out.println();
    ServeCommand.urls(out, ingester.address());
    if (!once) {
      out.println("Open (anybody on this machine may ask); Ctrl-C stops it, and the broker too.");
      out.flush();
      new CountDownLatch(1).await();
    }
    out.flush();
    ingester.close();
    return 0;
  }

  /// Begins anew each time, as over Kafka.
  private static int ofCluster(PrintWriter out, Path folder)
      throws IOException, InterruptedException {
    delete(folder);
    Files.createDirectories(folder);
    out.println("Tyto: a cluster that loses a node, gets one and lets one go, while it is asked.");
    out.println("Broker, store, nodes and gateway are processes of their own. Their logs are in");
    out.println("folder  " + folder);
    out.println();
    new ClusterDemo(out, folder).run();
    return 0;
  }

  private Settings settings(Path folder) {
    Map<Setting, String> overrides = new HashMap<>();
    overrides.put(Setting.DATA, folder.toString());
    overrides.put(Setting.CONFIG, folder.resolve(CONFIGS).toString());
    overrides.put(Setting.ACCESS, "open");
    Settings asked = flags.resolve(overrides);
    if (once && asked.value(Setting.LISTEN).origin().equals("default")) {
      // Nobody will visit, so do not mind a server on the usual port.
      overrides.put(Setting.LISTEN, "127.0.0.1:0");
    }
    return flags.resolve(overrides);
  }

  private void ingest(TytoServer server, PrintWriter out) {
    Progress progress = new Progress(out, "ingest", rows);
    Object turn = new Object();
    DemoData.Sent sent =
        DemoData.send(
            server.node(),
            rows,
            Instant.now(),
            done -> {
              synchronized (turn) {
                progress.show(done, done);
              }
            });
    progress.finish(sent.accepted());
    out.printf(
        "%,d events are durable in the log and queryable; %d broken ones are kept as dead letters%n",
        sent.accepted(), sent.refused());
  }

  private static void collections(TytoServer server, PrintWriter out) {
    for (CollectionStatus one : server.node().status().collections()) {
      out.printf("%-16s %,12d rows%n", one.name(), one.rows());
    }
    out.flush();
  }

  private static void ask(TytoServer server, PrintWriter out) {
    RunningServer client = new RunningServer(server.commandAddress());
    for (String block : DemoData.queries().split("\n\n")) {
      List<String> lines = block.strip().lines().toList();
      out.println();
      out.println(lines.getFirst());
      String query = String.join("\n", lines.subList(1, lines.size()));
      double first = -System.nanoTime();
      client.graphQl(query);
      first += System.nanoTime();
      // Once more: the first run also paid for compiling the engine's code.
      double again = -System.nanoTime();
      Json.Node answer = client.graphQl(query);
      again += System.nanoTime();
      out.println("  " + query);
      AnswerTable.print(out, answer, first / 1e6, again / 1e6);
      out.flush();
    }
  }

  /// An event is sent while a live query is listened to, and the answer with it comes by itself.
  private static void live(TytoServer server, PrintWriter out) {
    String subscription =
        "subscription { loginLive(input: {range: {preset: ALL_TIME}}, every: \"PT0.1S\") { sequence"
            + " aggregate { totals { count } } } }";
    out.println();
    out.println("# A live query: the count of sign-ins, pushed when one more comes in");
    out.println("  " + subscription);
    RunningServer client = new RunningServer(server.commandAddress());
    client.listen(
        subscription,
        2,
        update -> {
          Json.Node live = update.get("data").get("loginLive");
          out.printf(
              "  update %d: %,d sign-ins%n",
              live.get("sequence").number(),
              live.get("aggregate").get("totals").get("count").number());
          if (live.get("sequence").number() == 1) {
            String event =
                "{\"ts\":\"%s\",\"user_id\":\"u1\",\"country\":\"DE\",\"platform\":\"ios\"}"
                    .formatted(Instant.now());
            server
                .node()
                .ingest("login", event.getBytes(StandardCharsets.UTF_8), Caller.SYSTEM)
                .join();
          }
        });
    out.flush();
  }

  /// Holds how many rows were sent; written last, so that it stands for a whole demo.
  private static Path marker(Path folder) {
    return folder.resolve(MARKER);
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
