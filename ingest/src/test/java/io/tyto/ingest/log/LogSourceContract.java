package io.tyto.ingest.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.log.LogSource.Extent;
import io.tyto.ingest.log.LogSource.Topic;
import io.tyto.ingest.log.RawEvent.Header;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a place outside with logs promises beyond {@link EventLogContract}: what producers wrote
/// comes as they wrote it, and outages and topics made again are told.
public abstract class LogSourceContract extends EventLogContract {
  private static final int SEND_SECONDS = 60;

  private final String name = "topic-" + UUID.randomUUID();

  /// What is tested; the same for the whole test.
  protected abstract LogSource source() throws Exception;

  /// Makes a topic with one partition.
  protected abstract void create(String topic) throws Exception;

  protected abstract void delete(String topic) throws Exception;

  /// From now on nobody answers, until {@link #heal}.
  protected abstract void outage() throws Exception;

  protected abstract void heal() throws Exception;

  /// Whether a record has a key beside its payload.
  protected boolean hasKeys() {
    return true;
  }

  protected final String name() {
    return name;
  }

  protected final Topic topic() throws Exception {
    return source().describe(name);
  }

  @BeforeEach
  void createTopic() throws Exception {
    create(name);
  }

  @Override
  protected EventLog open() throws Exception {
    return source().open(topic(), 0);
  }

  @Override
  protected void append(byte[]... payloads) throws Exception {
    List<CompletableFuture<Void>> sent = new ArrayList<>();
    Topic topic = topic();
    for (byte[] payload : payloads) {
      sent.add(source().send(topic, 0, null, payload, List.of()));
    }
    CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new))
        .get(SEND_SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void carriesKeyPayloadHeadersAndTime() throws Exception {
    Instant before = Instant.now();
    List<Header> headers =
        List.of(
            new Header("type", "old".getBytes(UTF_8)),
            new Header("other", "x y".getBytes(UTF_8)),
            new Header("type", "purchase".getBytes(UTF_8)));
    byte[] key = "käse".getBytes(UTF_8);
    byte[] payload = {0, -1, 127, 10, 13, 0};
    send(key, payload, headers);
    send(null, payload, List.of());

    try (EventLog log = open()) {
      List<RawEvent> events = events(log);
      RawEvent first = events.getFirst();
      assertArrayEquals(hasKeys() ? key : null, first.key());
      assertArrayEquals(payload, first.payload());
      assertArrayEquals("purchase".getBytes(UTF_8), first.header("type"));
      assertArrayEquals("x y".getBytes(UTF_8), first.header("other"));
      assertNull(first.header("absent"));
      RawEvent second = events.get(1);
      assertNull(second.key());
      assertArrayEquals(payload, second.payload());
      assertNull(second.header("type"));
      for (RawEvent event : events) {
        // The log's clock and ours are those of one machine, to the millisecond.
        assertTrue(event.timestampMicros() >= (before.toEpochMilli() - 1) * 1000);
        assertTrue(event.timestampMicros() <= (Instant.now().toEpochMilli() + 1) * 1000);
      }
    }
  }

  @Test
  void findsTheFirstRecordOfATime() throws Exception {
    appendNumbers(0, 3);
    // Times are told to the millisecond at least.
    TimeUnit.MILLISECONDS.sleep(5);
    appendNumbers(3, 6);
    try (EventLog log = open()) {
      List<RawEvent> events = events(log);
      Instant fourth = Instant.EPOCH.plusNanos(events.get(3).timestampMicros() * 1000);
      assertEquals(events.get(3).offset(), source().offsetAt(topic(), 0, fourth));
      assertEquals(
          events.getFirst().offset(),
          source().offsetAt(topic(), 0, Instant.parse("2001-01-01T00:00:00Z")));
      assertEquals(log.stableEnd(), source().offsetAt(topic(), 0, Instant.now().plusSeconds(3600)));
    }
  }

  @Test
  void tellsHowFarItsLogsReach() throws Exception {
    appendNumbers(0, 6);
    try (EventLog log = open()) {
      dropBelow(log.beginning() + 2);
      assertEquals(
          List.of(new Extent(log.beginning(), log.stableEnd(), log.end())),
          source().extents(topic()));
    }
  }

  @Test
  void aReaderSeesWhatComesLater() throws Exception {
    try (EventLog log = open();
        LogReader reader = log.read(log.beginning())) {
      assertNull(reader.next());
      appendNumbers(0, 3);
      assertEquals(numbers(0, 3), payloads(drain(reader, log.stableEnd())));
      appendNumbers(3, 5);
      assertEquals(numbers(3, 5), payloads(drain(reader, log.stableEnd())));
    }
  }

  @Test
  void aTopicMadeAgainIsAnotherLog() throws Exception {
    appendNumbers(0, 3);
    Topic old = topic();
    try (EventLog log = source().open(old, 0)) {
      long position = log.stableEnd();
      assertEquals(3, read(log, log.beginning()).size());

      delete(name);
      create(name);

      Topic fresh = topic();
      assertNotEquals(old.incarnation(), fresh.incarnation());
      assertNotEquals(source().logId(old, 0), source().logId(fresh, 0));
      assertEquals(source().logId(old, 0), log.logId());
      // As many as before and more: the old reader's place exists in the new one.
      appendNumbers(100, 110);
      assertTold(log, position);
      try (EventLog opened = open()) {
        assertEquals(source().logId(fresh, 0), opened.logId());
        assertEquals(numbers(100, 110), payloads(read(opened, opened.beginning())));
      }
    }
  }

  /// Whatever the reader gives is not confirmed.
  private static void assertTold(EventLog log, long from) {
    TytoException failure =
        assertThrows(
            TytoException.class,
            () -> {
              try (LogReader reader = log.read(from)) {
                while (true) {
                  reader.next();
                  log.confirm();
                }
              }
            });
    assertTrue(
        failure.code() == ErrorCode.TOPIC_REPLACED || failure.code() == ErrorCode.TOPIC_MISSING,
        failure.toString());
  }

  @Test
  void aTopicThatIsNotThereIsMissing() throws Exception {
    LogSource source = source();
    TytoException failure =
        assertThrows(TytoException.class, () -> source.describe("no-such-topic"));
    assertEquals(ErrorCode.TOPIC_MISSING, failure.code());
    assertTrue(String.valueOf(failure.getMessage()).contains("no-such-topic"));
  }

  @Test
  void anOutageIsToldAndLosesNothing() throws Exception {
    appendNumbers(0, 10);
    List<Seen> seen = new ArrayList<>();
    long position;
    Topic topic = topic();
    try (EventLog log = open();
        LogReader reader = log.read(log.beginning())) {
      long second = log.beginning() + 2;
      seen.addAll(drain(reader, second));
      outage();
      TytoException failure =
          assertThrows(
              TytoException.class,
              () -> {
                while (true) {
                  LogEntry entry = reader.next();
                  if (entry != null) {
                    seen.add(seen(entry));
                  }
                  log.confirm();
                }
              });
      assertEquals(ErrorCode.LOG_UNAVAILABLE, failure.code(), failure.getMessage());
      assertRefused(source().send(topic, 0, null, new byte[] {1}, List.of()));
      position = reader.position();
      heal();
      appendAgain("after the outage");
      // A record that was refused may be there or not; what was there before is there once.
      try (LogReader next = log.read(position)) {
        seen.addAll(drain(next, stableEndOf(log)));
      }
    }
    List<String> payloads = new ArrayList<>(payloads(seen));
    payloads.remove("\u0001");
    assertEquals(numbers(0, 10), payloads.subList(0, 10));
    assertEquals("after the outage", payloads.getLast());
    assertTrue(payloads.size() >= 11, payloads.toString());
    assertTrue(
        payloads.subList(10, payloads.size()).stream().allMatch("after the outage"::equals),
        payloads.toString());
  }

  private static long stableEndOf(EventLog log) throws InterruptedException {
    while (true) {
      try {
        return log.stableEnd();
      } catch (TytoException e) {
        assertEquals(ErrorCode.LOG_UNAVAILABLE, e.code());
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
  }

  private static void assertRefused(CompletableFuture<Void> sent) {
    ExecutionException failure =
        assertThrows(ExecutionException.class, () -> sent.get(SEND_SECONDS, TimeUnit.SECONDS));
    TytoException cause = assertInstanceOf(TytoException.class, failure.getCause());
    assertTrue(
        cause.code() == ErrorCode.LOG_UNAVAILABLE || cause.code() == ErrorCode.OVERLOADED,
        cause.toString());
  }

  /// A source that was away may need a moment; a client would send again as well.
  private void appendAgain(String text) throws Exception {
    while (true) {
      try {
        append(text.getBytes(UTF_8));
        return;
      } catch (ExecutionException | TytoException e) {
        Throwable cause = e instanceof TytoException ? e : e.getCause();
        TytoException refusal = assertInstanceOf(TytoException.class, cause);
        assertEquals(ErrorCode.LOG_UNAVAILABLE, refusal.code(), refusal.getMessage());
      }
    }
  }

  protected final void send(byte[] key, byte[] payload, List<Header> headers) throws Exception {
    source().send(topic(), 0, key, payload, headers).get(SEND_SECONDS, TimeUnit.SECONDS);
  }

  /// All events of the log.
  protected static List<RawEvent> events(EventLog log) {
    List<RawEvent> events = new ArrayList<>();
    long end = log.stableEnd();
    try (LogReader reader = log.read(log.beginning())) {
      while (reader.position() < end) {
        LogEntry entry = reader.next();
        if (entry != null) {
          events.add(assertInstanceOf(RawEvent.class, entry));
        }
      }
    }
    return events;
  }
}
