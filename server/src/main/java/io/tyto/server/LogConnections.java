package io.tyto.server;

import io.tyto.ingest.LogSources;
import io.tyto.ingest.kafka.KafkaOptions;
import io.tyto.ingest.kafka.KafkaSource;
import io.tyto.ingest.log.LogSource;
import io.tyto.ingest.nats.NatsOptions;
import io.tyto.ingest.nats.NatsSource;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.Feed;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/// The logs outside that the settings name, connected when they are first asked for. Thread-safe.
final class LogConnections implements LogSources {
  private final Settings settings;
  private final boolean areRead;
  private final Map<Feed.Kind, LogSource> open = new EnumMap<>(Feed.Kind.class);

  /// @param areRead see {@link LogSources#areRead}
  LogConnections(Settings settings, boolean areRead) {
    this.settings = settings;
    this.areRead = areRead;
  }

  @Override
  public boolean areRead() {
    return areRead;
  }

  @Override
  public synchronized LogSource of(Feed.Kind kind) {
    LogSource known = open.get(kind);
    if (known == null) {
      known = connect(kind);
      open.put(kind, known);
    }
    return known;
  }

  @Override
  public synchronized void close() {
    open.values().forEach(LogSource::close);
    open.clear();
  }

  private LogSource connect(Feed.Kind kind) {
    return switch (kind) {
      case KAFKA -> kafka();
      case NATS -> nats();
    };
  }

  private LogSource nats() {
    if (settings.text(Setting.NATS_SERVERS).isEmpty()) {
      throw LogSources.missing(Feed.Kind.NATS);
    }
    return new NatsSource(
        new NatsOptions(
            settings.text(Setting.NATS_SERVERS),
            settings.text(Setting.NATS_CREDENTIALS),
            settings.duration(Setting.NATS_DEADLINE)));
  }

  private LogSource kafka() {
    if (settings.text(Setting.KAFKA_BROKERS).isEmpty()) {
      throw LogSources.missing(Feed.Kind.KAFKA);
    }
    return new KafkaSource(
        new KafkaOptions(
            settings.text(Setting.KAFKA_BROKERS),
            settings.text(Setting.KAFKA_GROUP),
            properties(settings.text(Setting.KAFKA_PROPERTIES)),
            settings.duration(Setting.KAFKA_DEADLINE)));
  }

  private static Map<String, String> properties(String file) {
    Map<String, String> values = new HashMap<>();
    if (file.isEmpty()) {
      return values;
    }
    Properties read = new Properties();
    try (Reader reader = Files.newBufferedReader(Path.of(file), StandardCharsets.UTF_8)) {
      read.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "kafka.properties names %s, which cannot be read: %s".formatted(file, e.getMessage()),
          e);
    }
    read.stringPropertyNames().forEach(name -> values.put(name, read.getProperty(name)));
    return values;
  }
}
