package io.tyto.engine.cache;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.AggregateResult;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Keeps answers to aggregates for as long as the rows are the same, and has equal questions that
/// are asked at the same time computed once.
///
/// A question is told apart by all that decides its answer: the query with the caller's own rows in
/// its filter, the snapshot, and the version of the schema that it was read by. So nobody is
/// answered what they could not have asked, and nothing has to be forgotten when rows change: the
/// snapshot is another then, and what nobody asks for any more goes first.
///
/// *Thread-safety*: safe.
public final class AnswerCache {
  /// One answer takes at most this part of the whole.
  private static final int LARGEST_SHARE = 16;

  /// A question that takes more is one with long lists: hardly anybody asks it twice, and it would
  /// take the room of many answers.
  static final int LARGEST_QUESTION_BYTES = 16 << 10;

  private static final long LOOK_MILLIS = 20;

  private final long maxBytes;

  // Guarded by this.
  private final LinkedHashMap<Question, Kept> answers = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Question, Flight> underWay = new HashMap<>();
  private long bytes;
  private long hits;
  private long joined;
  private long misses;

  /// What tells questions apart.
  ///
  /// @param query as it is run: with the caller's own rows in its filter
  /// @param isRestricted whether the answer leaves out what tells of other rows
  /// @param minGroup how many stand behind what it tells, see {@link io.tyto.model.access.Guard}
  public record Question(
      AggregateQuery query,
      String snapshot,
      int schemaVersion,
      boolean isRestricted,
      int minGroup) {}

  /// How an answer was come by.
  public enum Source {
    /// Kept from before.
    HIT,
    /// Computed by somebody who asked at the same time.
    JOINED,
    MISS
  }

  /// @param answer as it was computed, with the meta of whoever had it computed
  public record Found(AggregateResult answer, Source source) {}

  /// What was found how often since the start, and what is kept now.
  public record Load(long hits, long joined, long misses, int answers, long bytes) {}

  private record Kept(AggregateResult answer, long bytes) {}

  /// An answer that somebody computes; null where it failed.
  private static final class Flight {
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile @Nullable AggregateResult answer;
  }

  /// @param maxBytes of all questions and answers, as estimated; 0 keeps none, and still computes
  ///   equal questions once
  public AnswerCache(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /// The answer: kept, of somebody who is asking the same, or computed here. What fails for one who
  /// asks is computed anew for the others: their limits are their own. CANCELLED, QUERY_TIMEOUT.
  public Found find(Question question, QueryContext context, Supplier<AggregateResult> compute) {
    while (true) {
      Flight other;
      Flight mine = null;
      synchronized (this) {
        Kept kept = answers.get(question);
        if (kept != null) {
          hits++;
          return new Found(kept.answer(), Source.HIT);
        }
        other = underWay.get(question);
        if (other == null) {
          mine = new Flight();
          underWay.put(question, mine);
          misses++;
        }
      }
      if (mine != null) {
        return new Found(compute(question, mine, compute), Source.MISS);
      }
      AggregateResult answer = await(other, context);
      if (answer != null) {
        synchronized (this) {
          joined++;
        }
        return new Found(answer, Source.JOINED);
      }
    }
  }

  private AggregateResult compute(
      Question question, Flight mine, Supplier<AggregateResult> compute) {
    try {
      AggregateResult answer = compute.get();
      mine.answer = answer;
      keep(question, answer);
      return answer;
    } finally {
      synchronized (this) {
        underWay.remove(question);
      }
      mine.done.countDown();
    }
  }

  private static @Nullable AggregateResult await(@Nullable Flight flight, QueryContext context) {
    if (flight == null) {
      return null;
    }
    try {
      while (!flight.done.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        context.check();
      }
      return flight.answer;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(
          ErrorCode.CANCELLED, "interrupted while waiting for an equal question", e);
    }
  }

  private void keep(Question question, AggregateResult answer) {
    long ofQuestion = Weight.of(question.query());
    if (ofQuestion > LARGEST_QUESTION_BYTES) {
      return;
    }
    long size = ofQuestion + Weight.of(answer);
    if (size > maxBytes / LARGEST_SHARE) {
      return;
    }
    synchronized (this) {
      Kept before = answers.put(question, new Kept(answer, size));
      bytes += size - (before == null ? 0 : before.bytes());
      Iterator<Kept> eldest = answers.values().iterator();
      while (bytes > maxBytes && eldest.hasNext()) {
        bytes -= eldest.next().bytes();
        eldest.remove();
      }
    }
  }

  public synchronized Load load() {
    return new Load(hits, joined, misses, answers.size(), bytes);
  }
}
