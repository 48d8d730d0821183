package io.tyto.server.cli;

import io.tyto.broker.BucketProcess;
import io.tyto.broker.KafkaProcess;
import io.tyto.ingest.kafka.KafkaOptions;
import io.tyto.ingest.kafka.KafkaSource;
import io.tyto.ingest.log.LogSource.Topic;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.server.fleet.FleetStore;
import io.tyto.server.fleet.LedgerAsker;
import io.tyto.server.fleet.LedgerBook;
import io.tyto.server.fleet.LedgerProducer;
import io.tyto.server.fleet.LedgerTally;
import io.tyto.server.fleet.ProcessFleet;
import io.tyto.server.fleet.ServeProcess;
import io.tyto.server.settings.Setting;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;

/// The demo of a cluster: a broker, a store, three nodes and a gateway as processes of their own,
/// of which one is killed, one comes and one goes, while events come in and questions are asked.
/// Every answer is compared with a ledger of what was produced.
final class ClusterDemo {
  private static final String TOPIC = "demo.ledger";
  private static final int PARTITIONS = 6;
  private static final int RATE = 500;
  private static final int ASKERS = 2;
  private static final Duration ASK_PAUSE = Duration.ofMillis(50);
  private static final long SEED = 2026;
  private static final int SHOWN = 120;

  /// Between two things that happen, so that what each does can be seen.
  private static final Duration CALM = Duration.ofSeconds(5);

  private static final Duration START = Duration.ofMinutes(3);
  private static final Duration CHANGE = Duration.ofMinutes(2);
  private static final Duration CALL = Duration.ofSeconds(30);

  /// What the client of the ledger has to say is told by what becomes of the ledger. Held, or its
  /// level would be forgotten.
  private static final Logger KAFKA = Logger.getLogger("org.apache.kafka");

  private final PrintWriter out;
  private final Path folder;
  private final long startNanos = System.nanoTime();
  private final LedgerBook book = new LedgerBook(PARTITIONS, SEED);
  private final LedgerTally tally = new LedgerTally();
  private volatile boolean isAsking = true;

  /// @param folder of broker, config, data and logs; must be empty
  ClusterDemo(PrintWriter out, Path folder) {
    this.out = out;
    this.folder = folder;
  }

  /// Runs it, and ends whatever it started. TytoException where something is not as it has to be.
  void run() throws IOException, InterruptedException {
    KAFKA.setLevel(Level.SEVERE);
    try {
      play();
    } finally {
      tell();
    }
    require(
        tally.wrongCount() + tally.behindCount() + tally.unnamedCount() == 0,
        "DIFFERENT: an answer was neither exact nor a named error; this is a defect");
    out.printf(
        Locale.ROOT,
        "EQUAL: each of %,d events was counted exactly once, over a kill, a join and a drain%n",
        book.total().events());
    out.flush();
  }

  private void play() throws IOException, InterruptedException {
    Path home = Path.of(System.getProperty("tyto.home", ""));
    try (KafkaProcess broker =
            KafkaProcess.start(KafkaProcess.builtJars(home), folder.resolve("kafka"));
        BucketProcess bucket =
            BucketProcess.start(BucketProcess.builtJars(home), folder.resolve("s3"));
        KafkaSource kafka =
            new KafkaSource(new KafkaOptions(broker.bootstrap(), "tyto-demo", Map.of(), CALL))) {
      Runtime.getRuntime().addShutdownHook(new Thread(broker::close));
      Runtime.getRuntime().addShutdownHook(new Thread(bucket::close));
      say("broker", "Kafka at %s; log: kafka/broker.log".formatted(broker.bootstrap()));
      say("store", "a bucket of S3 at %s; log: s3/s3.log".formatted(bucket.endpoint()));
      Topic topic = kafka.create(TOPIC, PARTITIONS);
      FleetStore store = new FleetStore.Bucket(bucket, folder.resolve("data"), "demo");
      try (ProcessFleet fleet =
          new ProcessFleet(
              folder,
              settings(broker),
              store,
              List.of("a", "b", "c"),
              ProcessFleet.Between.NOTHING)) {
        start(fleet);
        try (LedgerProducer producer =
            new LedgerProducer(
                book, (key, payload) -> kafka.send(topic, -1, key, payload, List.of()), RATE)) {
          disturb(fleet, producer);
        } finally {
          isAsking = false;
        }
        stop(fleet);
      }
    }
  }

  private Map<Setting, String> settings(KafkaProcess broker) throws IOException {
    Path configs = Files.createDirectories(folder.resolve("config"));
    Files.writeString(configs.resolve("ledger.yaml"), LedgerBook.config(TOPIC));
    Map<Setting, String> settings = new EnumMap<>(Setting.class);
    settings.put(Setting.CONFIG, configs.toString());
    settings.put(Setting.KAFKA_BROKERS, broker.bootstrap());
    settings.put(Setting.KAFKA_GROUP, "tyto-demo");
    settings.put(Setting.CLUSTER_NAME, "demo");
    // Seals are far enough apart for a kill to fall between them.
    settings.put(Setting.SEAL_SMALL_AGE, "5s");
    settings.put(Setting.SEAL_AGE, "5s");
    return settings;
  }

  private void start(ProcessFleet fleet) {
    // The first makes the collection; the others find it.
    ready(fleet.launch("a", "all"), "node a");
    List.of("b", "c").forEach(name -> fleet.launch(name, "all"));
    fleet.launch("g", "gateway");
    ready(fleet.process("b"), "node b");
    ready(fleet.process("c"), "node c");
    ready(fleet.process("g"), "gateway g");
    say(
        "waiting",
        "for the nodes to find each other and to share %d partitions".formatted(PARTITIONS));
    fleet.awaitOwners(fleet.process("g"), Set.of("a", "b", "c"), PARTITIONS, START);
    owners(fleet);
  }

  private void ready(ServeProcess process, String what) {
    process.awaitReady(START);
    say(
        what,
        "answers at %s, process %d; log: %s"
            .formatted(process.address(), process.pid(), process.log().getFileName()));
  }

  private void owners(ProcessFleet fleet) {
    say(
        "",
        "who takes events: "
            + ProcessFleet.standing(fleet.process("g")).owned().entrySet().stream()
                .filter(one -> one.getValue() > 0)
                .map(one -> "%s %d partitions".formatted(one.getKey(), one.getValue()))
                .collect(Collectors.joining(", ")));
  }

  private void disturb(ProcessFleet fleet, LedgerProducer producer) throws InterruptedException {
    ServeProcess gateway = fleet.process("g");
    say(
        "LOAD",
        "%,d events a second into the topic %s, questions at the gateway by %d askers"
            .formatted(RATE, TOPIC, ASKERS));
    LedgerAsker asker = new LedgerAsker(book, gateway.address(), tally, SEED);
    for (int i = 0; i < ASKERS; i++) {
      asker.askUntil(() -> !isAsking, ASK_PAUSE);
    }
    calm(fleet, asker);

    ServeProcess killed = fleet.process("b");
    killed.kill();
    say("KILL", "node b (process %d) dies by SIGKILL".formatted(killed.pid()));
    settled(fleet, asker, Set.of("a", "c"));
    calm(fleet, asker);

    say("ADD", "node d starts");
    ready(fleet.launch("d", "all"), "node d");
    settled(fleet, asker, Set.of("a", "c", "d"));
    calm(fleet, asker);

    say("DRAIN", "node c is told to go (SIGTERM): it seals and hands over what it has");
    stop(fleet.process("c"));
    say("", "node c has ended, with 0");
    settled(fleet, asker, Set.of("a", "d"));
    calm(fleet, asker);

    producer.finish(CALL);
    say("end", "the topic has all %,d events".formatted(book.total().events()));
    asker.awaitCounted(book.accepted(), CHANGE);
    say("", "and the gateway counts all of them");
    isAsking = false;
    for (String name : List.of("a", "d", "g")) {
      new LedgerAsker(book, fleet.process(name).address(), tally, SEED)
          .awaitCounted(book.accepted(), CHANGE);
      say("", "%s answers the same, lane by lane".formatted(name));
    }
  }

  private void calm(ProcessFleet fleet, LedgerAsker asker) throws InterruptedException {
    int before = tally.exact();
    TimeUnit.NANOSECONDS.sleep(CALM.toNanos());
    asker.awaitCounted(book.accepted(), CHANGE);
    say("", "%d exact answers in %s s".formatted(tally.exact() - before, CALM.toSeconds()));
    owners(fleet);
  }

  /// Waits until somebody takes all events again, and what was accepted before is counted.
  private void settled(ProcessFleet fleet, LedgerAsker asker, Set<String> names)
      throws InterruptedException {
    int[] accepted = book.accepted();
    long begun = System.nanoTime();
    Map<String, Integer> before = tally.refused();
    asker.awaitCounted(accepted, CHANGE);
    say("", "what was accepted before is counted again %s later".formatted(since(begun)));
    fleet.awaitOwners(fleet.process("g"), names, PARTITIONS, CHANGE);
    say("", "all partitions are owned again %s later".formatted(since(begun)));
    Map<String, Integer> refused = tally.refused();
    before.forEach((code, count) -> refused.merge(code, -count, Integer::sum));
    refused.values().removeIf(count -> count == 0);
    say(
        "",
        refused.isEmpty()
            ? "no question failed meanwhile"
            : "questions that failed meanwhile, by name: " + refused);
    if (!refused.isEmpty()) {
      String first = refused.keySet().iterator().next();
      say("", "  such as: " + shortened(String.valueOf(tally.reasons().get(first))));
    }
  }

  private static String shortened(String text) {
    return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
  }

  private static String since(long nanos) {
    return String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - nanos) / 1e9);
  }

  private void stop(ProcessFleet fleet) {
    List.of("g", "d", "a").forEach(name -> stop(fleet.process(name)));
    say("stop", "gateway and nodes have sealed what they had and ended");
    fleet.verify("a", CHANGE);
    say("verify", "every byte of the store was read again: manifests, segments and hashes agree");
  }

  private static void stop(ServeProcess process) {
    int code = process.stop(CHANGE);
    require(
        code == 0, "%s ended with %d; why is in %s".formatted(process.name(), code, process.log()));
  }

  private void tell() {
    LedgerBook.Total total = book.total();
    out.println();
    out.println("ledger, and what was answered meanwhile");
    out.printf(Locale.ROOT, "  events produced                  %,12d%n", total.events());
    out.printf(Locale.ROOT, "  exact answers                    %,12d%n", tally.exact());
    out.printf(
        Locale.ROOT,
        "    half of them took at most      %12.1f ms, 99 of 100 at most %.1f ms%n",
        tally.millis(0.5),
        tally.millis(0.99));
    tally
        .refused()
        .forEach(
            (code, count) -> out.printf(Locale.ROOT, "  refused with %-19s %,12d%n", code, count));
    out.printf(Locale.ROOT, "  wrong answers                    %,12d%n", tally.wrongCount());
    out.printf(Locale.ROOT, "  answers behind an earlier one    %,12d%n", tally.behindCount());
    out.printf(Locale.ROOT, "  errors without a name            %,12d%n", tally.unnamedCount());
    tally.problems().forEach(problem -> out.println("  " + problem));
    out.flush();
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new TytoException(ErrorCode.INTERNAL, otherwise);
    }
  }

  private void say(String what, String text) {
    out.printf(
        Locale.ROOT, "%6.1f s  %-10s %s%n", (System.nanoTime() - startNanos) / 1e9, what, text);
    out.flush();
  }
}
