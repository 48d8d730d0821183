package io.tyto.engine.segment;

/// What a manifest entry says about a finished segment.
///
/// @param rows rows kept (entities, for a state segment)
/// @param minTimeMicros least event time in epoch microseconds; a row whose event time is null
///   counts with its time of arrival. Greater than `maxTimeMicros` when there are no rows
/// @param bytes length of the file
/// @param sha256 of the whole file, lower-case hexadecimal
public record SegmentSummary(
    long rows, long minTimeMicros, long maxTimeMicros, long bytes, String sha256) {}
