package io.tyto.server.cli;

import io.tyto.broker.KafkaProcess;
import io.tyto.ingest.kafka.KafkaOptions;
import io.tyto.ingest.kafka.KafkaSource;
import io.tyto.ingest.log.LogSource.Topic;
import io.tyto.model.port.AdminService.CollectionStatus;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.AdminService.FeedStatus;
import io.tyto.model.port.AdminService.Status;
import io.tyto.server.demo.DemoData;
import io.tyto.server.demo.Ledger;
import io.tyto.server.fleet.ServeProcess;
import io.tyto.server.settings.Setting;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// The demo over Kafka: a real broker and an ingester beside this process, which produces events to
/// topics, kills the ingester twice on the way, and compares what is answered with what it sent.
final class KafkaDemo {
  private static final int PARTITIONS = 4;
  private static final int KILLS = 2;
  private static final int SEAL_ROWS = 20_000;
  private static final Duration START_DEADLINE = Duration.ofSeconds(90);
  private static final Duration CALL_DEADLINE = Duration.ofSeconds(30);
  private static final long QUIET_DEADLINE_SECONDS = 300;
  private static final long LOOK_MILLIS = 200;
  private static final String PREFIX = "demo.";

  private final PrintWriter out;
  private final Path folder;
  private final long rows;

  /// @param folder of broker, configs and data; must be empty
  KafkaDemo(PrintWriter out, Path folder, long rows) {
    this.out = out;
    this.folder = folder;
    this.rows = rows;
  }

  /// Runs it; leaves broker and ingester to the caller's ending.
  ///
  /// @return the ingester, to be visited
  ServeProcess run() throws IOException, InterruptedException {
    KafkaProcess broker =
        KafkaProcess.start(
            KafkaProcess.builtJars(Path.of(System.getProperty("tyto.home", ""))),
            folder.resolve("kafka"));
    Runtime.getRuntime().addShutdownHook(new Thread(broker::close));
    say("broker  Kafka at " + broker.bootstrap() + ", a process of its own");
    KafkaSource kafka =
        new KafkaSource(new KafkaOptions(broker.bootstrap(), "tyto-demo", Map.of(), CALL_DEADLINE));
    Path configs = Files.createDirectories(folder.resolve("config"));
    Map<String, Topic> topics = new HashMap<>();
    DemoData.writeTables(configs);
    for (ConfigFile file : DemoData.configsOfTopics(PREFIX)) {
      Files.writeString(configs.resolve(file.name()), file.text());
    }
    for (String collection : DemoData.collections()) {
      topics.put(collection, kafka.create(PREFIX + collection, PARTITIONS));
    }
    say("topics  %s, %d partitions each".formatted(String.join(", ", names(topics)), PARTITIONS));
    ServeProcess ingester =
        ServeProcess.launch(
            "the ingester",
            List.of(),
            settings(broker, configs),
            Map.of(),
            folder.resolve("ingester.log"));
    ingester.awaitReady(START_DEADLINE);
    say("ingest  tyto serve at " + ingester.address() + ", a process of its own");
    Ledger ledger = produce(kafka, topics, ingester);
    awaitQuiet(ledger, ingester);
    compare(ledger, ingester);
    kafka.close();
    return ingester;
  }

  private static List<String> names(Map<String, Topic> topics) {
    return topics.values().stream().map(Topic::name).sorted().toList();
  }

  private Map<Setting, String> settings(KafkaProcess broker, Path configs) {
    Map<Setting, String> settings = new EnumMap<>(Setting.class);
    settings.put(Setting.CONFIG, configs.toString());
    settings.put(Setting.DATA, folder.resolve("data").toString());
    settings.put(Setting.KAFKA_BROKERS, broker.bootstrap());
    // Small segments, so that each kill falls between commits.
    settings.put(Setting.SEAL_ROWS, String.valueOf(SEAL_ROWS));
    return settings;
  }

  private Ledger produce(KafkaSource kafka, Map<String, Topic> topics, ServeProcess ingester) {
    Progress progress = new Progress(out, "produce", rows);
    long[] nextKill = {rows / (KILLS + 1)};
    Ledger ledger =
        DemoData.produce(
            rows,
            Instant.now(),
            (collection, key, payload) ->
                kafka.send(
                    Objects.requireNonNull(topics.get(collection)), -1, key, payload, List.of()),
            done -> {
              progress.show(done, done);
              if (done >= nextKill[0] && nextKill[0] < rows * KILLS / (KILLS + 1) + 1) {
                nextKill[0] += rows / (KILLS + 1);
                say(
                    "kill    the ingester dies by SIGKILL after %,d events were produced"
                        .formatted(done));
                ingester.kill();
                ingester.restart();
                ingester.awaitReady(START_DEADLINE);
                say("        and is back; what it had not committed it reads again");
              }
            });
    progress.finish(rows);
    return ledger;
  }

  /// Waits until everything that was produced was taken.
  private void awaitQuiet(Ledger ledger, ServeProcess ingester) throws InterruptedException {
    long begun = System.nanoTime();
    long deadline = begun + TimeUnit.SECONDS.toNanos(QUIET_DEADLINE_SECONDS);
    RunningServer server = new RunningServer(ingester.commandAddress());
    Status status = server.status();
    while (!hasAll(ledger, status) && System.nanoTime() - deadline < 0) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      status = server.status();
    }
    say(
        "ingest  caught up %.1f s after the last event"
            .formatted((System.nanoTime() - begun) / 1e9));
    status.alarms().forEach(alarm -> say("ALARM   " + alarm));
  }

  /// By positions: what is known of the end of a topic is a moment old.
  private static boolean hasAll(Ledger ledger, Status status) {
    for (Ledger.Entry entry : ledger.entries()) {
      long taken =
          status.feeds().stream()
              .filter(feed -> feed.collections().contains(entry.collection()))
              .mapToLong(FeedStatus::position)
              .sum();
      if (taken < entry.events() + entry.broken()) {
        return false;
      }
    }
    return true;
  }

  private void compare(Ledger ledger, ServeProcess ingester) {
    Map<String, CollectionStatus> standing = new HashMap<>();
    RunningServer server = new RunningServer(ingester.commandAddress());
    server.status().collections().forEach(one -> standing.put(one.name(), one));
    boolean isEqual = true;
    out.println();
    out.printf(
        "%-10s %14s %14s   %18s %18s   %8s %8s%n",
        "", "produced", "rows", "sum produced", "sum answered", "broken", "dead");
    for (Ledger.Entry entry : ledger.entries()) {
      Answer answer = ask(entry.collection(), server);
      long dead = Objects.requireNonNull(standing.get(entry.collection())).deadLetters();
      out.printf(
          "%-10s %,14d %,14d   %,18d %,18d   %,8d %,8d%n",
          entry.collection(),
          entry.events(),
          answer.count(),
          entry.sum(),
          answer.sum(),
          entry.broken(),
          dead);
      isEqual &=
          entry.events() == answer.count() && entry.sum() == answer.sum() && entry.broken() == dead;
    }
    out.println(
        isEqual
            ? "EQUAL: every event was counted exactly once, over %d kills".formatted(KILLS)
            : "DIFFERENT: this is a defect");
    out.flush();
    if (!isEqual) {
      throw new IllegalStateException("what was answered is not what was produced");
    }
  }

  /// @param sum of cents or points
  private record Answer(long count, long sum) {}

  private static Answer ask(String collection, RunningServer server) {
    String measure =
        switch (collection) {
          case "recharge" -> "amount { sumExact }";
          case "score" -> "score { sumExact }";
          default -> "";
        };
    String query =
        "{ %s { aggregate(input: {range: {last: \"P60D\"}}) { totals { count %s } } } }"
            .formatted(collection, measure);
    Json.Node totals =
        server.graphQl(query).get("data").get(collection).get("aggregate").get("totals");
    String column = collection.equals("recharge") ? "amount" : "score";
    String sum = totals.get(column).get("sumExact").textOrNull();
    long exact =
        sum == null
            ? 0
            : collection.equals("recharge")
                ? new BigDecimal(sum).movePointRight(2).longValueExact()
                : new BigDecimal(sum).longValueExact();
    return new Answer(totals.get("count").number(), exact);
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }
}
