package io.tyto.model.result;

/// What an aggregate that is followed answers now.
///
/// @param sequence number of the update for this listener, from 1; a gap stands for updates that
///   newer ones replaced
/// @param changedRows rows that were not in the update before or had other cells there; all of them
///   in the first update and after a gap
public record LiveUpdate(AggregateResult answer, long sequence, int changedRows) {}
