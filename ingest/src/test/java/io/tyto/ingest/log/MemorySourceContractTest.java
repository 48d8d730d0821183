package io.tyto.ingest.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Clock;
import java.util.List;

/// The logs that other tests rest on keep the contract of those they stand for.
final class MemorySourceContractTest extends TransactionalSourceContract {
  private final MemorySource source = new MemorySource(Clock.systemUTC(), 1);

  @Override
  protected LogSource source() {
    return source;
  }

  @Override
  protected void create(String topic) {
    source.create(topic, 1);
  }

  @Override
  protected void delete(String topic) {
    source.delete(topic);
  }

  @Override
  protected void dropBelow(long offset) {
    source.deleteRecords(name(), 0, offset);
  }

  @Override
  protected void outage() {
    source.away(true);
  }

  @Override
  protected void heal() {
    source.away(false);
  }

  @Override
  protected Transaction begin(String... payloads) {
    MemorySource.OpenTransaction transaction = source.begin(name(), 0);
    for (String payload : payloads) {
      transaction.append(null, payload.getBytes(UTF_8), List.of());
    }
    return new Transaction() {
      @Override
      public void commit() {
        transaction.commit();
      }

      @Override
      public void abort() {
        transaction.abort();
      }
    };
  }

  @Override
  protected void appendTombstone(byte[] key) {
    source.append(name(), 0, key, null, List.of());
  }
}
