package io.tyto.model.expression;

import io.tyto.model.schema.ColumnType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A typed, checked `derive` expression over the columns of one row; pure and total: any operand
/// that is null makes the result null unless the operator says otherwise.
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
