package io.tyto.ingest.partition;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/// What is wrong right now, by topic: each stands until its cause is gone. Thread-safe.
public final class Alarms {
  private final Map<String, String> byTopic = new ConcurrentSkipListMap<>();

  public void raise(String topic, String text) {
    byTopic.put(topic, text);
  }

  public void clear(String topic) {
    byTopic.remove(topic);
  }

  List<String> topics() {
    return List.copyOf(byTopic.keySet());
  }

  public List<String> all() {
    return List.copyOf(byTopic.values());
  }
}
