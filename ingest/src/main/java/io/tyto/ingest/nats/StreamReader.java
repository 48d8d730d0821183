package io.tyto.ingest.nats;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.nats.client.BaseConsumeOptions;
import io.nats.client.Connection;
import io.nats.client.ConsumeOptions;
import io.nats.client.IterableConsumer;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamStatusCheckedException;
import io.nats.client.Message;
import io.nats.client.api.DeliverPolicy;
import io.nats.client.api.OrderedConsumerConfiguration;
import io.nats.client.api.StreamState;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsJetStreamMetaData;
import io.tyto.ingest.log.LogEntry;
import io.tyto.ingest.log.LogReader;
import io.tyto.ingest.log.LogSource.Topic;
import io.tyto.ingest.log.RawEvent;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Reads a stream in blocks. After each block, and before any of it is given, the stream is looked
/// at: was it the one that was opened all the time, and did it still begin at or before the block?
/// Only then were the numbers that are missing never records of ours, and not lost to retention.
final class StreamReader implements LogReader {
  private static final int BLOCK_MESSAGES = 4_096;
  private static final long BLOCK_BYTES = 8L << 20;

  /// For what the client has already; 0 would wait for ever.
  private static final long READY_MILLIS = 1;

  /// Times that a consumer may give nothing although there is something, until it is made anew.
  private static final int MOST_EMPTY_LOOKS = 20;

  private final NatsSource source;
  private final NatsLink link;
  private final Topic topic;
  private final StreamName name;
  private final Deque<LogEntry> ready = new ArrayDeque<>();
  private long position;
  private @Nullable IterableConsumer consumer;
  private String consumerName = "";
  private long consumerSequence;
  private int emptyLooks;

  StreamReader(NatsSource source, NatsLink link, Topic topic, long from) {
    this.source = source;
    this.link = link;
    this.topic = topic;
    this.name = StreamName.of(topic);
    this.position = from;
  }

  @Override
  public @Nullable LogEntry next() {
    if (ready.isEmpty()) {
      try {
        fill();
      } catch (TytoException e) {
        // Begun anew from the position, whatever the consumer may have given meanwhile.
        drop();
        throw e;
      }
    }
    LogEntry entry = ready.poll();
    if (entry != null) {
      position =
          switch (entry) {
            case RawEvent event -> event.offset() + 1;
            case LogEntry.Gap gap -> gap.next();
            case io.tyto.ingest.log.LogRecord _ ->
                throw new IllegalStateException("a stream holds no records of ours");
          };
    }
    return entry;
  }

  @Override
  public boolean isReady() {
    return !ready.isEmpty();
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void close() {
    drop();
  }

  private void fill() {
    List<Message> block = block();
    StreamState state = source.state(topic);
    long beginning = NatsSource.beginning(state);
    long end = NatsSource.end(state);
    if (position > end) {
      throw new TytoException(
          ErrorCode.LOG_CORRUPT,
          "stream '%s' ends at %d, although records up to %d were read before: its end was lost"
              .formatted(name.stream(), end, position));
    }
    long at = position;
    for (Message message : block) {
      long sequence = message.metaData().streamSequence();
      if (sequence > at && beginning > at) {
        ready.add(gap(at, Math.min(beginning, sequence)));
      }
      ready.add(event(message));
      at = sequence + 1;
    }
    if (!block.isEmpty()) {
      emptyLooks = 0;
    } else if (beginning > position) {
      ready.add(gap(position, beginning));
    } else if (position < end) {
      lookBehind(end);
    }
  }

  /// The consumer gave nothing below the end: there is nothing, or it is behind. The stream itself
  /// knows: what it does not have from here on, it had no more when it said where it ends.
  private void lookBehind(long end) {
    if (link.next(name.stream(), position, name.subjects()) == null) {
      position = end;
    } else if (++emptyLooks >= MOST_EMPTY_LOOKS) {
      drop();
    }
  }

  private LogEntry.Gap gap(long from, long next) {
    return new LogEntry.Gap(
        from,
        next,
        "retention or a purge of stream '%s' removed them before they were read"
            .formatted(name.stream()));
  }

  /// What the consumer has now, or will have in a moment.
  private List<Message> block() {
    List<Message> block = new ArrayList<>();
    long bytes = 0;
    long last = position - 1;
    long patience = WAIT_MILLIS;
    while (block.size() < BLOCK_MESSAGES && bytes < BLOCK_BYTES) {
      Message message = take(patience);
      if (message == null) {
        break;
      }
      requireSuccessor(message.metaData());
      if (message.metaData().streamSequence() > last) {
        last = message.metaData().streamSequence();
        block.add(message);
        bytes += message.getData().length;
      }
      patience = READY_MILLIS;
    }
    return block;
  }

  /// A consumer numbers what it sends: a number that is left out was lost on the way.
  private void requireSuccessor(NatsJetStreamMetaData data) {
    long expected = data.getConsumer().equals(consumerName) ? consumerSequence + 1 : 1;
    if (data.consumerSequence() != expected) {
      throw new TytoException(
          ErrorCode.LOG_UNAVAILABLE,
          "stream '%s': message %d of the consumer came where %d was expected; reading again from %d"
              .formatted(name.stream(), data.consumerSequence(), expected, position));
    }
    consumerName = data.getConsumer();
    consumerSequence = data.consumerSequence();
  }

  private @Nullable Message take(long patienceMillis) {
    try {
      return consumer().nextMessage(patienceMillis);
    } catch (JetStreamStatusCheckedException | IllegalStateException e) {
      throw link.unavailable("give records of '" + topic.name() + "' from " + position, e);
    } catch (InterruptedException e) {
      throw link.interrupted(e);
    }
  }

  private IterableConsumer consumer() {
    IterableConsumer open = consumer;
    if (open == null) {
      open =
          link.ask(
              "give records of '" + topic.name() + "' from " + position,
              name.stream(),
              this::openConsumer);
      consumer = open;
      consumerName = "";
      emptyLooks = 0;
    }
    return open;
  }

  private IterableConsumer openConsumer(Connection connection)
      throws IOException, JetStreamApiException {
    OrderedConsumerConfiguration settings =
        new OrderedConsumerConfiguration()
            .deliverPolicy(DeliverPolicy.ByStartSequence)
            .startSequence(position);
    if (!name.isWhole()) {
      settings.filterSubject(name.subjects());
    }
    // A message larger than what is asked for would never come.
    long bytes = Math.max(BLOCK_BYTES, 2 * connection.getMaxPayload());
    return connection
        .getStreamContext(name.stream())
        .createOrderedConsumer(settings)
        .iterate(
            ConsumeOptions.builder()
                .batchBytes(bytes)
                .expiresIn(BaseConsumeOptions.DEFAULT_EXPIRES_IN_MILLIS)
                .build());
  }

  private void drop() {
    ready.clear();
    IterableConsumer open = consumer;
    consumer = null;
    if (open != null) {
      // Its server's part goes by itself a while later.
      open.stop();
    }
  }

  private static RawEvent event(Message message) {
    NatsJetStreamMetaData data = message.metaData();
    List<RawEvent.Header> headers = new ArrayList<>();
    Headers given = message.getHeaders();
    if (given != null) {
      given.forEach((header, values) ->
          values.forEach(value -> headers.add(new RawEvent.Header(header, value.getBytes(UTF_8)))));
    }
    // Last, so that no header of the producer's stands in for it.
    headers.add(new RawEvent.Header("subject", message.getSubject().getBytes(UTF_8)));
    long micros =
        TimeUnit.SECONDS.toMicros(data.timestamp().toEpochSecond())
            + data.timestamp().getNano() / 1_000;
    return new RawEvent(data.streamSequence(), micros, null, message.getData(), headers);
  }
}
