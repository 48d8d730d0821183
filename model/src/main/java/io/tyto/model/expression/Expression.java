package io.tyto.model.expression;

import io.tyto.model.schema.ColumnType;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A typed, checked `derive` expression over the columns of one row; pure (but for {@link Lookup})
/// and total: any operand that is null makes the result null unless the operator says otherwise.
public sealed interface Expression {

  ColumnType type();

  /// @param value logical value as in {@link io.tyto.model.schema.Values}; null is the null literal
  record Literal(@Nullable Object value, ColumnType type) implements Expression {}

  record Column(String name, ColumnType type) implements Expression {}

  /// `case when c1 then v1 ... else e end`; a condition that is null does not hold.
  record Case(List<Branch> branches, @Nullable Expression otherwise, ColumnType type)
      implements Expression {
    public record Branch(Expression condition, Expression value) {}
  }

  /// `lookup('table', key, 'field')`: what a dimension table says of a key now. Not pure: it is
  /// computed when somebody asks, by the version of that moment, and never stored.
  ///
  /// @param rows of that version; null where the expression is bound to none, and answers null
  record Lookup(
      String table, String field, Expression key, ColumnType type, @Nullable LookupRows rows)
      implements Expression {}

  /// One version of a dimension table, as the engine knows it.
  interface LookupRows {}

  /// Whether a value depends on dimension tables.
  default boolean isLookup() {
    return switch (this) {
      case Literal _, Column _ -> false;
      case Lookup _ -> true;
      case Case(List<Case.Branch> branches, Expression otherwise, ColumnType _) ->
          otherwise != null && otherwise.isLookup()
              || branches.stream()
                  .anyMatch(branch -> branch.condition().isLookup() || branch.value().isLookup());
      case Call call -> call.arguments().stream().anyMatch(Expression::isLookup);
    };
  }

  /// Names of the columns that it reads.
  default Set<String> columns() {
    return switch (this) {
      case Literal _ -> Set.of();
      case Column(String name, ColumnType _) -> Set.of(name);
      case Lookup lookup -> lookup.key().columns();
      case Case(List<Case.Branch> branches, Expression otherwise, ColumnType _) -> {
        Set<String> names = new TreeSet<>(otherwise == null ? Set.of() : otherwise.columns());
        for (Case.Branch branch : branches) {
          names.addAll(branch.condition().columns());
          names.addAll(branch.value().columns());
        }
        yield names;
      }
      case Call call -> {
        Set<String> names = new TreeSet<>();
        call.arguments().forEach(argument -> names.addAll(argument.columns()));
        yield names;
      }
    };
  }

  /// Names of the dimension tables that it looks into.
  default Set<String> lookedUp() {
    Set<String> names = new TreeSet<>();
    bind(table -> {
      names.add(table);
      return null;
    });
    return names;
  }

  /// The same expression with its lookups bound.
  ///
  /// @param tables the rows of a table by its name; null where there are none
  default Expression bind(java.util.function.Function<String, @Nullable LookupRows> tables) {
    return switch (this) {
      case Literal _, Column _ -> this;
      case Lookup(String table, String field, Expression key, ColumnType type, LookupRows _) ->
          new Lookup(table, field, key.bind(tables), type, tables.apply(table));
      case Case(List<Case.Branch> branches, Expression otherwise, ColumnType type) ->
          new Case(
              branches.stream()
                  .map(branch ->
                      new Case.Branch(branch.condition().bind(tables), branch.value().bind(tables)))
                  .toList(),
              otherwise == null ? null : otherwise.bind(tables),
              type);
      case Call(Function function, List<Expression> arguments, ColumnType type) ->
          new Call(
              function, arguments.stream().map(argument -> argument.bind(tables)).toList(), type);
    };
  }

  record Call(Function function, List<Expression> arguments, ColumnType type)
      implements Expression {}

  /// The closed list of operators and functions. Operands have equal types where an operator
  /// compares or combines them; the parser puts CONVERT in between where a config's author need
  /// not.
  enum Function {
    /// A wider type for the same value, which the call's type says: long to decimal or double,
    /// decimal to wider decimal or double, date to timestamp, timestamp to a finer unit.
    CONVERT,
    ADD,
    SUBTRACT,
    MULTIPLY,
    /// Always a double.
    DIVIDE,
    NEGATE,
    EQ,
    NE,
    LT,
    LTE,
    GT,
    GTE,
    AND,
    OR,
    NOT,
    IS_NULL,
    LENGTH,
    TRUNC,
    FLOOR,
    CEIL,
    ROUND,
    ABS,
    MOD,
    LEAST,
    GREATEST,
    LOWER,
    UPPER,
    SUBSTRING,
    CONCAT,
    COALESCE,
    SPLIT,
    REGEX_EXTRACT,
    JSON,
    SECONDS_BETWEEN,
    DATE_PART
  }
}
