package io.tyto.engine.plan;

import io.tyto.engine.calendar.TimeAxis;
import io.tyto.engine.group.GroupKeys;
import io.tyto.engine.group.Groups;
import io.tyto.engine.page.StableHash;
import java.time.ZonedDateTime;
import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/// The ids of an answer's rows, each computed when it is asked for: a table of a hundred thousand
/// rows is often read without them. Immutable.
///
/// An id is a hash of the query's identity and the row's key, without the snapshot: the same group
/// has the same id tomorrow.
final class RowIds extends AbstractList<String> implements RandomAccess {
  private final String identity;
  private final Groups keys;
  private final List<@Nullable TimeAxis> axes;

  /// @param keys of the rows, in their order
  /// @param axes by key; null for keys that are no time buckets
  RowIds(String identity, Groups keys, List<@Nullable TimeAxis> axes) {
    this.identity = identity;
    this.keys = keys;
    this.axes = axes;
  }

  @Override
  public int size() {
    return keys.count();
  }

  @Override
  public String get(int row) {
    StableHash hash = new StableHash().add(identity);
    for (int i = 0; i < keys.keys().size(); i++) {
      add(hash, keys.key(i), axes.get(i), row);
    }
    return hash.id();
  }

  private static void add(StableHash hash, GroupKeys key, @Nullable TimeAxis axis, int row) {
    switch (key.value(row)) {
      case null -> hash.addNull();
      case Long bucket when axis != null -> {
        ZonedDateTime start = axis.timeOf(bucket.intValue());
        hash.add(start.toEpochSecond()).add(start.getNano());
      }
      case Long value -> hash.add(value);
      case Double value -> hash.add(Double.doubleToLongBits(value));
      case byte[] value -> hash.add(value);
      case Object other -> throw new IllegalArgumentException("no key is a " + other.getClass());
    }
  }
}
