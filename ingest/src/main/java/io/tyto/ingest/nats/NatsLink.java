package io.tyto.ingest.nats;

import static java.lang.System.Logger.Level.DEBUG;

import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamOptions;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StreamInfo;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The connection to NATS: made when it is first asked for, kept over outages, and every question
/// asked again with growing pauses until its deadline. Thread-safe.
final class NatsLink implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(NatsLink.class.getName());
  private static final Duration RECONNECT_WAIT = Duration.ofMillis(200);
  private static final Duration PING = Duration.ofSeconds(5);
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LAST_PAUSE_MILLIS = 1_000;
  private static final int NOT_FOUND = 404;
  private static final int NO_SUCH_STREAM = 10_059;

  private final NatsOptions options;
  private @Nullable Connection connection;
  private boolean isClosed;

  /// What is asked of a connection.
  interface Question<T> {
    T ask(Connection connection) throws IOException, JetStreamApiException, InterruptedException;
  }

  NatsLink(NatsOptions options) {
    this.options = options;
  }

  /// The answer. TOPIC_MISSING where the stream is not there; LOG_UNAVAILABLE after the deadline.
  ///
  /// @param what completes "NATS does not ..."
  <T> T ask(String what, String stream, Question<T> question) {
    long deadline = System.nanoTime() + options.deadline().toNanos();
    long pause = FIRST_PAUSE_MILLIS;
    while (true) {
      try {
        return question.ask(connected());
      } catch (JetStreamApiException e) {
        if (e.getApiErrorCode() == NO_SUCH_STREAM) {
          throw missing(stream, e);
        }
        // Answered with a refusal that another try may not meet: no leader yet, no JetStream yet.
        awaitNextTry(what, e, deadline, pause);
      } catch (IOException | IllegalStateException e) {
        awaitNextTry(what, e, deadline, pause);
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
      pause = Math.min(2 * pause, LAST_PAUSE_MILLIS);
    }
  }

  /// How far a stream reaches, and when it was made.
  StreamInfo info(String stream) {
    return ask(
        "say how far stream '" + stream + "' reaches",
        stream,
        link -> management(link).getStreamInfo(stream));
  }

  /// The first message at a sequence or behind it, or null.
  ///
  /// @param subjects of those that count
  @Nullable MessageInfo next(String stream, long sequence, String subjects) {
    Optional<MessageInfo> found =
        ask(
            "give message %d of stream '%s'".formatted(sequence, stream),
            stream,
            link -> {
              try {
                return Optional.of(management(link).getNextMessage(stream, sequence, subjects));
              } catch (JetStreamApiException e) {
                if (e.getErrorCode() == NOT_FOUND && e.getApiErrorCode() != NO_SUCH_STREAM) {
                  return Optional.empty();
                }
                throw e;
              }
            });
    return found.orElse(null);
  }

  JetStreamOptions jetStream() {
    return JetStreamOptions.builder().requestTimeout(options.deadline()).build();
  }

  Duration deadline() {
    return options.deadline();
  }

  TytoException unavailable(String what, Throwable cause) {
    String reason =
        cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    return new TytoException(
        ErrorCode.LOG_UNAVAILABLE,
        "NATS at %s does not %s: %s".formatted(options.servers(), what, reason),
        cause);
  }

  TytoException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new TytoException(ErrorCode.CANCELLED, "interrupted while asking NATS", cause);
  }

  @Override
  public synchronized void close() {
    isClosed = true;
    Connection open = connection;
    connection = null;
    if (open != null) {
      try {
        open.close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// The connection, which may be looking for a server again.
  synchronized Connection connected() throws IOException, InterruptedException {
    if (isClosed) {
      throw new TytoException(ErrorCode.DRAINING, "the connection to NATS is being closed");
    }
    Connection known = connection;
    if (known == null || known.getStatus() == Connection.Status.CLOSED) {
      known = Nats.connect(settings());
      connection = known;
    }
    return known;
  }

  private Options settings() {
    Options.Builder settings =
        Options.builder()
            .servers(options.servers().split("\\s*,\\s*"))
            .connectionName("tyto")
            .connectionTimeout(options.deadline())
            .maxReconnects(-1)
            .reconnectWait(RECONNECT_WAIT)
            .pingInterval(PING)
            .errorListener(new Listener());
    if (!options.credentials().isEmpty()) {
      settings.authHandler(Nats.credentials(options.credentials()));
    }
    try {
      return settings.build();
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "nats.servers is '%s': %s; expected such as nats://host:4222, several with commas"
              .formatted(options.servers(), e.getMessage()),
          e);
    }
  }

  private JetStreamManagement management(Connection link) throws IOException {
    return link.jetStreamManagement(jetStream());
  }

  private TytoException missing(String stream, Exception cause) {
    return new TytoException(
        ErrorCode.TOPIC_MISSING,
        "NATS at %s has no stream '%s'; create it".formatted(options.servers(), stream),
        cause);
  }

  private void awaitNextTry(String what, Exception failure, long deadline, long pauseMillis) {
    if (System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pauseMillis) - deadline >= 0) {
      throw unavailable(what, failure);
    }
    try {
      TimeUnit.MILLISECONDS.sleep(pauseMillis);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /// Outages show where somebody asks; the rest is for who looks closely.
  private static final class Listener implements ErrorListener {
    @Override
    public void errorOccurred(Connection link, String error) {
      LOG.log(DEBUG, "NATS: {0}", error);
    }

    @Override
    public void exceptionOccurred(Connection link, Exception failure) {
      LOG.log(DEBUG, "NATS", failure);
    }
  }
}
