package io.tyto.ingest.log;

/// What a record says of itself beside event id and body; see {@link LogRecord}.
///
/// @param offset its number in an imported file; a local log gives its own
public record RecordHead(
    LogRecord.Kind kind,
    int collection,
    int schemaVersion,
    long keyHash,
    long receivedMicros,
    long offset) {}
