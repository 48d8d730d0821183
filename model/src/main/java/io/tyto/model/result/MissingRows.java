package io.tyto.model.result;

/// Rows that an answer would have had if all nodes were there: the newest of one partition, those
/// that no segment has yet.
///
/// @param reason who has them, and why they are not to be had; for people
public record MissingRows(String collection, int partition, String reason) {}
