package io.tyto.graphqlschema.input;

/// What one question may ask for; told to clients by `info.limits`.
///
/// @param maxRows rows of one `aggregate`
/// @param maxRecords records of one page of `records`
/// @param maxTableCells rows times columns of one `table`
/// @param maxGroupKeys keys of one `groupBy`
/// @param maxMeasures distinct measures of one aggregate or table
/// @param maxLiveRows rows of one live answer, and records of one batch of events
public record QueryLimits(
    int maxRows,
    int maxRecords,
    int maxTableCells,
    int maxGroupKeys,
    int maxMeasures,
    int maxLiveRows) {

  public static final QueryLimits DEFAULT =
      new QueryLimits(10_000, 10_000, 1_000_000, 16, 100, 1_000);
}
