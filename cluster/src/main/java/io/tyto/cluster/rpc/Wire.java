package io.tyto.cluster.rpc;

import io.tyto.cluster.wire.RecordJson;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import org.jspecify.annotations.Nullable;

/// What both ends of a call agree on.
final class Wire {
  /// Counts up with each change that an older node would misread; see the notes of the release.
  static final int VERSION = 1;

  /// The oldest that is still understood: that of the release before.
  static final int OLDEST_VERSION = 1;

  static final String PATH = "/rpc/";
  static final String VERSION_HEADER = "Tyto-Wire";
  static final String DEADLINE_HEADER = "Tyto-Deadline-Millis";
  static final String MEMORY_HEADER = "Tyto-Memory-Bytes";
  static final String QUERY_HEADER = "Tyto-Query-Id";

  /// HTTP/2's code for a stream that nobody waits for any more.
  static final long CANCEL = 8;

  private Wire() {}

  /// An error on its way to the node that asked.
  record Failure(String code, String message, @Nullable String coordinate) {}

  static Frame failure(Throwable cause) {
    Failure failure =
        cause instanceof TytoException e
            ? new Failure(e.code().name(), String.valueOf(e.getMessage()), e.coordinate())
            : new Failure(ErrorCode.INTERNAL.name(), cause.toString(), null);
    return Frame.of(Frame.Kind.ERROR, RecordJson.write(failure, Failure.class));
  }

  static TytoException exception(Frame frame, String node) {
    Failure failure = RecordJson.readKnown(frame.text(), Failure.class);
    ErrorCode code = ErrorCode.INTERNAL;
    for (ErrorCode each : ErrorCode.values()) {
      code = each.name().equals(failure.code()) ? each : code;
    }
    String message =
        code == ErrorCode.INTERNAL
            ? "node %s failed: %s".formatted(node, failure.message())
            : failure.message();
    return new TytoException(code, message, failure.coordinate(), null);
  }
}
