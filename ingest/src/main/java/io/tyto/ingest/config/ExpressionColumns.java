package io.tyto.ingest.config;

import io.tyto.model.expression.Expression;
import java.util.HashSet;
import java.util.Set;

/// The columns that an expression reads.
final class ExpressionColumns {
  private ExpressionColumns() {}

  static Set<String> of(Expression expression) {
    Set<String> names = new HashSet<>();
    collect(expression, names);
    return names;
  }

  private static void collect(Expression expression, Set<String> names) {
    switch (expression) {
      case Expression.Literal _ -> {}
      case Expression.Column(String name, _) -> names.add(name);
      case Expression.Case choice -> {
        for (Expression.Case.Branch branch : choice.branches()) {
          collect(branch.condition(), names);
          collect(branch.value(), names);
        }
        if (choice.otherwise() != null) {
          collect(choice.otherwise(), names);
        }
      }
      case Expression.Lookup lookup -> collect(lookup.key(), names);
      case Expression.Call call -> call.arguments().forEach(argument -> collect(argument, names));
    }
  }
}
