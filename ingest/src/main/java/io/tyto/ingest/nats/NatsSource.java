package io.tyto.ingest.nats;

import io.nats.client.api.MessageInfo;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StreamInfo;
import io.nats.client.api.StreamState;
import io.tyto.ingest.log.EventLog;
import io.tyto.ingest.log.LogSource;
import io.tyto.ingest.log.RawEvent.Header;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The streams of NATS JetStream. Thread-safe; connects when it is first asked.
public final class NatsSource implements LogSource {
  private final NatsLink link;
  private final Publisher publisher;

  public NatsSource(NatsOptions options) {
    this.link = new NatsLink(options);
    this.publisher = new Publisher(link);
  }

  /// BAD_USER_INPUT where the stream forgets what another consumer has read.
  @Override
  public Topic describe(String topic) {
    StreamName name = StreamName.of(topic);
    StreamInfo info = link.info(name.stream());
    RetentionPolicy retention = info.getConfiguration().getRetentionPolicy();
    if (retention != RetentionPolicy.Limits) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "stream '%s' has the retention '%s', which deletes messages that others have read; expected 'limits'"
              .formatted(name.stream(), retention));
    }
    return new Topic(topic, incarnation(info), 1);
  }

  @Override
  public List<Extent> extents(Topic topic) {
    StreamState state = state(topic);
    long end = end(state);
    return List.of(new Extent(beginning(state), end, end));
  }

  @Override
  public String logId(Topic topic, int partition) {
    StreamName name = StreamName.of(topic);
    String id = "nats:" + name.stream() + ":" + topic.incarnation();
    return name.isWhole() ? id : id + ":" + name.subjects();
  }

  @Override
  public EventLog open(Topic topic, int partition) {
    return new StreamLog(this, link, topic);
  }

  /// Finds it by halving: messages lie in the order of their times.
  @Override
  public long offsetAt(Topic topic, int partition, Instant time) {
    StreamName name = StreamName.of(topic);
    StreamState state = state(topic);
    long from = beginning(state);
    long end = end(state);
    long before = end;
    while (from < before) {
      long middle = from + (before - from) / 2;
      MessageInfo message = link.next(name.stream(), middle, name.subjects());
      if (message == null || !timeOf(message).isBefore(time)) {
        before = middle;
      } else {
        from = message.getSeq() + 1;
      }
    }
    MessageInfo found = link.next(name.stream(), from, name.subjects());
    return found == null ? end : Math.min(end, found.getSeq());
  }

  /// A message that was found has one; only an answer without a message has none.
  private static Instant timeOf(MessageInfo message) {
    return Objects.requireNonNull(message.getTime()).toInstant();
  }

  /// The key has no place in a message; the subject is that of the topic, or the stream's only one.
  @Override
  public CompletableFuture<Void> send(
      Topic topic, int partition, byte @Nullable [] key, byte[] payload, List<Header> headers) {
    return publisher.send(topic, payload, headers);
  }

  /// Tools for NATS show what consumers acknowledged, and ours acknowledge nothing.
  @Override
  public void inform(Topic topic, long[] next) {}

  @Override
  public void close() {
    publisher.close();
    link.close();
  }

  /// Where a stream begins and ends. TOPIC_REPLACED where it is not the one that was opened.
  StreamState state(Topic topic) {
    String stream = StreamName.of(topic).stream();
    StreamInfo info = link.info(stream);
    if (!incarnation(info).equals(topic.incarnation())) {
      throw new TytoException(
          ErrorCode.TOPIC_REPLACED,
          "the stream '%s' was deleted and made again (created %s, before %s)"
              .formatted(stream, incarnation(info), topic.incarnation()));
    }
    return info.getStreamState();
  }

  static long beginning(StreamState state) {
    // A stream that never had a message says 0, but counts from 1.
    return Math.max(1, state.getFirstSequence());
  }

  static long end(StreamState state) {
    return state.getLastSequence() + 1;
  }

  private static String incarnation(StreamInfo info) {
    return info.getCreateTime().toInstant().toString();
  }
}
