package io.tyto.ingest.nats;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.PublishOptions;
import io.nats.client.api.PublishAck;
import io.nats.client.impl.Headers;
import io.tyto.ingest.log.LogSource.Topic;
import io.tyto.ingest.log.RawEvent.Header;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// Publishes with acknowledgement. A message that was not acknowledged in time is sent again under
/// the same id, by which the server recognises it. Thread-safe.
final class Publisher implements AutoCloseable {
  /// Bytes that wait for their acknowledgement; beyond, senders are told to come again.
  private static final long MOST_WAITING_BYTES = 32L << 20;

  /// What a message weighs beside its payload.
  private static final int MESSAGE_BYTES = 512;

  private static final int TRIES = 3;
  private static final int STREAM_REFUSED = 400;

  private final NatsLink link;
  private final AtomicLong waitingBytes = new AtomicLong();
  private final Map<Topic, String> subjects = new ConcurrentHashMap<>();

  /// Connecting and a full outgoing queue block; who sends must not.
  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("nats-publisher").factory());

  Publisher(NatsLink link) {
    this.link = link;
  }

  CompletableFuture<Void> send(Topic topic, byte[] payload, List<Header> headers) {
    long bytes = payload.length + (long) MESSAGE_BYTES;
    if (waitingBytes.addAndGet(bytes) > MOST_WAITING_BYTES && waitingBytes.get() != bytes) {
      waitingBytes.addAndGet(-bytes);
      return CompletableFuture.failedFuture(
          new TytoException(
              ErrorCode.OVERLOADED,
              "more than %d bytes wait for NATS to take them; send again later"
                  .formatted(MOST_WAITING_BYTES)));
    }
    Headers sent = new Headers();
    headers.forEach(header -> sent.add(header.name(), new String(header.value(), UTF_8)));
    String id = UUID.randomUUID().toString();
    Attempt attempt = new Attempt(topic, payload, sent, id);
    CompletableFuture<Void> answer = new CompletableFuture<>();
    CompletableFuture.supplyAsync(() -> attempt.start(TRIES), executor)
        .thenCompose(acknowledged -> acknowledged)
        .whenComplete((_, failure) -> {
          waitingBytes.addAndGet(-bytes);
          if (failure == null) {
            answer.complete(null);
          } else {
            answer.completeExceptionally(attempt.failure(failure));
          }
        });
    return answer;
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }

  /// The subject that a topic's events are published under.
  private String subject(Topic topic) {
    return subjects.computeIfAbsent(topic, this::findSubject);
  }

  private String findSubject(Topic topic) {
    StreamName name = StreamName.of(topic);
    List<String> candidates =
        name.isWhole()
            ? link.info(name.stream()).getConfiguration().getSubjects()
            : List.of(name.subjects());
    if (candidates.size() != 1 || candidates.getFirst().matches(".*[*>].*")) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "events cannot be published to stream '%s' over HTTP, for it is not clear under which of the subjects %s; name one in source.nats.subject"
              .formatted(name.stream(), candidates));
    }
    return candidates.getFirst();
  }

  private final class Attempt {
    private final Topic topic;
    private final byte[] payload;
    private final Headers headers;
    private final PublishOptions options;

    Attempt(Topic topic, byte[] payload, Headers headers, String id) {
      this.topic = topic;
      this.payload = payload;
      this.headers = headers;
      this.options =
          PublishOptions.builder()
              .messageId(id)
              .expectedStream(StreamName.of(topic).stream())
              .build();
    }

    /// All tries together take the deadline.
    CompletableFuture<PublishAck> start(int triesLeft) {
      Duration patience = link.deadline().dividedBy(TRIES);
      return publish()
          .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
          .exceptionallyComposeAsync(
              failure -> {
                if (triesLeft == 1 || !isWorthAnotherTry(failure)) {
                  return CompletableFuture.failedFuture(failure);
                }
                return start(triesLeft - 1);
              },
              executor);
    }

    private CompletableFuture<PublishAck> publish() {
      try {
        Connection connection = link.connected();
        if (payload.length > connection.getMaxPayload()) {
          throw new TytoException(
              ErrorCode.PAYLOAD_TOO_LARGE,
              "an event takes %d bytes; NATS takes at most %d (its setting max_payload)"
                  .formatted(payload.length, connection.getMaxPayload()));
        }
        return connection
            .jetStream(link.jetStream())
            .publishAsync(subject(topic), headers, payload, options);
      } catch (IOException | IllegalStateException e) {
        return CompletableFuture.failedFuture(e);
      } catch (InterruptedException e) {
        throw link.interrupted(e);
      }
    }

    private static boolean isWorthAnotherTry(Throwable failure) {
      Throwable cause = causeOf(failure);
      return !(cause instanceof TytoException)
          && !(cause instanceof JetStreamApiException refused
              && refused.getErrorCode() == STREAM_REFUSED);
    }

    private TytoException failure(Throwable failure) {
      Throwable cause = causeOf(failure);
      return cause instanceof TytoException known
          ? known
          : link.unavailable("take an event for '" + topic.name() + "'", cause);
    }

    /// Futures and the client wrap what happened.
    private static Throwable causeOf(Throwable failure) {
      Throwable cause = failure;
      while (cause.getCause() != null
          && (cause instanceof CompletionException || cause.getClass() == RuntimeException.class)) {
        cause = cause.getCause();
      }
      return cause;
    }
  }
}
