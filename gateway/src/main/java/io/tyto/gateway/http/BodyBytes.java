package io.tyto.gateway.http;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.concurrent.atomic.AtomicLong;

/// Bytes that bodies of requests take together while they come and are taken in: many clients at
/// once, each within its own limit, would fill the memory. Thread-safe.
public final class BodyBytes {
  /// Of all bodies of the process, an eighth of its heap.
  public static final BodyBytes OF_PROCESS = new BodyBytes(Runtime.getRuntime().maxMemory() / 8);

  private final long most;
  private final AtomicLong taken = new AtomicLong();

  public BodyBytes(long most) {
    this.most = most;
  }

  /// Takes some, to be given back; OVERLOADED, and nothing is taken, where they are not left.
  public void take(long bytes) {
    if (taken.addAndGet(bytes) > most) {
      taken.addAndGet(-bytes);
      throw new TytoException(
          ErrorCode.OVERLOADED,
          "the bodies of all requests under way take %,d MB, which is as much as they may: come back shortly"
              .formatted(most >> 20));
    }
  }

  public void give(long bytes) {
    taken.addAndGet(-bytes);
  }

  /// What is taken now.
  public long taken() {
    return taken.get();
  }
}
