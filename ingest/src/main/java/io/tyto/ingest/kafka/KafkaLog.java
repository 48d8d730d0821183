package io.tyto.ingest.kafka;

import io.tyto.ingest.log.EventLog;
import io.tyto.ingest.log.LogEntry;
import io.tyto.ingest.log.LogReader;
import io.tyto.ingest.log.LogSource.Topic;
import io.tyto.ingest.log.RawEvent;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/// One partition of a topic, read with committed isolation by a consumer of its own.
///
/// Offsets have gaps where transactions were marked or aborted and where a topic is compacted.
/// While the brokers are away, readers give nothing and {@link #confirm} says so.
final class KafkaLog implements EventLog {
  private static final Duration WAIT = Duration.ofMillis(LogReader.WAIT_MILLIS);

  private static final Duration CLOSE_WAIT = Duration.ofSeconds(2);

  private final KafkaSource source;
  private final TopicGuard guard;
  private final Clients clients;
  private final Topic topic;
  private final TopicPartition partition;
  private @Nullable KafkaConsumer<byte[], byte[]> consumer;

  KafkaLog(KafkaSource source, TopicGuard guard, Clients clients, Topic topic, int partition) {
    this.source = source;
    this.guard = guard;
    this.clients = clients;
    this.topic = topic;
    this.partition = new TopicPartition(topic.name(), partition);
  }

  @Override
  public String logId() {
    return source.logId(topic, partition.partition());
  }

  @Override
  public long beginning() {
    return offset("say where '" + partition + "' begins", c -> c.beginningOffsets(only()));
  }

  @Override
  public long stableEnd() {
    return offset("say where '" + partition + "' ends", c -> c.endOffsets(only()));
  }

  @Override
  public long end() {
    return source.extents(topic).get(partition.partition()).end();
  }

  @Override
  public void confirm() {
    guard.confirm(topic);
  }

  /// One reader at a time: they share the consumer.
  @Override
  public LogReader read(long from) {
    consumer().seek(partition, from);
    return new Reader(from);
  }

  @Override
  public void close() {
    KafkaConsumer<byte[], byte[]> open = consumer;
    consumer = null;
    if (open == null) {
      return;
    }
    // The client would not say goodbye to the brokers on an interrupted thread, and log that.
    boolean isInterrupted = Thread.interrupted();
    try {
      open.close(CloseOptions.timeout(CLOSE_WAIT));
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Collection<TopicPartition> only() {
    return List.of(partition);
  }

  private KafkaConsumer<byte[], byte[]> consumer() {
    KafkaConsumer<byte[], byte[]> known = consumer;
    if (known == null) {
      known = clients.consumer("tyto-" + partition, source.partitionsRead());
      known.assign(only());
      consumer = known;
    }
    return known;
  }

  private long offset(
      String what, Function<KafkaConsumer<byte[], byte[]>, Map<TopicPartition, Long>> question) {
    try {
      return Objects.requireNonNull(question.apply(consumer()).get(partition));
    } catch (InterruptException e) {
      throw new TytoException(ErrorCode.CANCELLED, "interrupted while asking Kafka", e);
    } catch (KafkaException e) {
      throw source.unavailable(what, e);
    }
  }

  private final class Reader implements LogReader {
    private Iterator<ConsumerRecord<byte[], byte[]>> fetched =
        List.<ConsumerRecord<byte[], byte[]>>of().iterator();
    private long position;

    private Reader(long from) {
      position = from;
    }

    @Override
    public @Nullable LogEntry next() {
      if (!fetched.hasNext()) {
        LogEntry.Gap gap = fetch();
        if (gap != null || !fetched.hasNext()) {
          return gap;
        }
      }
      ConsumerRecord<byte[], byte[]> entry = fetched.next();
      position = entry.offset() + 1;
      return event(entry);
    }

    @Override
    public boolean isReady() {
      return fetched.hasNext();
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public void close() {
      // The consumer belongs to the log.
    }

    /// Fetches records, or finds that some are gone.
    private LogEntry.@Nullable Gap fetch() {
      KafkaConsumer<byte[], byte[]> from = consumer();
      try {
        fetched = from.poll(WAIT).records(partition).iterator();
        if (!fetched.hasNext()) {
          // Behind marks of transactions, which are no records.
          position = from.position(partition);
        }
        return null;
      } catch (OffsetOutOfRangeException e) {
        return outOfRange(e);
      } catch (InterruptException e) {
        throw new TytoException(ErrorCode.CANCELLED, "interrupted while reading Kafka", e);
      } catch (KafkaException e) {
        throw source.unavailable("give records of '" + partition + "' from " + position, e);
      }
    }

    private LogEntry.Gap outOfRange(OffsetOutOfRangeException cause) {
      long first = beginning();
      if (position >= first) {
        throw new TytoException(
            ErrorCode.LOG_CORRUPT,
            "'%s' ends at offset %d, although records up to %d were read before: its end was lost"
                .formatted(partition, stableEnd(), position),
            cause);
      }
      LogEntry.Gap gap =
          new LogEntry.Gap(
              position,
              first,
              "the retention of '%s' removed them before they were read".formatted(partition));
      consumer().seek(partition, first);
      position = first;
      return gap;
    }

    private RawEvent event(ConsumerRecord<byte[], byte[]> entry) {
      List<RawEvent.Header> headers = List.of();
      for (Header header : entry.headers()) {
        if (headers.isEmpty()) {
          headers = new ArrayList<>();
        }
        byte[] value = header.value();
        headers.add(new RawEvent.Header(header.key(), value == null ? new byte[0] : value));
      }
      return new RawEvent(
          entry.offset(),
          TimeUnit.MILLISECONDS.toMicros(entry.timestamp()),
          entry.key(),
          entry.value(),
          headers);
    }
  }
}
