package io.tyto.engine.snapshot;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import org.jspecify.annotations.Nullable;

/// SHARDS_MISSING of a snapshot that was whole when it was opened: who held a part of it is gone. A
/// newer snapshot may well be whole.
public final class SnapshotLostException extends TytoException {
  private static final long serialVersionUID = 1L;

  public SnapshotLostException(String message, @Nullable Throwable cause) {
    super(ErrorCode.SHARDS_MISSING, message, cause);
  }
}
