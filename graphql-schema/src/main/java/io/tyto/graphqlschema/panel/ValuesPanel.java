package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.model.port.QueryService;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.query.ValuesQuery;
import io.tyto.model.result.CountedValue;
import java.time.ZoneOffset;

/// The field `values`: the most frequent values of a dimension.
record ValuesPanel(ValuesQuery query, ObjectShape<CountedValue> shape) implements Panel {
  private static final int DEFAULT_FIRST = 20;
  private static final int MAX_FIRST = 1_000;

  static Panel compile(ExecutableNormalizedField field, Scope scope) {
    InputObject arguments = Scope.arguments(field);
    ValuesQuery query =
        new ValuesQuery(
            scope.collection().name(),
            scope.collection().byConstant(arguments.text("dimension")).name(),
            arguments.has("prefix") ? arguments.text("prefix") : null,
            arguments.has("range")
                ? scope
                    .ranges(Cursors.of(arguments, arguments, scope.now()))
                    .interval(arguments, ZoneOffset.UTC)
                : TimeInterval.ALL_TIME,
            Scope.count(arguments, "first", DEFAULT_FIRST, MAX_FIRST));
    return new ValuesPanel(query, CountedValues.compile(field));
  }

  @Override
  public Answer answer(QueryService queries, QueryContext context) {
    return new Answer(shape.readEach(queries.values(query, context)), null);
  }
}
