package io.tyto.model.error;

import io.tyto.model.result.MissingRows;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// SHARDS_MISSING, with what is missing.
public final class ShardsMissingException extends TytoException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // never written
  private final List<MissingRows> missing;

  public ShardsMissingException(
      String message, List<MissingRows> missing, @Nullable Throwable cause) {
    super(ErrorCode.SHARDS_MISSING, message, cause);
    this.missing = List.copyOf(missing);
  }

  /// All of it.
  public List<MissingRows> missing() {
    return missing;
  }
}
