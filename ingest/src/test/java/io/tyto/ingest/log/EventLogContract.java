package io.tyto.ingest.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.QuietLog;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every log promises to whoever builds a partition from it; inherited by each kind of log.
///
/// A test has one log of its own, which is empty at first.
@Timeout(60)
public abstract class EventLogContract {
  private static final long SEED = Long.getLong("test.seed", 20261121L);

  /// The log of this test, for one thread; the caller closes it.
  protected abstract EventLog open() throws Exception;

  /// Appends records; they are stable when it returns.
  protected abstract void append(byte[]... payloads) throws Exception;

  /// Takes everything below an offset away, as retention does. At least one record stays.
  protected abstract void dropBelow(long offset) throws Exception;

  @BeforeEach
  void breakThingsInSilence() {
    QuietLog.on();
  }

  @Test
  void anEmptyLogGivesNothingAndEndsWhereItBegins() throws Exception {
    try (EventLog log = open()) {
      long start = log.beginning();
      assertEquals(start, log.stableEnd());
      assertEquals(start, log.end());
      try (LogReader reader = log.read(start)) {
        assertNull(reader.next());
        assertNull(reader.next());
        assertEquals(start, reader.position());
      }
      log.confirm();
    }
  }

  @Test
  void offsetsAscendFromTheBeginningToTheStableEnd() throws Exception {
    appendNumbers(0, 40);
    try (EventLog log = open()) {
      List<Seen> seen = read(log, log.beginning());
      assertEquals(numbers(0, 40), payloads(seen));
      long last = log.beginning() - 1;
      for (Seen one : seen) {
        assertTrue(one.offset() > last, one + " comes after " + last);
        last = one.offset();
      }
      assertTrue(last < log.stableEnd(), last + " is not below " + log.stableEnd());
      assertTrue(log.stableEnd() <= log.end());
    }
  }

  @Test
  void givesTheSameRecordsFromEveryOffsetAgainAndAgain() throws Exception {
    appendNumbers(0, 20);
    try (EventLog log = open()) {
      List<Seen> all = read(log, log.beginning());
      for (int round = 0; round < 2; round++) {
        for (long from = log.beginning(); from <= log.stableEnd(); from++) {
          long start = from;
          List<Seen> expected = all.stream().filter(seen -> seen.offset() >= start).toList();
          assertEquals(expected, read(log, from), "from " + from);
        }
      }
    }
  }

  @Test
  void whatIsStableStaysAsItIs() throws Exception {
    appendNumbers(0, 10);
    try (EventLog log = open()) {
      List<Seen> before = read(log, log.beginning());
      long end = log.stableEnd();
      String logId = log.logId();

      appendNumbers(10, 30);

      List<Seen> after = read(log, log.beginning());
      assertEquals(before, after.subList(0, 10));
      assertEquals(numbers(0, 30), payloads(after));
      assertTrue(after.get(10).offset() >= end);
      assertEquals(logId, log.logId());
    }
    try (EventLog again = open()) {
      assertEquals(numbers(0, 30), payloads(read(again, again.beginning())));
    }
  }

  @Test
  void aReaderThatIsClosedInTheMiddleIsContinuedByTheNext() throws Exception {
    appendNumbers(0, 25);
    try (EventLog log = open()) {
      long position = log.beginning();
      List<Seen> seen = new ArrayList<>();
      while (position < log.stableEnd()) {
        try (LogReader reader = log.read(position)) {
          for (int i = 0; i < 4 && reader.position() < log.stableEnd(); i++) {
            add(reader.next(), seen);
          }
          position = reader.position();
        }
      }
      assertEquals(numbers(0, 25), payloads(seen));
    }
  }

  @Test
  void thePositionIsBehindTheLastEntryAndReachesTheEnd() throws Exception {
    appendNumbers(0, 5);
    try (EventLog log = open();
        LogReader reader = log.read(log.beginning())) {
      long end = log.stableEnd();
      while (reader.position() < end) {
        long before = reader.position();
        LogEntry entry = reader.next();
        if (entry != null) {
          long offset = seen(entry).offset();
          assertTrue(offset >= before, offset + " was said to be given, before " + before);
          assertTrue(reader.position() > offset);
        }
      }
      assertEquals(end, reader.position());
      assertNull(reader.next());
      assertEquals(end, reader.position());
    }
  }

  @Test
  void whatWasDeletedIsOneGap() throws Exception {
    appendNumbers(0, 12);
    try (EventLog log = open()) {
      List<Seen> all = read(log, log.beginning());
      long start = log.beginning();
      long kept = all.get(7).offset();

      dropBelow(kept);

      assertEquals(kept, log.beginning());
      assertGap(log, start, kept, all.subList(7, 12));
      assertGap(log, all.get(3).offset(), kept, all.subList(7, 12));
      assertEquals(all.subList(7, 12), read(log, kept));
      assertEquals(all.subList(9, 12), read(log, all.get(9).offset()));
    }
  }

  private static void assertGap(EventLog log, long from, long next, List<Seen> rest) {
    try (LogReader reader = log.read(from)) {
      LogEntry first = reader.next();
      while (first == null) {
        first = reader.next();
      }
      LogEntry.Gap gap = assertInstanceOf(LogEntry.Gap.class, first);
      assertEquals(from, gap.from());
      assertEquals(next, gap.next());
      assertTrue(gap.where().length() > 10, "says nothing: " + gap.where());
      assertEquals(next, reader.position());
      assertEquals(rest, drain(reader, log.stableEnd()));
    }
  }

  @Test
  void beyondTheEndIsCorrupt() throws Exception {
    appendNumbers(0, 3);
    try (EventLog log = open()) {
      assertLostEnd(log, log.stableEnd() + 1);
      assertLostEnd(log, log.stableEnd() + 1000);
      assertEquals(numbers(0, 3), payloads(read(log, log.beginning())));
    }
  }

  private static void assertLostEnd(EventLog log, long from) {
    TytoException failure =
        assertThrows(
            TytoException.class,
            () -> {
              try (LogReader reader = log.read(from)) {
                while (true) {
                  assertNull(reader.next());
                }
              }
            });
    assertEquals(ErrorCode.LOG_CORRUPT, failure.code(), failure.getMessage());
  }

  @Test
  void carriesBigRecordsWholeAndEmptyOnesEmpty() throws Exception {
    Random random = new Random(SEED);
    List<byte[]> payloads = new ArrayList<>();
    for (int bytes : new int[] {0, 1, 1 << 20, 3, 10 << 20, 2}) {
      byte[] payload = new byte[bytes];
      random.nextBytes(payload);
      payloads.add(payload);
    }
    append(payloads.toArray(byte[][]::new));
    try (EventLog log = open()) {
      List<Seen> expected = payloads.stream().map(payload -> Seen.of(0, payload)).toList();
      assertEquals(payloads(expected), payloads(read(log, log.beginning())), "seed " + SEED);
    }
  }

  // Shared with the contracts of logs outside.

  /// An entry as a test compares it. Long payloads are told by their hash.
  record Seen(long offset, String payload) {
    private static final int WHOLE_BYTES = 100;

    static Seen of(long offset, byte[] payload) {
      return new Seen(
          offset,
          payload.length <= WHOLE_BYTES
              ? new String(payload, UTF_8)
              : payload.length + " bytes, hash " + Arrays.hashCode(payload));
    }
  }

  protected final void appendNumbers(int from, int to) throws Exception {
    append(numbers(from, to).stream().map(text -> text.getBytes(UTF_8)).toArray(byte[][]::new));
  }

  static List<String> numbers(int from, int to) {
    List<String> numbers = new ArrayList<>();
    for (int i = from; i < to; i++) {
      numbers.add("record " + i);
    }
    return numbers;
  }

  static List<String> payloads(List<Seen> seen) {
    return seen.stream().map(Seen::payload).toList();
  }

  /// Everything from an offset to the stable end.
  static List<Seen> read(EventLog log, long from) {
    long end = log.stableEnd();
    try (LogReader reader = log.read(from)) {
      List<Seen> seen = drain(reader, end);
      log.confirm();
      return seen;
    }
  }

  static List<Seen> drain(LogReader reader, long end) {
    List<Seen> seen = new ArrayList<>();
    while (reader.position() < end) {
      add(reader.next(), seen);
    }
    return seen;
  }

  private static void add(LogEntry entry, List<Seen> to) {
    if (entry != null) {
      to.add(seen(entry));
    }
  }

  static Seen seen(LogEntry entry) {
    return switch (entry) {
      case LogRecord record -> Seen.of(record.offset(), record.body());
      case RawEvent raw -> {
        assertNotNull(raw.payload(), "a tombstone where a record was expected");
        yield Seen.of(raw.offset(), raw.payload());
      }
      case LogEntry.Gap gap -> throw new AssertionError("unexpected " + gap);
    };
  }
}
