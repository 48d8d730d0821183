package io.tyto.gateway.http;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.concurrent.atomic.AtomicLong;

/// Bytes that bodies take together while they come and are taken in, or wait for who asked for
/// them: many clients at once, each within its own limit, would fill the memory. Thread-safe.
public final class BodyBytes {
  private static final long EIGHTH_OF_HEAP = Runtime.getRuntime().maxMemory() / 8;

  /// Of all bodies of requests of the process.
  public static final BodyBytes OF_PROCESS =
      new BodyBytes(EIGHTH_OF_HEAP, "the bodies of all requests under way");

  /// Of all answers that were handed to a connection, and not to its client yet.
  static final BodyBytes OF_ANSWERS =
      new BodyBytes(EIGHTH_OF_HEAP, "answers that wait for clients to read them");

  private final long most;
  private final String what;
  private final AtomicLong taken = new AtomicLong();

  /// @param what takes them, for the person who is refused
  public BodyBytes(long most, String what) {
    this.most = most;
    this.what = what;
  }

  /// Takes some, to be given back; OVERLOADED, and nothing is taken, where they are not left.
  public void take(long bytes) {
    if (taken.addAndGet(bytes) > most) {
      taken.addAndGet(-bytes);
      throw new TytoException(
          ErrorCode.OVERLOADED,
          "%s take %,d MB, which is as much as they may: come back shortly"
              .formatted(what, most >> 20));
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
