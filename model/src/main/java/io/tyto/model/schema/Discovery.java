package io.tyto.model.schema;

import java.util.List;

/// What a json column does that keeps the keys of an event which no column reads: each of them that
/// is seen often enough becomes a derived column over it.
///
/// @param max columns that may come into being so
/// @param after events in which a key has a value before it becomes one
/// @param ignored keys that never do
public record Discovery(int max, int after, List<String> ignored) {
  public static final int DEFAULT_MAX = 100;
  public static final int DEFAULT_AFTER = 10;

  public Discovery {
    ignored = List.copyOf(ignored);
  }
}
