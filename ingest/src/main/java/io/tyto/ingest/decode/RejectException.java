package io.tyto.ingest.decode;

import io.tyto.model.schema.ColumnSpec;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Carries a rejection out of the depth of a record to its decoder, and never further. Without
/// stack trace: a file may hold millions of bad records.
final class RejectException extends Exception {
  private static final long serialVersionUID = 1L;
  private final transient Rejection rejection;

  private RejectException(Rejection rejection) {
    super(rejection.message(), null, false, false);
    this.rejection = rejection;
  }

  static RejectException of(Rejection.Code code, String message) {
    return new RejectException(new Rejection(code, null, message));
  }

  /// "found ..., expected ..." of one column's value.
  static RejectException of(
      Rejection.Code code, ColumnSpec column, String found, @Nullable String expected) {
    String type = expected == null ? column.type().toString() : expected;
    return new RejectException(
        new Rejection(
            code, column.name(), String.format(Locale.ROOT, "found %s, expected %s", found, type)));
  }

  /// The same with the column it is about, where it names none yet.
  RejectException about(ColumnSpec column) {
    return rejection.field() != null
        ? this
        : new RejectException(new Rejection(rejection.code(), column.name(), rejection.message()));
  }

  Rejection rejection() {
    return rejection;
  }
}
