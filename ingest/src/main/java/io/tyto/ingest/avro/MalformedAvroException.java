package io.tyto.ingest.avro;

import io.tyto.model.plugin.UndecodableException.Reason;
import java.io.IOException;

/// Carries what is wrong with the bytes through Avro's reader, and never further.
final class MalformedAvroException extends IOException {
  private static final long serialVersionUID = 1L;
  private final Reason reason;

  MalformedAvroException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }

  @Override
  public Throwable fillInStackTrace() {
    return this; // a log may hold millions of such records
  }
}
