package io.tyto.perf.kafka;

import io.tyto.broker.KafkaProcess;
import io.tyto.ingest.kafka.KafkaOptions;
import io.tyto.ingest.kafka.KafkaSource;
import io.tyto.ingest.log.LogSource.Topic;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.server.TytoServer;
import io.tyto.server.demo.DemoData;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `tyto bench kafka`: a real broker beside this process, on the same cores.
@Command(
    name = "kafka",
    mixinStandardHelpOptions = true,
    description = {
      "Ingests topics of a real Kafka broker, in turns with a bare consumer that only parses their"
          + " JSON, and measures how soon an event that is produced is seen by a query."
    })
public final class KafkaBench implements Callable<Integer> {
  private static final int PARTITIONS = 4;
  private static final Pattern READY =
      Pattern.compile(
          "(?m)^(?:(?:cubes|views|lifetime|join|anomalies):.*\\n(?:  .*\\n)+|  \\w+: +\\{ state:.*\\n)");
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final long LOOK_MILLIS = 5;

  @Spec private CommandSpec spec;

  @Option(names = "--rows", defaultValue = "4000000", description = "events (default: 4,000,000)")
  private long rows;

  @Option(names = "--rounds", defaultValue = "3", description = "of each, after one to warm up")
  private int rounds;

  @Option(names = "--rate", defaultValue = "20000", description = "events a second for freshness")
  private int rate;

  @Option(names = "--warm-up", defaultValue = "10", description = "seconds before freshness counts")
  private int warmUp;

  @Option(names = "--seconds", defaultValue = "30", description = "of measuring freshness")
  private int seconds;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    Path folder = Files.createTempDirectory("tyto-bench-kafka");
    try (KafkaProcess broker =
            KafkaProcess.start(
                KafkaProcess.builtJars(Path.of(System.getProperty("tyto.home", ""))),
                folder.resolve("kafka"));
        KafkaSource kafka =
            new KafkaSource(new KafkaOptions(broker.bootstrap(), "bench", Map.of(), DEADLINE))) {
      if (rows > 0) {
        compare(out, folder, broker, kafka);
      }
      if (seconds > 0) {
        new Freshness(out, rate, warmUp, seconds).measure(folder.resolve("fresh"), broker, kafka);
      }
    } finally {
      delete(folder);
    }
    return 0;
  }

  private void compare(PrintWriter out, Path folder, KafkaProcess broker, KafkaSource kafka)
      throws IOException, InterruptedException {
    List<String> names = new ArrayList<>();
    Map<String, Topic> topics = new HashMap<>();
    for (String collection : DemoData.collections()) {
      topics.put(collection, kafka.create("bench." + collection, PARTITIONS));
      names.add("bench." + collection);
    }
    DemoData.produce(
        rows,
        Instant.now(),
        (collection, key, payload) ->
            kafka.send(Objects.requireNonNull(topics.get(collection)), -1, key, payload, List.of()),
        _ -> {});
    out.printf("%,d events in %d topics of %d partitions%n", rows, names.size(), PARTITIONS);
    List<Double> bare = new ArrayList<>();
    List<Double> ours = new ArrayList<>();
    for (int round = 0; round <= rounds; round++) {
      double reading = BareConsumer.seconds(broker.bootstrap(), names, rows);
      Path data = folder.resolve("data-" + round);
      double ingesting = ingest(data, broker);
      delete(data);
      out.printf(
          "%s  bare %.2f s (%,.0f/s)   tyto %.2f s (%,.0f/s)   ratio %.2f%n",
          round == 0 ? "warm-up " : "round " + round + " ",
          reading,
          rows / reading,
          ingesting,
          rows / ingesting,
          ingesting / reading);
      out.flush();
      if (round > 0) {
        bare.add(reading);
        ours.add(ingesting);
      }
    }
    out.printf(
        "ingest from Kafka: median %,.0f rows/s, bare consumer %,.0f; ratio %.2f (goal: at most 2)%n",
        rows / median(ours), rows / median(bare), median(ours) / median(bare));
    out.flush();
  }

  /// Seconds from the first look at the topics until every event is a row or a dead letter that
  /// queries see.
  private double ingest(Path data, KafkaProcess broker) throws InterruptedException {
    Settings settings = settings(data, broker);
    double begun = System.nanoTime();
    try (TytoServer server = TytoServer.start(settings, configs(), Clock.systemUTC())) {
      while (taken(server) < rows) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
      return (System.nanoTime() - begun) / 1e9;
    }
  }

  /// The demo's, without what is made ready beforehand: the bare consumer makes nothing ready
  /// either.
  private static List<ConfigFile> configs() {
    return DemoData.configsOfTopics("bench.").stream()
        .filter(file -> DemoData.collections().contains(file.name().replace(".yaml", "")))
        .map(file -> new ConfigFile(file.name(), READY.matcher(file.text()).replaceAll("")))
        .toList();
  }

  private static long taken(TytoServer server) {
    return server.node().status().collections().stream()
        .mapToLong(one -> one.rows() + one.deadLetters())
        .sum();
  }

  static Settings settings(Path data, KafkaProcess broker) {
    Map<Setting, String> values = new EnumMap<>(Setting.class);
    values.put(Setting.DATA, data.toString());
    values.put(Setting.LISTEN, "127.0.0.1:0");
    values.put(Setting.ACCESS, "open");
    values.put(Setting.KAFKA_BROKERS, broker.bootstrap());
    return Settings.resolve(null, Map.of(), values);
  }

  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }

  private static void delete(@Nullable Path folder) throws IOException {
    if (folder == null || !Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (UncheckedIOException e) {
      throw new IOException("cannot delete " + folder, e);
    }
  }
}
