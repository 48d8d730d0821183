package io.tyto.server.cli;

import io.tyto.ingest.StoreHome;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.KeyService.NewKey;
import io.tyto.server.TytoServer;
import io.tyto.server.log.Logs;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.tyto.server.settings.StoreSettings;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "serve", description = "Serves a data folder: ingestion, queries, GraphiQL.")
final class ServeCommand implements Callable<Integer> {
  @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.ALL);
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    Settings settings = flags.resolve();
    Logs.configure(settings);
    Path configs = settings.path(Setting.CONFIG);
    // A folder with data knows its collections; configs are needed only to change them.
    List<ConfigFile> files =
        !Files.exists(configs) && StoreSettings.folder(settings).hasStore()
            ? List.of()
            : ConfigFiles.read(configs);
    TytoServer server = TytoServer.start(settings, files, Clock.systemUTC());
    PrintWriter out = spec.commandLine().getOut();
    announce(out, server, settings);
    out.flush();
    untilInterrupted(server);
    return 0;
  }

  private static void announce(PrintWriter out, TytoServer server, Settings settings) {
    server.configs().created().forEach(name -> out.println("new collection     " + name));
    server.configs().changed().forEach(name -> out.println("changed config of  " + name));
    boolean isNode = settings.text(Setting.ROLE).equals("node");
    if (isNode) {
      out.println("callers            ask gateways: the role is node");
    } else {
      urls(out, server.address());
    }
    out.println("operators          " + server.commandAddress());
    String node = settings.text(Setting.NODE);
    if (settings.text(Setting.OWNERSHIP).equals("group")) {
      out.println("node               " + node + ", shares its partitions with others");
    }
    out.println("data               " + settings.path(Setting.DATA).toAbsolutePath().normalize());
    announceBucket(out, settings);
    if (!isNode) {
      out.println(whoMayCome(settings));
    }
    if (ProcessHandle.current().info().user().filter("root"::equals).isPresent()) {
      out.println(
          "WARNING: it runs as root, and so would whoever broke into it: give it a user of its own, as"
              + " deploy/tyto.service does.");
    }
    NewKey first = server.firstKey();
    if (first != null) {
      out.println();
      out.println("The first key, which may do everything, is shown this once and kept nowhere:");
      out.println();
      out.println("  " + first.text().text());
      out.println();
      out.println("`tyto keys create` makes others that may do less.");
    }
    out.println("Ctrl-C stops it.");
  }

  private static void announceBucket(PrintWriter out, Settings settings) {
    if (StoreSettings.home(settings) instanceof StoreHome.Bucket bucket) {
      out.println("bucket             " + bucket.location());
      if (!settings.text(Setting.OWNERSHIP).equals("group")) {
        out.println(
            "WARNING: events that come over HTTP are in the log on this machine's disk alone until they are"
                + " sealed into the bucket: whoever loses the disk loses them. With Kafka nothing is lost.");
      }
    }
  }

  private static String whoMayCome(Settings settings) {
    boolean isOpen = settings.text(Setting.ACCESS).equals("open");
    if (TytoServer.isLoopback(settings)) {
      return (isOpen ? "Anybody on this machine may ask. " : "It takes keys and tokens. ")
          + "Only this machine can reach it; --listen 0.0.0.0:8080 opens it to the network.";
    }
    return isOpen
        ? "WARNING: anybody who reaches this address may read, change and delete everything: `access` is `open`."
        : "It takes keys and tokens.";
  }

  static void urls(PrintWriter out, String address) {
    out.println("GraphiQL           " + address + "/graphiql");
    out.println("GraphQL            POST " + address + "/graphql");
    out.println("schema             " + address + "/schema.graphql");
    out.println("events             POST " + address + "/v1/collections/{name}/events");
  }

  /// Serves until SIGINT or SIGTERM, or an operator of its cluster ends it; then closes in order.
  static void untilInterrupted(TytoServer server) throws InterruptedException {
    CountDownLatch stop = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  stop.countDown();
                  // What a signal ends counts as failed otherwise, although it stopped in order.
                  Runtime.getRuntime().halt(0);
                },
                "shutdown"));
    server.stopAsked().thenRun(stop::countDown);
    stop.await();
  }
}
