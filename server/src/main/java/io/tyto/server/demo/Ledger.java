package io.tyto.server.demo;

import java.util.EnumMap;
import java.util.Map;

/// What was produced, counted beside the data so that answers can be compared with it. Filled by
/// one thread.
public final class Ledger {
  private final Map<GameEvents.Kind, Entry> entries = new EnumMap<>(GameEvents.Kind.class);

  /// @param events that fit their collection
  /// @param broken events that do not
  /// @param sum of cents or points of those that fit
  public record Entry(String collection, long events, long broken, long sum) {}

  void add(GameEvents.Kind kind, boolean isBroken, long weight) {
    Entry before = entries.computeIfAbsent(kind, _ -> new Entry(kind.collection(), 0, 0, 0));
    entries.put(
        kind,
        isBroken
            ? new Entry(before.collection(), before.events(), before.broken() + 1, before.sum())
            : new Entry(
                before.collection(), before.events() + 1, before.broken(), before.sum() + weight));
  }

  /// One for each collection.
  public Iterable<Entry> entries() {
    return entries.values();
  }
}
