package io.tyto.testkit.kafka;

import io.tyto.broker.KafkaProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/// A real Kafka broker of one node in a process of its own, and what tests do to it.
///
/// It dies with this JVM, also where that is killed. Thread-safe; calls to the broker fail after 30
/// s.
public final class KafkaBroker implements AutoCloseable {
  private static final int CALL_SECONDS = 30;

  private final KafkaProcess process;
  private final Admin admin;

  /// A broker in a folder, which may hold what an earlier one left.
  public static KafkaBroker start(Path folder) {
    try {
      return new KafkaBroker(KafkaProcess.start(KafkaProcess.builtJars(Path.of("")), folder));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The broker that all tests of this JVM share; started by the first call, in a folder of its own
  /// that goes with it. Who stops, kills or pauses a broker starts one for himself.
  public static KafkaBroker shared() {
    return Shared.BROKER;
  }

  private KafkaBroker(KafkaProcess process) {
    this.process = process;
    this.admin =
        Admin.create(
            Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                process.bootstrap(),
                AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                200));
  }

  /// Value of `bootstrap.servers`; the same after a restart.
  public String bootstrap() {
    return process.bootstrap();
  }

  /// Kills with SIGKILL.
  public void kill() {
    process.kill();
  }

  /// Shuts down in order.
  public void stop() {
    process.stop();
  }

  /// Starts it again with its data, on the same port.
  public void restart() {
    try {
      process.restart();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Stops the process (SIGSTOP): connections stay open and nobody answers.
  public void pause() {
    try {
      process.pause();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Goes on after {@link #pause}.
  public void resume() {
    try {
      process.resume();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void createTopic(String topic, int partitions) {
    createTopic(topic, partitions, Map.of());
  }

  /// @param settings of the topic, such as `retention.ms`
  public void createTopic(String topic, int partitions, Map<String, String> settings) {
    NewTopic created = new NewTopic(topic, Optional.of(partitions), Optional.empty());
    await(admin.createTopics(List.of(created.configs(settings))).all());
    awaitListed(topic, true);
  }

  public void deleteTopic(String topic) {
    await(admin.deleteTopics(List.of(topic)).all());
    awaitListed(topic, false);
  }

  /// @param partitions number of them afterwards
  public void addPartitions(String topic, int partitions) {
    await(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions))).all());
  }

  /// Deletes all records below an offset, as retention would.
  public void deleteRecords(String topic, int partition, long below) {
    await(
        admin
            .deleteRecords(
                Map.of(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(below)))
            .all());
  }

  /// For what has no method here.
  public Admin admin() {
    return admin;
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
    process.close();
  }

  /// The controller answers before the broker has heard of it.
  private void awaitListed(String topic, boolean isListed) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CALL_SECONDS);
    while (await(admin.listTopics().names()).contains(topic) != isListed) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException(
            "the broker %s the topic %s".formatted(isListed ? "never had" : "kept", topic));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
    }
  }

  private static <T> T await(KafkaFuture<T> done) {
    try {
      return done.get(CALL_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the broker refused: " + e.getCause(), e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException("the broker did not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the broker was asked", e);
    }
  }

  private static final class Shared {
    static final KafkaBroker BROKER = startForAll();

    private static KafkaBroker startForAll() {
      try {
        Path folder = Files.createTempDirectory("tyto-kafka");
        KafkaBroker broker = start(folder);
        Runtime.getRuntime()
            .addShutdownHook(
                new Thread(() -> {
                  broker.close();
                  delete(folder);
                }));
        return broker;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void delete(Path folder) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
