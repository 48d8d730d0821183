package io.tyto.model.result;

import java.util.List;

/// Rows that arrived.
///
/// @param columns in the order of the query's `columns`
/// @param ids the `_id` of each row
/// @param dropped rows that were left out since the update before, because the listener was too
///   slow
/// @param offset goes on behind the last of these rows
public record EventsUpdate(
    int rowCount, List<ResultColumn> columns, List<String> ids, long dropped, String offset)
    implements RecordRows {}
