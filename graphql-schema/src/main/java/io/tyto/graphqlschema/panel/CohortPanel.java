package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.input.CohortInput;
import io.tyto.graphqlschema.input.EventsInput;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.port.CohortService.SavedCohort;
import io.tyto.model.query.Cohort;
import io.tyto.model.result.CohortResult;

/// The fields `cohort` and `cohorts` of an entity.
final class CohortPanel {
  private CohortPanel() {}

  static Panel one(ExecutableNormalizedField field, EventsInput events) {
    InputObject arguments = Scope.arguments(field);
    Cohort cohort = new CohortInput(events).read(arguments, "of");
    ObjectShape<CohortResult> shape = ObjectShape.of(field, CohortPanel::member);
    return (queries, context) -> {
      CohortResult result = queries.cohort(cohort, context);
      return new Panel.Answer(shape.read(result), result.meta());
    };
  }

  static Panel saved(ExecutableNormalizedField field, EventsInput events) {
    ObjectShape<SavedCohort> shape = ObjectShape.of(field, CohortPanel::savedMember);
    CohortInput input = new CohortInput(events);
    return (_, context) ->
        new Panel.Answer(
            shape.readEach(
                events.entity().savedCohorts().stream()
                    .filter(saved -> input.isShown(saved, context.caller()))
                    .toList()),
            null);
  }

  private static Cell<CohortResult> member(ExecutableNormalizedField member) {
    return switch (member.getName()) {
      case "entities" -> Cell.of(of -> Formats.longNumber(of.entities()));
      case "meta" -> {
        var meta = Shapes.meta(member);
        yield Cell.of(of -> meta.read(of.meta()));
      }
      default -> throw Shapes.unknown(member);
    };
  }

  private static Cell<SavedCohort> savedMember(ExecutableNormalizedField member) {
    return Cell.of(
        switch (member.getName()) {
          case "name" -> SavedCohort::name;
          case "version" -> of -> Formats.longNumber(of.version());
          case "definition" -> SavedCohort::definition;
          default -> throw Shapes.unknown(member);
        });
  }
}
