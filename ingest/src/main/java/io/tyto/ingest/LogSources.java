package io.tyto.ingest;

import io.tyto.ingest.log.LogSource;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.Feed;
import java.util.Locale;

/// The places with logs that a node may read. Thread-safe; the node closes it.
public interface LogSources extends AutoCloseable {
  /// BAD_USER_INPUT where no such place is configured.
  LogSource of(Feed.Kind kind);

  /// Whether a node reads them by itself. A command that works on a folder alone does not: it would
  /// wait for topics that it has no use for.
  default boolean areRead() {
    return true;
  }

  @Override
  void close();

  /// A node that reads nothing from outside.
  static LogSources none() {
    return new LogSources() {
      @Override
      public LogSource of(Feed.Kind kind) {
        throw missing(kind);
      }

      @Override
      public void close() {
        // There is nothing to close.
      }
    };
  }

  /// What is said of a kind that is not configured.
  static TytoException missing(Feed.Kind kind) {
    String name = kind.name().toLowerCase(Locale.ROOT);
    String setting = kind == Feed.Kind.KAFKA ? "kafka.brokers" : "nats.servers";
    return new TytoException(
        ErrorCode.BAD_USER_INPUT,
        "a collection reads source.%s, but the setting `%s` is empty: say host:port"
            .formatted(name, setting));
  }
}
