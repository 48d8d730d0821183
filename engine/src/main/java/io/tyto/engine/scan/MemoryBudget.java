package io.tyto.engine.scan;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The bytes one query may hold, out of what all of them may. Thread-safe.
public final class MemoryBudget implements AutoCloseable {
  private final long limitBytes;
  private final @Nullable MemoryBudget shared;
  private final AtomicLong usedBytes = new AtomicLong();

  public MemoryBudget(long limitBytes) {
    this(limitBytes, null);
  }

  /// @param shared what is taken here is taken there too, until this is closed
  public MemoryBudget(long limitBytes, @Nullable MemoryBudget shared) {
    this.limitBytes = limitBytes;
    this.shared = shared;
  }

  /// Takes `bytes` (negative gives back); MEMORY_LIMIT_EXCEEDED beyond the limit.
  public void reserve(long bytes) {
    if (!take(bytes)) {
      throw new TytoException(
          ErrorCode.MEMORY_LIMIT_EXCEEDED,
          ("the query needs more than its memory budget of %d MiB: group by fewer keys,"
                  + " narrow the range or the filter, or ask for approximate measures")
              .formatted(limitBytes >> 20));
    }
    if (shared != null && !shared.take(bytes)) {
      usedBytes.addAndGet(-bytes);
      throw new TytoException(
          ErrorCode.MEMORY_LIMIT_EXCEEDED,
          ("the queries that run now need more than the %d MiB for all of them: ask again when"
                  + " fewer run, or for less")
              .formatted(shared.limitBytes >> 20));
    }
  }

  private boolean take(long bytes) {
    if (usedBytes.addAndGet(bytes) > limitBytes && bytes > 0) {
      usedBytes.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  public long usedBytes() {
    return usedBytes.get();
  }

  /// Gives everything back.
  @Override
  public void close() {
    long bytes = usedBytes.getAndSet(0);
    if (shared != null) {
      shared.usedBytes.addAndGet(-bytes);
    }
  }
}
