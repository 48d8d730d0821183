package io.tyto.model.expression;

import io.tyto.model.schema.ColumnType;
import java.util.Map;

/// Reads `derive` expressions. Thread-safe: no state.
public final class ExpressionParser {
  private ExpressionParser() {}

  /// Parses and checks a text; {@link ExpressionException} where it is wrong.
  ///
  /// @param columns the columns it may name, and their types
  public static Expression parse(String text, Map<String, ColumnType> columns) {
    throw new UnsupportedOperationException();
  }
}
