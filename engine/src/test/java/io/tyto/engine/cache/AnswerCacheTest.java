package io.tyto.engine.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.cache.AnswerCache.Found;
import io.tyto.engine.cache.AnswerCache.Question;
import io.tyto.engine.cache.AnswerCache.Source;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Filter;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.CountedValue;
import io.tyto.model.result.QueryMeta;
import io.tyto.model.result.QueryPlan;
import io.tyto.model.result.ResultColumn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AnswerCacheTest {
  private static final int MANY = 1 << 20;

  private final AtomicInteger computed = new AtomicInteger();

  private static QueryContext context() {
    return new QueryContext("q", Duration.ofSeconds(30), 1 << 20);
  }

  private static Question question(String value, String snapshot) {
    AggregateQuery query =
        AggregateQuery.totals(
            "game",
            new Filter.Compare("country", Filter.Op.EQ, value, false),
            List.of(new Measure.Count()));
    return new Question(query, snapshot, 1, false, 0);
  }

  private static AggregateResult answer(int rows) {
    return answer(rows, new ResultColumn.Longs(new long[rows], new BitSet()));
  }

  private static AggregateResult answer(int rows, ResultColumn column) {
    return new AggregateResult(
        rows,
        List.of(),
        List.of(column),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        0,
        List.of(),
        List.of(),
        rows,
        false,
        null,
        new QueryMeta("q", "segments", 1, 1, 1, 1, 0, null, "s", false, List.of(), List.of()),
        new QueryPlan(null, List.of(), List.of(), 0));
  }

  private Found ask(AnswerCache cache, Question question) {
    return cache.find(
        question,
        context(),
        () -> {
          computed.incrementAndGet();
          return answer(10);
        });
  }

  @Test
  void equalQuestionsOverTheSameRowsAreComputedOnce() {
    AnswerCache cache = new AnswerCache(MANY);
    Found first = ask(cache, question("de", "s1"));
    Found again = ask(cache, question("de", "s1"));
    assertEquals(Source.MISS, first.source());
    assertEquals(Source.HIT, again.source());
    assertSame(first.answer(), again.answer());
    assertEquals(Source.MISS, ask(cache, question("de", "s2")).source(), "other rows");
    assertEquals(Source.MISS, ask(cache, question("fr", "s1")).source(), "another filter");
    Question restricted = new Question(question("de", "s1").query(), "s1", 1, true, 0);
    assertEquals(Source.MISS, ask(cache, restricted).source());
    Question ofGroups = new Question(question("de", "s1").query(), "s1", 1, false, 5);
    assertEquals(Source.MISS, ask(cache, ofGroups).source());
    Question evolved = new Question(question("de", "s1").query(), "s1", 2, false, 0);
    assertEquals(Source.MISS, ask(cache, evolved).source());
    assertEquals(6, computed.get());
  }

  @Test
  void whatWasNotAskedForTheLongestGoesFirst() {
    long one = size(question("c00", "s"), answer(10));
    AnswerCache cache = new AnswerCache(20 * one);
    for (int i = 10; i < 40; i++) {
      ask(cache, question("c" + i, "s"));
      ask(cache, question("c00", "s"));
    }
    assertTrue(cache.load().bytes() <= 20 * one);
    assertEquals(20, cache.load().answers());
    assertEquals(Source.HIT, ask(cache, question("c00", "s")).source());
    assertEquals(Source.MISS, ask(cache, question("c15", "s")).source());
  }

  @Test
  void aQuestionOfLongListsIsAnsweredAndNotKept() {
    AnswerCache cache = new AnswerCache(MANY);
    Question large = new Question(of(in(10_000)), "s", 1, false, 0);
    assertEquals(Source.MISS, ask(cache, large).source());
    assertEquals(Source.MISS, ask(cache, large).source());
    assertEquals(0, cache.load().answers());
    Question small = new Question(of(in(100)), "s", 1, false, 0);
    ask(cache, small);
    assertEquals(Source.HIT, ask(cache, small).source());
  }

  @Test
  void whatIsKeptIsWeighedWithItsTexts() {
    String text = "x".repeat(10_000);
    AnswerCache cache = new AnswerCache(MANY);
    ask(cache, new Question(of(in(50)), "s", 1, false, 0));
    long before = cache.load().bytes();
    assertTrue(before > 50 * 40, before + " bytes");
    AggregateQuery ofMeasure =
        AggregateQuery.totals("game", null, List.of(new Measure.Only(new Measure.Count(), in(50))));
    ask(cache, new Question(ofMeasure, "s", 1, false, 0));
    assertTrue(cache.load().bytes() > 2L * 50 * 40, cache.load().bytes() + " bytes");
    before = cache.load().bytes();
    Object[] texts = {text, List.of(text), new CountedValue(text, 1, 0)};
    cache.find(question("de", "s"), context(), () -> answer(3, new ResultColumn.Objects(texts)));
    assertTrue(cache.load().bytes() - before > 3L * text.length(), cache.load().bytes() + " bytes");
  }

  private static AggregateQuery of(Filter where) {
    return AggregateQuery.totals("game", where, List.of(new Measure.Count()));
  }

  private static Filter in(int values) {
    List<Object> texts = new ArrayList<>();
    for (int i = 0; i < values; i++) {
      texts.add("some value of a list, number " + i);
    }
    return new Filter.In("country", texts, false);
  }

  private static long size(Question question, AggregateResult answer) {
    AnswerCache alone = new AnswerCache(MANY);
    alone.find(question, context(), () -> answer);
    return alone.load().bytes();
  }

  @Test
  void whatIsLargeIsNotKept() {
    AnswerCache cache = new AnswerCache(20 * size(question("de", "s"), answer(10)));
    cache.find(question("de", "s"), context(), () -> answer(1_000));
    assertEquals(0, cache.load().answers());
    AnswerCache none = new AnswerCache(0);
    ask(none, question("de", "s"));
    assertEquals(0, none.load().answers());
  }

  @Test
  void whoAsksMeanwhileWaitsForTheSameAnswer() throws Exception {
    AnswerCache cache = new AnswerCache(0);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    CompletableFuture<Found> first =
        CompletableFuture.supplyAsync(
            () ->
                cache.find(
                    question("de", "s"),
                    context(),
                    () -> {
                      begun.countDown();
                      awaitQuietly(go);
                      computed.incrementAndGet();
                      return answer(3);
                    }),
            Thread::startVirtualThread);
    begun.await();
    List<CompletableFuture<Found>> others = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      others.add(
          CompletableFuture.supplyAsync(
              () -> ask(cache, question("de", "s")), Thread::startVirtualThread));
    }
    QueryContext calledOff = context();
    calledOff.cancel();
    assertEquals(
        ErrorCode.CANCELLED,
        assertThrows(
                TytoException.class,
                () -> cache.find(question("de", "s"), calledOff, () -> answer(1)))
            .code());
    go.countDown();
    AggregateResult answer = first.join().answer();
    int joined = 0;
    for (CompletableFuture<Found> other : others) {
      joined += other.join().answer() == answer ? 1 : 0;
    }
    // One that begins when the first has ended computes for itself, as nothing is kept here.
    assertEquals(others.size() - joined, computed.get() - 1);
    assertEquals(joined, cache.load().joined());
  }

  @Test
  void aFailureIsNobodyElses() throws Exception {
    AnswerCache cache = new AnswerCache(MANY);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    CompletableFuture<Found> first =
        CompletableFuture.supplyAsync(
            () ->
                cache.find(
                    question("de", "s"),
                    context(),
                    () -> {
                      begun.countDown();
                      awaitQuietly(go);
                      throw new TytoException(ErrorCode.RATE_LIMITED, "not you");
                    }),
            Thread::startVirtualThread);
    begun.await();
    CompletableFuture<Found> other =
        CompletableFuture.supplyAsync(
            () -> ask(cache, question("de", "s")), Thread::startVirtualThread);
    go.countDown();
    assertThrows(java.util.concurrent.CompletionException.class, first::join);
    assertEquals(10, other.join().answer().rowCount());
    assertEquals(1, computed.get());
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
