package io.tyto.engine.scan;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.concurrent.atomic.AtomicLong;

/// The bytes one query may hold. Thread-safe.
public final class MemoryBudget {
  private final long limitBytes;
  private final AtomicLong usedBytes = new AtomicLong();

  public MemoryBudget(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /// Takes `bytes` (negative gives back); MEMORY_LIMIT_EXCEEDED beyond the limit.
  public void reserve(long bytes) {
    if (usedBytes.addAndGet(bytes) > limitBytes && bytes > 0) {
      usedBytes.addAndGet(-bytes);
      throw new TytoException(
          ErrorCode.MEMORY_LIMIT_EXCEEDED,
          ("the query needs more than its memory budget of %d MiB: group by fewer keys,"
                  + " narrow the range or the filter, or ask for approximate measures")
              .formatted(limitBytes >> 20));
    }
  }

  public long usedBytes() {
    return usedBytes.get();
  }
}
