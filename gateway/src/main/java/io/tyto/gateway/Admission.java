package io.tyto.gateway;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// Bounds the operations under way, those included that wait for their turn: each holds its request
/// in memory. Thread-safe.
final class Admission {
  private static final int MAX_OPERATIONS = 2_000;

  private final AtomicInteger underWay = new AtomicInteger();

  /// OVERLOADED.
  <T> T run(Supplier<T> operation) {
    if (underWay.incrementAndGet() > MAX_OPERATIONS) {
      underWay.decrementAndGet();
      throw new TytoException(
          ErrorCode.OVERLOADED,
          "%d operations are under way; come back shortly".formatted(MAX_OPERATIONS));
    }
    try {
      return operation.get();
    } finally {
      underWay.decrementAndGet();
    }
  }
}
