package io.tyto.graphqlschema;

import io.tyto.graphqlschema.input.QueryLimits;

/// What one operation may ask for; each limit is told to clients in the error that it raises.
///
/// @param query limits of each question in it
/// @param maxPanels questions to collections in one operation
/// @param maxDepth nesting of fields
/// @param maxFields fields of the operation with its fragments spread out
/// @param maxAliases aliases in the document
/// @param maxDirectives directives in the document
/// @param maxTokens tokens of the document
/// @param maxCharacters characters of the document
/// @param maxCachedDocuments parsed and validated documents that are kept
public record GraphQlOptions(
    QueryLimits query,
    int maxPanels,
    int maxDepth,
    int maxFields,
    int maxAliases,
    int maxDirectives,
    int maxTokens,
    int maxCharacters,
    int maxCachedDocuments) {

  /// A dashboard of a dozen panels fits in, and so do the question for the schema that editors ask
  /// (15 deep), the deepest path down a cube (14), and every document of the demo and the manual.
  public static final GraphQlOptions DEFAULT =
      new GraphQlOptions(QueryLimits.DEFAULT, 20, 16, 1_000, 100, 20, 5_000, 1 << 16, 500);
}
