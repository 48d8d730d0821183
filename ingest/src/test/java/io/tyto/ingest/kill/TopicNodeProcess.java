package io.tyto.ingest.kill;

import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.LocalNode;
import io.tyto.ingest.LogSources;
import io.tyto.ingest.kafka.KafkaOptions;
import io.tyto.ingest.kafka.KafkaSource;
import io.tyto.ingest.log.LogSource;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.Feed;
import io.tyto.store.Disk;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// The process that is killed while it reads a topic; it says `READY` and goes on until it dies.
public final class TopicNodeProcess {
  /// Seals and compacts all the time, so that a kill meets every part of it.
  private static final IngestOptions BUSY =
      IngestOptions.DEFAULT
          .withLog(new IngestOptions.Log(16 << 10, 1 << 20, 32 << 20, 0, 0))
          .withSeal(
              new IngestOptions.Seal(
                  400, 64 << 20, Duration.ofMillis(100), Duration.ofMillis(150), 50, 3, 1))
          .withMaintenanceInterval(Duration.ofMillis(50));

  private TopicNodeProcess() {}

  /// @param arguments data folder, brokers, topic, partitioner; name of the process, where it
  ///   shares the folder
  public static void main(String[] arguments) throws InterruptedException {
    String name = arguments.length > 4 ? arguments[4] : null;
    try (LocalNode node = open(Path.of(arguments[0]), arguments[1], BUSY.withNode(name))) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(node)));
      apply(node, arguments[2], arguments[3]);
      System.out.println("READY");
      new CountDownLatch(1).await();
    }
  }

  /// SIGTERM stops in order, and says so by the exit code.
  private static void stop(LocalNode node) {
    node.close();
    Runtime.getRuntime().halt(0);
  }

  static void apply(LocalNode node, String topic, String partitioner) {
    node.applyConfigs(
        List.of(
            new ConfigFile(
                "play.yaml",
                """
                collection: play
                time: ts
                eventId: id
                entity: { name: user, key: user }
                fields: { id: long, user: string, ts: timestamp, amount: long }
                source: { kafka: { topic: %s, partitioner: %s } }
                """
                    .formatted(topic, partitioner))));
  }

  static LocalNode open(Path data, String brokers, IngestOptions options) {
    KafkaSource kafka =
        new KafkaSource(new KafkaOptions(brokers, "ledger", Map.of(), Duration.ofSeconds(30)));
    LogSources sources =
        new LogSources() {
          @Override
          public LogSource of(Feed.Kind kind) {
            return kafka;
          }

          @Override
          public void close() {
            kafka.close();
          }
        };
    return LocalNode.open(data, options, Disk.SYSTEM, Clock.systemUTC(), sources);
  }
}
