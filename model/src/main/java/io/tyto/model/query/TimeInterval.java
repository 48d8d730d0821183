package io.tyto.model.query;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Half-open `[from, to)`; null means unbounded on that side.
public record TimeInterval(@Nullable Instant from, @Nullable Instant to) {
  public static final TimeInterval ALL_TIME = new TimeInterval(null, null);
}
