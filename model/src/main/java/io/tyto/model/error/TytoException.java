package io.tyto.model.error;

import org.jspecify.annotations.Nullable;

/// The one exception that crosses module borders. Its message is written for the person who reads
/// it: what, where, what was expected, what to do.
public class TytoException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final ErrorCode code;
  private final @Nullable String coordinate;

  public TytoException(ErrorCode code, String message) {
    this(code, message, null, null);
  }

  public TytoException(ErrorCode code, String message, @Nullable Throwable cause) {
    this(code, message, null, cause);
  }

  /// @param coordinate schema coordinate the error is about, such as `RechargeFilter.country`
  public TytoException(
      ErrorCode code, String message, @Nullable String coordinate, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
    this.coordinate = coordinate;
  }

  public ErrorCode code() {
    return code;
  }

  public @Nullable String coordinate() {
    return coordinate;
  }
}
