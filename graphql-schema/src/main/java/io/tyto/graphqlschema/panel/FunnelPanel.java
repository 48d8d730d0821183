package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.input.EventsInput;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.input.OptionsInput;
import io.tyto.graphqlschema.input.QueryLimits;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.port.QueryService;
import io.tyto.model.query.FunnelQuery;
import io.tyto.model.query.QueryBounds;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.FunnelResult;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The field `funnel` of an entity.
record FunnelPanel(FunnelQuery query, ObjectShape<FunnelResult> shape, QueryBounds bounds)
    implements Panel {
  private static final int DEFAULT_LIMIT = 20;

  static Panel compile(ExecutableNormalizedField field, EventsInput events, QueryLimits limits) {
    InputObject arguments = Scope.arguments(field);
    List<String> collections = events.collections(arguments, "FunnelInput", "steps");
    boolean[] wantsTimes = {false};
    ObjectShape<FunnelResult> shape =
        ObjectShape.of(field, member -> member(member, collections, wantsTimes));
    int limit = Scope.count(arguments, "limit", DEFAULT_LIMIT, limits.maxRows());
    return new FunnelPanel(
        events.funnel(arguments, limit, wantsTimes[0]),
        shape,
        OptionsInput.ofEntity(arguments.object("input", "FunnelInput")));
  }

  @Override
  public Answer answer(QueryService queries, QueryContext context) {
    FunnelResult result = queries.funnel(query, context.within(bounds));
    return new Answer(shape.read(result), result.meta());
  }

  private static Cell<FunnelResult> member(
      ExecutableNormalizedField member, List<String> collections, boolean[] wantsTimes) {
    return switch (member.getName()) {
      case "steps" -> {
        ObjectShape<List<FunnelResult.Step>> step = step(member, collections, wantsTimes);
        yield Cell.of(of -> step.readAll(of.steps(), of.steps().size()));
      }
      case "groups" -> {
        ObjectShape<FunnelResult.Group> group =
            ObjectShape.of(member, each -> group(each, collections, wantsTimes));
        yield Cell.of(of -> group.readEach(of.groups()));
      }
      case "groupCount" -> Cell.of(of -> Formats.longNumber(of.groupCount()));
      case "meta" -> {
        var meta = Shapes.meta(member);
        yield Cell.of(of -> meta.read(of.meta()));
      }
      default -> throw Shapes.unknown(member);
    };
  }

  private static Cell<FunnelResult.Group> group(
      ExecutableNormalizedField member, List<String> collections, boolean[] wantsTimes) {
    return switch (member.getName()) {
      case "value" -> Cell.of(of -> of.value() == null ? null : Formats.text(of.value()));
      case "steps" -> {
        ObjectShape<List<FunnelResult.Step>> step = step(member, collections, wantsTimes);
        yield Cell.of(of -> step.readAll(of.steps(), of.steps().size()));
      }
      default -> throw Shapes.unknown(member);
    };
  }

  private static ObjectShape<List<FunnelResult.Step>> step(
      ExecutableNormalizedField step, List<String> collections, boolean[] wantsTimes) {
    return ObjectShape.of(
        step,
        member ->
            switch (member.getName()) {
              case "step" -> (_, row) -> row + 1;
              case "collection" -> (_, row) -> collections.get(row);
              case "entities" -> (of, row) -> Formats.longNumber(of.get(row).entities());
              case "conversion" -> (of, row) -> ratio(of, row, 0);
              case "fromPrevious" -> (of, row) -> row == 0 ? null : ratio(of, row, row - 1);
              case "medianSeconds" -> {
                wantsTimes[0] = true;
                yield (of, row) -> of.get(row).medianSeconds();
              }
              default -> throw Shapes.unknown(member);
            });
  }

  private static @Nullable Double ratio(List<FunnelResult.Step> steps, int of, int per) {
    long entities = steps.get(per).entities();
    return entities == 0 ? null : (double) steps.get(of).entities() / entities;
  }
}
