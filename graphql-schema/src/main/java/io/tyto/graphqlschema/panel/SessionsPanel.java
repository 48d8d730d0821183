package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.input.EventsInput;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.input.OptionsInput;
import io.tyto.graphqlschema.input.QueryLimits;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.port.QueryService;
import io.tyto.model.query.QueryBounds;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.SessionsQuery;
import io.tyto.model.result.SessionsResult;
import java.util.ArrayList;
import java.util.List;

/// The field `sessions` of an entity.
record SessionsPanel(SessionsQuery query, ObjectShape<SessionsResult> shape, QueryBounds bounds)
    implements Panel {
  private static final int DEFAULT_LIMIT = 1_000;

  static Panel compile(ExecutableNormalizedField field, EventsInput events, QueryLimits limits) {
    InputObject arguments = Scope.arguments(field);
    List<Double> quantiles = new ArrayList<>();
    ObjectShape<SessionsResult> shape = ObjectShape.of(field, member -> member(member, quantiles));
    int limit = Scope.count(arguments, "limit", DEFAULT_LIMIT, limits.maxRows());
    return new SessionsPanel(
        events.sessions(arguments, quantiles, limit),
        shape,
        OptionsInput.ofEntity(arguments.object("input", "SessionsInput")));
  }

  @Override
  public Answer answer(QueryService queries, QueryContext context) {
    SessionsResult result = queries.sessions(query, context.within(bounds));
    return new Answer(shape.read(result), result.meta());
  }

  private static Cell<SessionsResult> member(
      ExecutableNormalizedField member, List<Double> quantiles) {
    return switch (member.getName()) {
      case "total" -> {
        ObjectShape<SessionsResult.Stats> stats =
            ObjectShape.of(member, each -> stats(each, quantiles));
        yield Cell.of(of -> stats.read(of.total()));
      }
      case "groups" -> {
        ObjectShape<SessionsResult.Group> group =
            ObjectShape.of(member, each -> group(each, quantiles));
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

  private static Cell<SessionsResult.Group> group(
      ExecutableNormalizedField member, List<Double> quantiles) {
    return switch (member.getName()) {
      case "start" -> Cell.of(of -> of.period() == null ? null : Formats.time(of.period().start()));
      case "end" -> Cell.of(of -> of.period() == null ? null : Formats.time(of.period().end()));
      case "value" -> Cell.of(of -> of.value() == null ? null : Formats.text(of.value()));
      case "stats" -> {
        ObjectShape<SessionsResult.Stats> stats =
            ObjectShape.of(member, each -> stats(each, quantiles));
        yield Cell.of(of -> stats.read(of.stats()));
      }
      default -> throw Shapes.unknown(member);
    };
  }

  private static Cell<SessionsResult.Stats> stats(
      ExecutableNormalizedField member, List<Double> quantiles) {
    return switch (member.getName()) {
      case "entities" -> Cell.of(of -> Formats.longNumber(of.entities()));
      case "sessions" -> Cell.of(of -> Formats.longNumber(of.sessions()));
      case "events" -> Cell.of(of -> Formats.longNumber(of.events()));
      case "eventsPerSession" ->
          Cell.of(of -> of.sessions() == 0 ? null : (double) of.events() / of.sessions());
      case "avgSeconds" -> Cell.of(SessionsResult.Stats::averageSeconds);
      case "quantileSeconds" -> quantile(member, quantiles);
      default -> throw Shapes.unknown(member);
    };
  }

  private static Cell<SessionsResult.Stats> quantile(
      ExecutableNormalizedField member, List<Double> quantiles) {
    InputObject arguments = Scope.arguments(member);
    Double q = (Double) arguments.require("q");
    if (!(q >= 0 && q <= 1)) {
      throw arguments.error("q", "must be from 0 to 1, found " + q);
    }
    int known = quantiles.indexOf(q);
    int place = known < 0 ? quantiles.size() : known;
    if (known < 0) {
      quantiles.add(q);
    }
    return Cell.of(of -> of.quantileSeconds().get(place));
  }
}
