package io.tyto.ingest.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/// What a source with transactions and keyed deletion promises beyond {@link LogSourceContract}.
public abstract class TransactionalSourceContract extends LogSourceContract {

  /// A transaction that wrote records and is open.
  protected interface Transaction extends AutoCloseable {
    void commit() throws Exception;

    void abort() throws Exception;

    @Override
    default void close() {}
  }

  /// Writes records in a transaction and leaves it open.
  protected abstract Transaction begin(String... payloads) throws Exception;

  /// Writes a record with a key and no payload.
  protected abstract void appendTombstone(byte[] key) throws Exception;

  @Test
  void givesNothingOfAnOpenTransactionNorBehindIt() throws Exception {
    appendNumbers(0, 2);
    try (EventLog log = open();
        LogReader reader = log.read(log.beginning())) {
      try (Transaction open = begin("in the transaction", "and this")) {
        appendNumbers(2, 3);

        assertEquals(numbers(0, 2), payloads(drain(reader, log.stableEnd())));
        assertTrue(log.stableEnd() < log.end(), "something is open");
        assertNull(reader.next());
        assertEquals(log.stableEnd(), reader.position());
        long stable = log.stableEnd();

        open.commit();

        long end = awaitStable(log);
        assertTrue(end > stable);
        assertEquals(
            List.of("in the transaction", "and this", "record 2"), payloads(drain(reader, end)));
        assertEquals(end, reader.position());
      }
    }
  }

  @Test
  void stepsOverAnAbortedTransaction() throws Exception {
    appendNumbers(0, 1);
    try (Transaction open = begin("never", "nor this")) {
      open.abort();
    }
    appendNumbers(1, 2);
    try (Transaction open = begin("last")) {
      open.abort();
    }
    try (EventLog log = open()) {
      long end = awaitStable(log);
      List<Seen> seen = read(log, log.beginning());
      assertEquals(numbers(0, 2), payloads(seen));
      // The numbers of what was aborted are gaps, and the position stands behind them.
      assertTrue(seen.get(1).offset() > seen.get(0).offset() + 1, seen.toString());
      assertTrue(end > seen.get(1).offset() + 1);
      try (LogReader reader = log.read(seen.get(1).offset() + 1)) {
        assertEquals(List.of(), drain(reader, end));
        assertEquals(end, reader.position());
      }
    }
  }

  @Test
  void committedTransactionsLeaveGapsInTheNumbersOnly() throws Exception {
    for (int i = 0; i < 5; i++) {
      try (Transaction open = begin("record " + i)) {
        open.commit();
      }
    }
    try (EventLog log = open()) {
      awaitStable(log);
      List<Seen> seen = read(log, log.beginning());
      assertEquals(numbers(0, 5), payloads(seen));
      for (long from = log.beginning(); from <= log.stableEnd(); from++) {
        long start = from;
        assertEquals(seen.stream().filter(one -> one.offset() >= start).toList(), read(log, from));
      }
    }
  }

  @Test
  void aTombstoneHasItsKeyAndNoPayload() throws Exception {
    byte[] key = "user".getBytes(UTF_8);
    appendTombstone(key);
    try (EventLog log = open()) {
      RawEvent event = events(log).getFirst();
      assertArrayEquals(key, event.key());
      assertNull(event.payload());
    }
  }

  /// Ends of transactions become stable a moment after they are acknowledged.
  private static long awaitStable(EventLog log) throws InterruptedException {
    while (log.stableEnd() < log.end()) {
      Thread.sleep(5);
    }
    return log.stableEnd();
  }
}
