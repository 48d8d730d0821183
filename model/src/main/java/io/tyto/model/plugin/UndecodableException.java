package io.tyto.model.plugin;

/// Bytes that are no event. Without stack trace: a log may hold millions of them.
public final class UndecodableException extends Exception {
  private static final long serialVersionUID = 1L;
  private final Reason reason;

  /// What is wrong.
  public enum Reason {
    /// Not of the format, or not of the schema.
    MALFORMED,
    /// Written by a schema that nobody knows.
    UNKNOWN_SCHEMA,
    /// Text that is not UTF-8.
    INVALID_UTF8,
    TOO_DEEP,
    TOO_LARGE
  }

  /// @param message what was found and what was expected, for the sender of the event
  public UndecodableException(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
