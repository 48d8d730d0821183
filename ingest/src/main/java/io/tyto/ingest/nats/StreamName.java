package io.tyto.ingest.nats;

import io.tyto.ingest.log.LogSource.Topic;

/// What a topic's name says: the stream, and which subjects of it count.
record StreamName(String stream, String subjects) {
  /// Every subject.
  static final String ALL = ">";

  /// A name of a stream has no slash.
  private static final char SLASH = '/';

  static StreamName of(Topic topic) {
    return of(topic.name());
  }

  static StreamName of(String topic) {
    int slash = topic.indexOf(SLASH);
    return slash < 0
        ? new StreamName(topic, ALL)
        : new StreamName(topic.substring(0, slash), topic.substring(slash + 1));
  }

  boolean isWhole() {
    return subjects.equals(ALL);
  }
}
