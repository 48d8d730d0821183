package io.tyto.engine.behaviour;

import io.tyto.engine.scan.MemoryBudget;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is counted of some sessions. Not thread-safe.
public final class SessionStats {
  /// What one takes, without its lengths.
  static final long BYTES = 160;

  private static final int LOW_BITS = 32;

  private final @Nullable LongValues lengths;
  private int lastEntity = -1;
  private int lastPartition = -1;
  private long entities;
  private long sessions;
  private long events;

  /// Lengths add up in two halves, so that no sum of them leaves its long.
  private long highTicks;

  private long lowTicks;

  /// @param hasQuantiles whether lengths are kept one by one
  SessionStats(boolean hasQuantiles, MemoryBudget memory) {
    lengths = hasQuantiles ? new LongValues(memory) : null;
  }

  void add(int partition, int entity, int count, long ticks) {
    if (entity != lastEntity || partition != lastPartition) {
      entities++;
      lastEntity = entity;
      lastPartition = partition;
    }
    sessions++;
    events += count;
    highTicks += ticks >>> LOW_BITS;
    lowTicks += ticks & (1L << LOW_BITS) - 1;
    if (lengths != null) {
      lengths.add(ticks);
    }
  }

  /// The sum of parts that were counted apart, each entity in one of them.
  public record Sum(
      long entities, long sessions, long events, double ticks, List<LongValues> lengths) {

    public static Sum of(List<SessionStats> parts) {
      long entities = 0;
      long sessions = 0;
      long events = 0;
      long high = 0;
      long low = 0;
      List<LongValues> lengths = new ArrayList<>();
      for (SessionStats part : parts) {
        entities += part.entities;
        sessions += part.sessions;
        events += part.events;
        high += part.highTicks;
        low += part.lowTicks;
        if (part.lengths != null) {
          lengths.add(part.lengths);
        }
      }
      double ticks = (double) high * (1L << LOW_BITS) + low;
      return new Sum(entities, sessions, events, ticks, lengths);
    }
  }
}
