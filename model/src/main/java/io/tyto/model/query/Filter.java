package io.tyto.model.query;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A predicate over rows, in SQL's three-valued logic: a row passes where it is true, not where
/// null.
///
/// Column leaves name the column by its config name; literals are logical values of the column's
/// element type (see {@link io.tyto.model.schema.Values}), for string operators always String. On a
/// list column a leaf other than {@link ListLength}, {@link ListEmpty}, {@link IsNull}, {@link
/// HasAll} and {@link AnyElement} is true if it is true of any element; null elements match
/// nothing; a null list makes it null.
public sealed interface Filter {

  /// True when empty.
  record And(List<Filter> filters) implements Filter {}

  /// False when empty.
  record Or(List<Filter> filters) implements Filter {}

  record Not(Filter filter) implements Filter {}

  /// @param ignoreCase Unicode simple folding of both sides; strings only
  record Compare(String column, Op op, Object value, boolean ignoreCase) implements Filter {}

  enum Op {
    EQ,
    NE,
    LT,
    LTE,
    GT,
    GTE
  }

  record In(String column, List<Object> values, boolean ignoreCase) implements Filter {}

  /// @param pattern for LIKE with `%`, `_` and `\` as escape; for REGEX in RE2 syntax, found
  ///   anywhere
  record Match(String column, MatchKind kind, String pattern, boolean ignoreCase)
      implements Filter {}

  enum MatchKind {
    STARTS_WITH,
    ENDS_WITH,
    CONTAINS,
    LIKE,
    REGEX
  }

  /// Never null itself.
  record IsNull(String column) implements Filter {}

  /// Every value occurs in the list.
  record HasAll(String column, List<Object> values) implements Filter {}

  record ListEmpty(String column) implements Filter {}

  /// @param is a filter whose column is ignored and whose literals are Long
  record ListLength(String column, Filter is) implements Filter {}

  /// Some non-null element meets all of `is`: on `[1, 20]`, "at least 5 and below 10" holds for no
  /// element, although each half of it holds for one.
  ///
  /// @param is a filter over one element, whose column is ignored
  record AnyElement(String column, Filter is) implements Filter {}

  /// A predicate on the value at a path of a json column, as string or as number.
  ///
  /// @param path JSON Pointer
  /// @param is a filter whose column is ignored, over String (AS_STRING) or Double (AS_NUMBER);
  ///   null for EXISTS
  record JsonPath(String column, String path, JsonAs as, @Nullable Filter is) implements Filter {}

  /// The row's entity is in a cohort; null where the entity is. Names no column.
  ///
  /// @param members who they are; null until the engine has found out
  record InCohort(Cohort cohort, @Nullable EntitySet members) implements Filter {}

  /// The row is in the sample: all rows of the same entity are, or none; rows without one are
  /// chosen each by its identity. The same rows each time, of each collection the same entities,
  /// and those of a lower rate are among those of a higher. Names no column, and is never null.
  ///
  /// @param rate part of the entities or rows, above 0 and at most 1
  record Sampled(double rate) implements Filter {}

  enum JsonAs {
    STRING,
    NUMBER,
    EXISTS
  }
}
