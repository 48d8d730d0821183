package io.tyto.engine.segment;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import org.jspecify.annotations.Nullable;

/// A segment's bytes are not those that were written: SEGMENT_CORRUPT with file and byteOffset.
public final class CorruptSegmentException extends TytoException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // a record of strings and numbers
  private final Fault fault;

  CorruptSegmentException(Fault fault, @Nullable Throwable cause) {
    super(
        ErrorCode.SEGMENT_CORRUPT,
        "segment %s is damaged at byteOffset %d: expected %s, found %s; run `tyto verify`"
            .formatted(fault.file(), fault.byteOffset(), fault.expected(), fault.actual()),
        cause);
    this.fault = fault;
  }

  public Fault fault() {
    return fault;
  }
}
