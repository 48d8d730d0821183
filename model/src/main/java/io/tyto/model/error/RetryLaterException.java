package io.tyto.model.error;

import java.time.Duration;

/// A refusal that ends by itself.
public final class RetryLaterException extends TytoException {
  private static final long serialVersionUID = 1L;

  private final Duration after;

  /// @param after when it is worth to try again, at the earliest
  public RetryLaterException(ErrorCode code, String message, Duration after) {
    super(code, message);
    this.after = after;
  }

  public Duration after() {
    return after;
  }
}
