package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.result.CountedValue;

/// Compiles the type `ValueCount`.
final class CountedValues {

  private CountedValues() {}

  static ObjectShape<CountedValue> compile(ExecutableNormalizedField field) {
    return ObjectShape.of(
        field,
        member ->
            Cell.of(
                switch (member.getName()) {
                  case "value" -> of -> of.value() == null ? null : Formats.text(of.value());
                  case "count" -> of -> Formats.longNumber(of.count());
                  case "error" -> of -> Formats.longNumber(of.error());
                  default -> throw Shapes.unknown(member);
                }));
  }
}
