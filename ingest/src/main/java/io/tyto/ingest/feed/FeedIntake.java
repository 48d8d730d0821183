package io.tyto.ingest.feed;

import io.tyto.engine.entity.KeyPlacement;
import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.DecodeContext;
import io.tyto.ingest.decode.OwnRows;
import io.tyto.ingest.decode.RawRecord;
import io.tyto.ingest.decode.RecordReader;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.log.LogSource;
import io.tyto.ingest.log.LogSource.Topic;
import io.tyto.ingest.log.RawEvent;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.IngestService.IngestResult;
import io.tyto.model.port.IngestService.Rejected;
import io.tyto.model.schema.Feed;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.Values;
import io.tyto.store.catalog.CatalogState.FeedBinding;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Takes bodies of JSON events for collections that a log outside feeds: they are checked here and
/// appended to that log as they came, so that they reach their partition by the one way that all
/// events of the collection take. Private values are in the log too: it is its owner's and no file
/// of ours, and holds what producers send. Thread-safe.
public final class FeedIntake {
  /// Bytes of bodies whose events the log has not confirmed yet.
  private static final long MAX_WAITING_BYTES = 32L << 20;

  /// The longest that a request hands its events to the log.
  private static final long LONGEST_SEND_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final FeedHost host;
  private final DecodeContext checking;
  private final AtomicLong waitingBytes = new AtomicLong();

  /// An event on its way into the log.
  @SuppressWarnings("ArrayRecordComponent") // carried, never compared
  private record Outgoing(int partition, byte @Nullable [] key, byte[] payload) {}

  public FeedIntake(FeedHost host) {
    this.host = host;
    this.checking = host.context().forChecking();
  }

  /// Completes when the log has every event for good, those too that do not fit and become dead
  /// letters when they are read. Fails with LOG_UNAVAILABLE, after which some may be in the log and
  /// some not: send the body again, with event ids.
  ///
  /// @param schema of a collection with a feed
  /// @param own what the sender may write
  public CompletableFuture<IngestResult> ingest(TableSchema schema, byte[] body, OwnRows own) {
    Feed feed = Objects.requireNonNull(schema.config().source().feed());
    requireJson(schema, feed);
    FeedBinding binding = bindingOf(schema, feed);
    List<Rejected> rejected = new ArrayList<>();
    List<Outgoing> events = check(schema, feed, binding, body, own, rejected);
    long waiting = waitingBytes.addAndGet(body.length);
    if (waiting > MAX_WAITING_BYTES && waiting > body.length) {
      waitingBytes.addAndGet(-body.length);
      throw new TytoException(
          ErrorCode.OVERLOADED,
          "%d MB of events wait for the topic '%s' already; send again in a moment"
              .formatted(MAX_WAITING_BYTES >> 20, feed.topic()));
    }
    return send(host.source(feed.kind()), binding, events)
        .whenComplete((_, _) -> waitingBytes.addAndGet(-body.length))
        .thenApply(
            _ -> new IngestResult(events.size() - rejected.size(), 0, List.copyOf(rejected)));
  }

  private static void requireJson(TableSchema schema, Feed feed) {
    if (!DecoderRegistry.isJson(feed)) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "events of %s are read from the topic '%s' as %s, and JSON that is sent here would be none: produce %s to the topic, or give JSON a topic and a collection of its own"
              .formatted(schema.name(), feed.topic(), feed.format(), feed.format()));
    }
  }

  private FeedBinding bindingOf(TableSchema schema, Feed feed) {
    TopicFeed.Key key = new TopicFeed.Key(schema.groupId(), feed.kind(), feed.topic());
    FeedBinding binding = host.catalog().bindings().get(key.binding());
    if (binding == null) {
      throw new TytoException(
          ErrorCode.LOG_UNAVAILABLE,
          "the topic '%s' of %s was not reached yet; send again in a moment"
              .formatted(feed.topic(), schema.name()));
    }
    return binding;
  }

  private List<Outgoing> check(
      TableSchema schema,
      Feed feed,
      FeedBinding binding,
      byte[] body,
      OwnRows own,
      List<Rejected> rejected) {
    EventDecoders decoders =
        new EventDecoders(
            EventDecoders.sharing(host.collections(), feed.kind(), feed.topic()),
            schema.groupId(),
            checking,
            host.decoders());
    Row row = new Row(schema.columns().size());
    List<Outgoing> events = new ArrayList<>();
    TytoException unreadable = null;
    boolean isReadable = false;
    try (RecordReader reader = RecordReader.ofBody(body)) {
      for (RawRecord raw = reader.next(); raw != null; raw = reader.next()) {
        byte[] payload = raw.copy();
        Rejection rejection =
            raw.fault() != null ? raw.fault() : decode(decoders, schema, payload, row);
        if (rejection == null) {
          own.require(row, raw);
          events.add(outgoing(schema, binding, row, payload));
        } else {
          events.add(new Outgoing(-1, null, payload));
          rejected.add(rejection.of(raw));
        }
        if (rejection == null || rejection.code() != Rejection.Code.MALFORMED_JSON) {
          isReadable = true;
        } else if (unreadable == null) {
          unreadable = rejection.unreadable(raw);
        }
      }
    }
    if (unreadable != null && (!isReadable || RecordReader.isArray(body))) {
      throw unreadable;
    }
    return events;
  }

  private static @Nullable Rejection decode(
      EventDecoders decoders, TableSchema schema, byte[] payload, Row row) {
    RawEvent event = new RawEvent(0, 0, null, payload, List.of());
    TableSchema routed = decoders.route(event);
    if (routed == null || routed.collectionId() != schema.collectionId()) {
      return new Rejection(
          Rejection.Code.UNKNOWN_TYPE,
          null,
          "found an event of another type than the collection %s takes".formatted(schema.name()));
    }
    return decoders.decode(event, row);
  }

  /// Without a key producers take turns, and a copy of the event would come to a partition that
  /// does not know its id.
  private Outgoing outgoing(TableSchema schema, FeedBinding binding, Row row, byte[] payload) {
    int column = Spread.placedBy(schema, row);
    if (column < 0) {
      return new Outgoing(-1, null, payload);
    }
    Object key =
        row.kind(column) == Row.Kind.LONG
            ? (Object) row.longAt(column)
            : Values.fromBytes(schema.columns().get(column).type().element(), row.bytesAt(column));
    byte[] text = String.valueOf(key).getBytes(StandardCharsets.UTF_8);
    KeyPlacement placement =
        KeyPlacement.named(
            Objects.requireNonNull(host.catalog().groups().get(schema.groupId())).placement());
    // Kafka's own producers choose by murmur2 themselves.
    int partition =
        placement == KeyPlacement.CRC32
            ? KeyPlacement.partition(placement.ofText(text, 0, text.length), binding.logs().size())
            : -1;
    return new Outgoing(partition, text, payload);
  }

  /// Stops at the first that fails: a log that cannot be reached may hold the caller for each.
  private static CompletableFuture<Void> send(
      LogSource source, FeedBinding binding, List<Outgoing> events) {
    long begun = System.nanoTime();
    Topic topic = new Topic(binding.topic(), binding.incarnation(), binding.logs().size());
    List<CompletableFuture<Void>> sent = new ArrayList<>();
    for (Outgoing event : events) {
      if (System.nanoTime() - begun > LONGEST_SEND_NANOS) {
        sent.add(CompletableFuture.failedFuture(tooSlow(topic, sent.size(), events.size())));
        break;
      }
      CompletableFuture<Void> one =
          source.send(topic, event.partition(), event.key(), event.payload(), List.of());
      sent.add(one);
      if (one.isCompletedExceptionally()) {
        break;
      }
    }
    return CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new));
  }

  private static TytoException tooSlow(Topic topic, int sent, int all) {
    return new TytoException(
        ErrorCode.LOG_UNAVAILABLE,
        "the topic '%s' took %d of %d events within %d s; send the body again, with event ids"
            .formatted(
                topic.name(), sent, all, TimeUnit.NANOSECONDS.toSeconds(LONGEST_SEND_NANOS)));
  }
}
