package io.tyto.server.fleet;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Asks a process of a fleet for the ledger, and compares every answer with the book. Thread-safe;
/// calls block.
public final class LedgerAsker {
  /// Longer than any question may take by the settings of the server.
  private static final Duration DEADLINE = Duration.ofSeconds(45);

  /// Errors that tell callers what is the matter; INTERNAL tells that nobody foresaw it.
  private static final Set<String> NAMED =
      Stream.of(ErrorCode.values())
          .filter(code -> code != ErrorCode.INTERNAL)
          .map(Enum::name)
          .collect(Collectors.toUnmodifiableSet());

  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private final LedgerBook book;
  private final URI address;
  private final LedgerTally tally;
  private final Random random;

  /// By lane, what an answer of this process is known to have counted.
  private final int[] floors;

  /// @param address of the process that is asked
  /// @param tally takes what comes of each question
  public LedgerAsker(LedgerBook book, String address, LedgerTally tally, long seed) {
    this.book = book;
    this.address = URI.create(address + "/graphql");
    this.tally = tally;
    this.random = new Random(seed);
    this.floors = new int[book.lanes()];
  }

  /// Asks a random question. True where the answer is exact.
  boolean askRandom() {
    LedgerQuestion question;
    synchronized (random) {
      question = LedgerQuestion.random(random);
    }
    return ask(question);
  }

  /// Starts a thread that asks random questions, with a pause behind each, until it is enough.
  public Thread askUntil(BooleanSupplier isEnough, Duration pause) {
    return Thread.ofPlatform()
        .daemon()
        .name("asker")
        .start(() -> {
          while (!isEnough.getAsBoolean()) {
            askRandom();
            LockSupport.parkNanos(pause.toNanos());
          }
        });
  }

  /// Asks for everything, again and again, until at least so many events of each lane are counted;
  /// TytoException where that takes longer.
  public void awaitCounted(int[] events, Duration deadline) throws InterruptedException {
    long until = System.nanoTime() + deadline.toNanos();
    while (!ask(LedgerQuestion.ALL) || !isCounted(events)) {
      if (System.nanoTime() - until > 0) {
        throw new TytoException(
            ErrorCode.INTERNAL,
            "after %d s %s has not counted what was accepted before: %s"
                .formatted(deadline.toSeconds(), address, behind(events)));
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private boolean isCounted(int[] events) {
    return behind(events).isEmpty();
  }

  private synchronized Map<Integer, String> behind(int[] events) {
    Map<Integer, String> behind = new HashMap<>();
    for (int lane = 0; lane < floors.length; lane++) {
      if (floors[lane] < events[lane]) {
        behind.put(lane, floors[lane] + " of " + events[lane]);
      }
    }
    return behind;
  }

  private boolean ask(LedgerQuestion question) {
    int[] before = floors();
    long start = System.nanoTime();
    String body;
    try {
      HttpRequest request =
          HttpRequest.newBuilder(address)
              .timeout(DEADLINE)
              .header("Content-Type", "application/json")
              .POST(
                  BodyPublishers.ofString(
                      new JsonObject().put("query", question.graphQl()).encode()))
              .build();
      body = HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException e) {
      tally.unnamed("no answer: " + e);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    long nanos = System.nanoTime() - start;
    try {
      return judge(question, new JsonObject(body), before, nanos);
    } catch (DecodeException | ClassCastException | NullPointerException e) {
      tally.unnamed("an answer that is not understood: " + body);
      return false;
    }
  }

  private synchronized int[] floors() {
    return floors.clone();
  }

  private boolean judge(LedgerQuestion question, JsonObject answer, int[] before, long nanos) {
    JsonArray errors = answer.getJsonArray("errors");
    if (errors != null && !errors.isEmpty()) {
      JsonObject error = errors.getJsonObject(0);
      JsonObject extensions = error.getJsonObject("extensions", new JsonObject());
      String code = String.valueOf(extensions.getString("code"));
      if (NAMED.contains(code)) {
        tally.refused(code, error.getString("message"));
      } else {
        tally.unnamed(code + ": " + error.getString("message"));
      }
      return false;
    }
    Map<Integer, Map<Integer, LedgerBook.Sum>> lanes = lanes(question, answer);
    LedgerBook.Prefix[] found = new LedgerBook.Prefix[book.lanes()];
    for (int lane = 0; lane < found.length; lane++) {
      found[lane] = book.compare(lane, question, lanes.getOrDefault(lane, Map.of()));
      if (!found[lane].problem().isEmpty()) {
        tally.wrong(found[lane].problem() + "; asked: " + question);
        return false;
      }
    }
    return note(found, before, question, nanos);
  }

  private static Map<Integer, Map<Integer, LedgerBook.Sum>> lanes(
      LedgerQuestion question, JsonObject answer) {
    Map<Integer, Map<Integer, LedgerBook.Sum>> lanes = new HashMap<>();
    JsonArray rows =
        answer
            .getJsonObject("data")
            .getJsonObject("ledger")
            .getJsonObject("aggregate")
            .getJsonArray("rows");
    for (Object each : rows) {
      JsonObject key = ((JsonObject) each).getJsonObject("key");
      JsonObject measures = ((JsonObject) each).getJsonObject("measures");
      String sum = String.valueOf(measures.getJsonObject("amount").getValue("sumExact"));
      int group = question.isByItem() ? Integer.parseInt(key.getString("item").substring(1)) : 0;
      lanes
          .computeIfAbsent(Integer.valueOf(key.getString("lane")), _ -> new HashMap<>())
          .put(group, new LedgerBook.Sum(measures.getLong("count"), Long.parseLong(sum)));
    }
    return lanes;
  }

  private boolean note(
      LedgerBook.Prefix[] found, int[] before, LedgerQuestion question, long nanos) {
    String behind = "";
    synchronized (this) {
      for (int lane = 0; lane < found.length; lane++) {
        if (found[lane].most() < before[lane]) {
          behind =
              "lane %d: at most %d events were counted, and %d in an answer before it; asked: %s"
                  .formatted(lane, found[lane].most(), before[lane], question);
        }
        floors[lane] = Math.max(floors[lane], found[lane].least());
      }
    }
    if (behind.isEmpty()) {
      tally.exact(nanos);
    } else {
      tally.behind(behind);
    }
    return behind.isEmpty();
  }
}
