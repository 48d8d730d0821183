package io.tyto.server.demo;

import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.IngestService;
import io.tyto.model.port.IngestService.IngestResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/// Sends the demo's events through the same port as HTTP requests, in batches as a collector would.
public final class DemoData {
  private static final int DAYS = 30;
  private static final int ROWS_A_BATCH = 10_000;

  private DemoData() {}

  /// @param refused events that became dead letters
  public record Sent(long accepted, long duplicates, long refused) {}

  /// The configs of the three collections.
  public static List<ConfigFile> configs() {
    return List.of(config("login.yaml"), config("score.yaml"), config("recharge.yaml"));
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

  private static List<IngestResult> batch(
      IngestService ingest, GameEvents events, long from, long to) {
    Map<GameEvents.Kind, StringBuilder> bodies = new EnumMap<>(GameEvents.Kind.class);
    for (long row = from; row < to; row++) {
      StringBuilder body =
          bodies.computeIfAbsent(events.kind(row), _ -> new StringBuilder(1 << 20));
      events.write(row, body);
    }
    List<CompletableFuture<IngestResult>> sent = new java.util.ArrayList<>();
    bodies.forEach(
        (kind, body) -> sent.add(ingest.ingest(kind.collection(), GameEvents.utf8(body))));
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
