package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.input.EventsInput;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.input.OptionsInput;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.port.QueryService;
import io.tyto.model.query.QueryBounds;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.RetentionQuery;
import io.tyto.model.result.RetentionResult;

/// The field `retention` of an entity.
record RetentionPanel(RetentionQuery query, ObjectShape<RetentionResult> shape, QueryBounds bounds)
    implements Panel {

  static Panel compile(ExecutableNormalizedField field, EventsInput events) {
    InputObject arguments = Scope.arguments(field);
    return new RetentionPanel(
        events.retention(arguments),
        ObjectShape.of(field, RetentionPanel::member),
        OptionsInput.ofEntity(arguments.object("input", "RetentionInput")));
  }

  @Override
  public Answer answer(QueryService queries, QueryContext context) {
    RetentionResult result = queries.retention(query, context.within(bounds));
    return new Answer(shape.read(result), result.meta());
  }

  private static Cell<RetentionResult> member(ExecutableNormalizedField member) {
    return switch (member.getName()) {
      case "cohorts" -> {
        ObjectShape<RetentionResult.Cohort> cohort = ObjectShape.of(member, RetentionPanel::cohort);
        yield Cell.of(of -> cohort.readEach(of.cohorts()));
      }
      case "meta" -> {
        var meta = Shapes.meta(member);
        yield Cell.of(of -> meta.read(of.meta()));
      }
      default -> throw Shapes.unknown(member);
    };
  }

  private static Cell<RetentionResult.Cohort> cohort(ExecutableNormalizedField member) {
    return switch (member.getName()) {
      case "start" -> Cell.of(of -> Formats.time(of.period().start()));
      case "end" -> Cell.of(of -> Formats.time(of.period().end()));
      case "entities" -> Cell.of(of -> Formats.longNumber(of.entities()));
      case "returned" -> {
        ObjectShape<RetentionResult.Cohort> period = ObjectShape.of(member, RetentionPanel::period);
        yield Cell.of(of -> period.readAll(of, of.returned().size()));
      }
      default -> throw Shapes.unknown(member);
    };
  }

  private static Cell<RetentionResult.Cohort> period(ExecutableNormalizedField member) {
    return switch (member.getName()) {
      case "period" -> (of, row) -> row;
      case "entities" -> (of, row) -> Formats.longNumber(of.returned().get(row));
      case "share" ->
          (of, row) -> of.entities() == 0 ? null : (double) of.returned().get(row) / of.entities();
      default -> throw Shapes.unknown(member);
    };
  }
}
