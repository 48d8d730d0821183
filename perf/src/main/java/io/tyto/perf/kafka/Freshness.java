package io.tyto.perf.kafka;

import io.tyto.broker.KafkaProcess;
import io.tyto.ingest.kafka.KafkaSource;
import io.tyto.ingest.log.LogSource.Topic;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.server.TytoServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Time from producing an event to the end of the first GraphQL request over HTTP that counts it,
/// with default settings and a steady load.
///
/// Events are numbered, and those of a partition are seen in their order: a query asks for the
/// greatest number of each.
final class Freshness {
  private static final int LANES = 4;
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final Pattern ROW =
      Pattern.compile("\"lane\":\"?(\\d+)\"?\\}.*?\"max\":\"?(\\d+)");
  private static final String QUERY =
      "{\"query\":\"{ fresh { aggregate(input: {range: {last: \\\"P1D\\\"}, groupBy: [{dimension: LANE}]})"
          + " { rows { key { lane } measures { number { max } } } } } }\"}";
  private static final String CONFIG =
      """
      collection: fresh
      time: ts
      fields:
        ts: timestamp
        number: long
        lane: { type: int, role: dimension }
        user: string
        country: string
        amount: "decimal(18,2)"
      source: { kafka: { topic: bench.fresh } }
      """;

  private final PrintWriter out;
  private final int rate;
  private final int warmUp;
  private final int seconds;
  private final long[] sentNanos;
  private final long[] latencies;
  private volatile int sent;
  private int seen;

  /// @param warmUp seconds that do not count
  Freshness(PrintWriter out, int rate, int warmUp, int seconds) {
    this.out = out;
    this.rate = rate;
    this.warmUp = warmUp;
    this.seconds = seconds;
    this.sentNanos = new long[rate * (seconds + warmUp)];
    this.latencies = new long[sentNanos.length];
  }

  void measure(Path data, KafkaProcess broker, KafkaSource kafka)
      throws IOException, InterruptedException {
    Topic topic = kafka.create("bench.fresh", LANES);
    try (TytoServer server =
            TytoServer.start(
                KafkaBench.settings(data, broker),
                List.of(new ConfigFile("fresh.yaml", CONFIG)),
                Clock.systemUTC());
        HttpClient http = HttpClient.newHttpClient()) {
      Thread producer = Thread.ofPlatform().name("producer").start(() -> produce(kafka, topic));
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(server.address() + "/graphql"))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(QUERY))
              .build();
      long[] next = {0, 1, 2, 3};
      int queries = 0;
      while (seen < sentNanos.length) {
        String answer = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        note(answer, System.nanoTime(), next);
        queries++;
        LockSupport.parkNanos(POLL_NANOS);
      }
      producer.join();
      report(queries);
    }
  }

  private void produce(KafkaSource kafka, Topic topic) {
    long begun = System.nanoTime();
    while (sent < sentNanos.length) {
      long due = Math.min(sentNanos.length, (System.nanoTime() - begun) / 1_000 * rate / 1_000_000);
      int number = sent;
      for (; number < due; number++) {
        byte[] event = event(number);
        sentNanos[number] = System.nanoTime();
        kafka.send(topic, number % LANES, null, event, List.of());
      }
      sent = number;
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  private static byte[] event(int number) {
    return ("{\"ts\":\"%s\",\"number\":%d,\"lane\":%d,\"user\":\"u%d\",\"country\":\"DE\",\"amount\":\"%d.50\"}"
            .formatted(Instant.now(), number, number % LANES, number % 10_007, number % 100))
        .getBytes(StandardCharsets.UTF_8);
  }

  /// Every event of a lane up to its greatest number has been counted now.
  private void note(String answer, long now, long[] next) {
    Matcher row = ROW.matcher(answer);
    while (row.find()) {
      int lane = Integer.parseInt(row.group(1));
      long greatest = Long.parseLong(row.group(2));
      while (next[lane] <= greatest) {
        int number = (int) next[lane];
        latencies[number] = now - sentNanos[number];
        next[lane] += LANES;
        seen++;
      }
    }
    if (answer.contains("\"errors\"")) {
      throw new IllegalStateException(answer);
    }
  }

  private void report(int queries) {
    long[] measured = Arrays.copyOfRange(latencies, rate * warmUp, latencies.length);
    Arrays.sort(measured);
    out.printf(
        "freshness at %,d events/s for %d s, %,d queries: p50 %.0f ms, p99 %.0f ms, p99.9 %.0f ms, max %.0f ms (goal: p99 under 1,000)%n",
        rate,
        seconds,
        queries,
        at(measured, 0.5),
        at(measured, 0.99),
        at(measured, 0.999),
        measured[measured.length - 1] / 1e6);
    out.flush();
  }

  private static double at(long[] sorted, double share) {
    return sorted[(int) (share * (sorted.length - 1))] / 1e6;
  }
}
