package io.tyto.ingest.log;

/// What stands at a place of the log.
public sealed interface LogEntry permits LogRecord, RawEvent, LogEntry.Gap {
  /// Offsets `[from, next)` whose records are lost or damaged; `where` names file and byteOffset.
  record Gap(long from, long next, String where) implements LogEntry {}
}
