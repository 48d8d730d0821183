package io.tyto.server.demo;

import io.tyto.model.access.Caller;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.IngestService;
import io.tyto.model.port.IngestService.IngestResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Sends the demo's events through the same port as HTTP requests, in batches as a collector would.
public final class DemoData {
  private static final int DAYS = 30;
  private static final int ROWS_A_BATCH = 10_000;
  private static final int MAX_UNCONFIRMED = 20_000;

  private DemoData() {}

  /// @param refused events that became dead letters
  public record Sent(long accepted, long duplicates, long refused) {}

  /// All configs: of the collections that are sent, of one that gathers alerts, and of a dimension
  /// table.
  public static List<ConfigFile> configs() {
    return List.of(
        config("login.yaml"),
        config("score.yaml"),
        config("recharge.yaml"),
        config("recharge_alert.yaml"),
        config("servers.yaml"));
  }

  /// Writes the rows of the dimension table to where the config of a server finds them.
  ///
  /// @param folder of its configs
  public static void writeTables(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("servers.csv"), resource("servers.csv"));
  }

  /// The collections that are sent.
  public static List<String> collections() {
    return Stream.of(GameEvents.Kind.values()).map(GameEvents.Kind::collection).toList();
  }

  /// The queries that the demo runs: each block is a title (`# ...`) and its text.
  public static String queries() {
    return resource("queries.graphql");
  }

  /// Generates and ingests; returns when every event is durable.
  ///
  /// @param progress told the number of events that are durable
  public static Sent send(IngestService ingest, long rows, Instant now, LongConsumer progress) {
    Instant end = now.truncatedTo(ChronoUnit.HOURS).plus(1, ChronoUnit.HOURS);
    Instant until = end.isAfter(now) ? now : end;
    GameEvents events = new GameEvents(rows, until.minus(DAYS, ChronoUnit.DAYS), until);
    AtomicLong durable = new AtomicLong();
    AtomicLong accepted = new AtomicLong();
    AtomicLong duplicates = new AtomicLong();
    AtomicLong refused = new AtomicLong();
    int workers = Math.max(2, Runtime.getRuntime().availableProcessors());
    AtomicLong next = new AtomicLong();
    try (ExecutorService pool = Executors.newFixedThreadPool(workers)) {
      List<CompletableFuture<Void>> running = new java.util.ArrayList<>();
      for (int w = 0; w < workers; w++) {
        running.add(
            CompletableFuture.runAsync(
                () -> {
                  for (long from = next.getAndAdd(ROWS_A_BATCH);
                      from < rows;
                      from = next.getAndAdd(ROWS_A_BATCH)) {
                    long to = Math.min(rows, from + ROWS_A_BATCH);
                    for (IngestResult result : batch(ingest, events, from, to)) {
                      accepted.addAndGet(result.accepted());
                      duplicates.addAndGet(result.duplicates());
                      refused.addAndGet(result.rejected().size());
                    }
                    progress.accept(durable.addAndGet(to - from));
                  }
                },
                pool));
      }
      CompletableFuture.allOf(running.toArray(CompletableFuture<?>[]::new)).join();
    }
    return new Sent(accepted.get(), duplicates.get(), refused.get());
  }

  /// All configs, the collections that are sent fed by topics of their names.
  ///
  /// @param prefix of the topics' names
  public static List<ConfigFile> configsOfTopics(String prefix) {
    return configs().stream()
        .map(file -> new ConfigFile(file.name(), withTopic(file, prefix)))
        .toList();
  }

  private static String withTopic(ConfigFile file, String prefix) {
    String collection = file.name().replace(".yaml", "");
    if (!collections().contains(collection)) {
      return file.text();
    }
    String feed = "source:\n  kafka: { topic: %s%s }\n".formatted(prefix, collection);
    return file.text().contains("\nsource:\n")
        ? file.text().replace("source:\n", feed)
        : file.text() + feed;
  }

  /// Sends events to topics, keyed by user; returns when the log has them all.
  ///
  /// @param sink takes collection, key and payload
  /// @param progress told the number of events that were handed over
  public static Ledger produce(long rows, Instant now, Sink sink, LongConsumer progress) {
    GameEvents events = new GameEvents(rows, now.minus(DAYS, ChronoUnit.DAYS), now);
    Ledger ledger = new Ledger();
    Semaphore room = new Semaphore(MAX_UNCONFIRMED);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    StringBuilder text = new StringBuilder();
    for (long row = 0; row < rows; row++) {
      text.setLength(0);
      events.write(row, text);
      text.setLength(text.length() - 1);
      room.acquireUninterruptibly();
      sink.send(
              events.kind(row).collection(),
              events.userId(row).getBytes(StandardCharsets.UTF_8),
              GameEvents.utf8(text))
          .whenComplete((_, refused) -> {
            room.release();
            if (refused != null) {
              failure.compareAndSet(null, refused);
            }
          });
      ledger.add(events.kind(row), events.isBroken(row), events.weight(row));
      progress.accept(row + 1);
    }
    room.acquireUninterruptibly(MAX_UNCONFIRMED);
    Throwable refused = failure.get();
    if (refused != null) {
      throw new IllegalStateException("an event was not taken by its topic", refused);
    }
    return ledger;
  }

  /// Takes events for topics.
  public interface Sink {
    CompletableFuture<Void> send(String collection, byte[] key, byte[] payload);
  }

  private static List<IngestResult> batch(
      IngestService ingest, GameEvents events, long from, long to) {
    Map<GameEvents.Kind, StringBuilder> bodies = new EnumMap<>(GameEvents.Kind.class);
    for (long row = from; row < to; row++) {
      StringBuilder body =
          bodies.computeIfAbsent(events.kind(row), _ -> new StringBuilder(1 << 20));
      events.write(row, body);
    }
    List<CompletableFuture<IngestResult>> sent = new java.util.ArrayList<>();
    bodies.forEach((kind, body) ->
        sent.add(ingest.ingest(kind.collection(), GameEvents.utf8(body), Caller.SYSTEM)));
    return sent.stream().map(CompletableFuture::join).toList();
  }

  private static ConfigFile config(String name) {
    return new ConfigFile(name, resource(name));
  }

  private static String resource(String name) {
    try (InputStream in = DemoData.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + name + " is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
