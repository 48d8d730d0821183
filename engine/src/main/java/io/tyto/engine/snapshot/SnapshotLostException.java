package io.tyto.engine.snapshot;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import org.jspecify.annotations.Nullable;

/// SHARDS_MISSING of a snapshot that was whole when it was opened: who held a part of it is gone. A
/// newer snapshot may well be whole.
public final class SnapshotLostException extends TytoException {
  private static final long serialVersionUID = 1L;

  private final boolean isPassing;

  public SnapshotLostException(String message, @Nullable Throwable cause) {
    this(message, cause, false);
  }

  private SnapshotLostException(String message, @Nullable Throwable cause, boolean isPassing) {
    super(ErrorCode.SHARDS_MISSING, message, cause);
    this.isPassing = isPassing;
  }

  /// Nobody is gone: who has what changes just now, and is known in a moment.
  public static SnapshotLostException passing(String message) {
    return new SnapshotLostException(message, null, true);
  }

  public boolean isPassing() {
    return isPassing;
  }
}
