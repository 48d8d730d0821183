package io.tyto.engine.measure;

import io.tyto.engine.filter.RegexText;
import io.tyto.model.query.Filter;
import io.tyto.model.schema.ColumnType;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;

/// Refuses filters that name unknown columns, compare a column with a value of another type, or ask
/// of it what its type does not have, with BAD_USER_INPUT at the column's coordinate.
public record FilterCheck(Columns columns) {
  public static final int MAX_PATTERN_CHARACTERS = 1_024;

  public void check(Filter filter) {
    switch (filter) {
      case Filter.And(var filters) -> filters.forEach(this::check);
      case Filter.Or(var filters) -> filters.forEach(this::check);
      case Filter.Not(Filter inner) -> check(inner);
      case Filter.IsNull(String column) -> columns.require(column);
      case Filter.ListEmpty(String column) -> requireList(column, "isEmpty");
      case Filter.ListLength(String column, Filter is) -> {
        requireList(column, "length");
        checkLeaf(column, ColumnType.LONG, is);
      }
      case Filter.HasAll(String column, var values) -> {
        requireList(column, "hasAll");
        values.forEach(value -> requireLiteral(column, elementOf(column), value));
      }
      case Filter.AnyElement(String column, Filter is) -> {
        requireList(column, "any");
        checkLeaf(column, elementOf(column), is);
      }
      case Filter.JsonPath json -> checkJson(json);
      case Filter.InCohort _ -> {
        if (columns.schema().config().entity() == null) {
          throw columns.refuse("rows without an entity are in no cohort");
        }
      }
      case Filter.Sampled(double rate) -> {
        if (!(rate > 0 && rate <= 1)) {
          throw columns.refuse("a sample's rate is above 0 and at most 1, not " + rate);
        }
      }
      case Filter.Compare compare ->
          checkLeaf(compare.column(), elementOf(compare.column()), filter);
      case Filter.In in -> checkLeaf(in.column(), elementOf(in.column()), filter);
      case Filter.Match match -> checkLeaf(match.column(), elementOf(match.column()), filter);
    }
  }

  /// A filter over single values of `type`; its own columns count for nothing.
  private void checkLeaf(String column, ColumnType.Scalar type, Filter filter) {
    switch (filter) {
      case Filter.And(var filters) -> filters.forEach(each -> checkLeaf(column, type, each));
      case Filter.Or(var filters) -> filters.forEach(each -> checkLeaf(column, type, each));
      case Filter.Not(Filter inner) -> checkLeaf(column, type, inner);
      case Filter.IsNull _ -> {}
      case Filter.Compare compare -> {
        refuseJson(column, type);
        requireLiteral(column, type, compare.value());
        requireString(column, type, compare.ignoreCase(), "ignoreCase");
      }
      case Filter.In in -> {
        refuseJson(column, type);
        in.values().forEach(value -> requireLiteral(column, type, value));
        requireString(column, type, in.ignoreCase(), "ignoreCase");
      }
      case Filter.Match match -> {
        requireString(column, type, true, match.kind().name());
        requirePattern(column, match);
      }
      case Filter.ListEmpty _,
          Filter.ListLength _,
          Filter.HasAll _,
          Filter.AnyElement _,
          Filter.JsonPath _,
          Filter.InCohort _,
          Filter.Sampled _ ->
          throw columns.refuse(column, "a single value has no lists or paths inside");
    }
  }

  private void checkJson(Filter.JsonPath json) {
    String column = json.column();
    if (!(columns.require(column).type() instanceof ColumnType.JsonType)) {
      throw columns.refuse(column, "only json columns have paths");
    }
    Filter is = json.is();
    if (is != null) {
      ColumnType.Scalar type =
          json.as() == Filter.JsonAs.NUMBER ? ColumnType.DOUBLE : ColumnType.STRING;
      checkLeaf(column, type, is);
    } else if (json.as() != Filter.JsonAs.EXISTS) {
      throw columns.refuse(column, "a path that is read needs a predicate");
    }
  }

  private ColumnType.Scalar elementOf(String column) {
    return columns.require(column).type().element();
  }

  private void requireList(String column, String operator) {
    if (!columns.require(column).type().isList()) {
      throw columns.refuse(column, operator + " needs a list");
    }
  }

  private void requireString(
      String column, ColumnType.Scalar type, boolean needed, String operator) {
    if (needed && !(type instanceof ColumnType.StringType)) {
      throw columns.refuse(column, operator + " needs strings, and this column holds " + type);
    }
  }

  /// A search by pattern takes at most the length of a value times that of its pattern.
  private void requirePattern(String column, Filter.Match match) {
    switch (match.kind()) {
      case STARTS_WITH, ENDS_WITH -> {}
      case CONTAINS, LIKE -> {
        if (match.pattern().length() > MAX_PATTERN_CHARACTERS) {
          throw columns.refuse(
              column,
              "a pattern of %d characters, at most %d"
                  .formatted(match.pattern().length(), MAX_PATTERN_CHARACTERS));
        }
      }
      case REGEX -> {
        try {
          RegexText.compile(match.pattern(), match.ignoreCase());
        } catch (IllegalArgumentException e) {
          throw columns.refuse(
              column,
              "the regular expression '%s' is refused: %s"
                  .formatted(match.pattern(), e.getMessage()));
        }
      }
    }
  }

  private void refuseJson(String column, ColumnType.Scalar type) {
    if (type instanceof ColumnType.JsonType) {
      throw columns.refuse(column, "json is compared at a path");
    }
  }

  private void requireLiteral(String column, ColumnType.Scalar type, Object value) {
    boolean fits =
        switch (type) {
          case ColumnType.StringType _, ColumnType.JsonType _ -> value instanceof String;
          case ColumnType.BoolType _ -> value instanceof Boolean;
          case ColumnType.IntType _, ColumnType.LongType _ -> value instanceof Long;
          case ColumnType.DoubleType _ -> value instanceof Double;
          case ColumnType.DecimalType _ -> value instanceof BigDecimal;
          case ColumnType.TimestampType _ -> value instanceof Instant;
          case ColumnType.DateType _ -> value instanceof LocalDate;
          case ColumnType.UuidType _ -> value instanceof UUID;
          case ColumnType.IpType _ -> value instanceof InetAddress;
        };
    if (!fits) {
      throw columns.refuse(
          column,
          "compared with a " + value.getClass().getSimpleName() + " although it holds " + type);
    }
  }
}
