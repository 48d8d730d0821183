package io.tyto.graphqlschema;

/// What one operation may ask for; each limit is told to clients in the error that it raises.
///
/// @param maxRows rows of one `aggregate`
/// @param maxRecords records of one page of `records`
/// @param maxTableCells rows times columns of one `table`
/// @param maxGroupKeys keys of one `groupBy`
/// @param maxMeasures distinct measures of one aggregate or table
/// @param maxPanels questions to collections in one operation
/// @param maxDepth nesting of fields
/// @param maxFields fields of the operation with its fragments spread out
/// @param maxAliases aliases in the document
/// @param maxDirectives directives in the document
/// @param maxTokens tokens of the document
/// @param maxCharacters characters of the document
public record GraphQlOptions(
    int maxRows,
    int maxRecords,
    int maxTableCells,
    int maxGroupKeys,
    int maxMeasures,
    int maxPanels,
    int maxDepth,
    int maxFields,
    int maxAliases,
    int maxDirectives,
    int maxTokens,
    int maxCharacters) {

  public static final GraphQlOptions DEFAULT =
      new GraphQlOptions(
          10_000, 10_000, 1_000_000, 16, 100, 50, 20, 5_000, 500, 200, 15_000, 1_000_000);
}
