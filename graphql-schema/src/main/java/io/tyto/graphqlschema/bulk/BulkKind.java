package io.tyto.graphqlschema.bulk;

import io.tyto.model.access.Verb;
import io.tyto.model.schema.EventConfig;
import java.util.List;
import java.util.Locale;

/// What can be asked in bulk of a collection.
public enum BulkKind {
  AGGREGATE,
  TABLE,
  RECORDS;

  /// As paths and fields spell it.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// What a caller must be allowed to do with the collection.
  public Verb verb() {
    return this == RECORDS ? Verb.RECORDS : Verb.QUERY;
  }

  /// Whether a collection offers it.
  public boolean isOffered(EventConfig.Expose expose) {
    return switch (this) {
      case AGGREGATE -> expose.aggregate();
      case TABLE -> expose.table();
      case RECORDS -> expose.records();
    };
  }

  /// The arguments and their types, as variables of an operation are declared.
  ///
  /// @param type what the names of the collection's types begin with
  /// @param timeField of the column that records are ordered by
  public List<String> arguments(String type, String timeField) {
    return this == RECORDS
        ? List.of(
            "$range: TimeRange!",
            "$where: %sFilter".formatted(type),
            "$orderBy: [%sRecordOrder!]! = [{%s: DESC}]".formatted(type, timeField),
            "$columns: [String!]",
            "$first: Int",
            "$offset: Int = 0",
            "$options: QueryOptions")
        : List.of(
            "$input: %sAggregateInput!".formatted(type),
            "$measures: [%sMeasure!]!".formatted(type),
            "$limit: Int",
            "$offset: Int = 0");
  }
}
