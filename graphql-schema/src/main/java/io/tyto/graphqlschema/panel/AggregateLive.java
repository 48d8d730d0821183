package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.LiveService;
import io.tyto.model.port.LiveService.Following;
import io.tyto.model.port.LiveService.Listener;
import io.tyto.model.query.GroupKey.TimeAmount;
import io.tyto.model.query.LiveQuery;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.LiveUpdate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A subscription to an aggregate.
record AggregateLive(LiveQuery query, ObjectShape<LiveUpdate> shape) implements LivePanel {
  /// More often than this, nobody sees a difference and the server does nothing else.
  static final Duration MIN_EVERY = Duration.ofMillis(100);

  /// Less often than this, a query is what is meant.
  static final Duration MAX_EVERY = Duration.ofDays(1);

  static LivePanel compile(ExecutableNormalizedField field, Scope scope) {
    InputObject arguments = Scope.arguments(field);
    Duration every = every(arguments);
    List<ExecutableNormalizedField> selections =
        field.getChildren().stream().filter(part -> part.getName().equals("aggregate")).toList();
    AggregatePanel.Parts parts = AggregatePanel.compile(selections, arguments, scope);
    Map<ExecutableNormalizedField, ObjectShape<AggregateResult>> shapes = new HashMap<>();
    for (int i = 0; i < selections.size(); i++) {
      shapes.put(selections.get(i), parts.shapes().get(i));
    }
    ObjectShape<LiveUpdate> shape =
        ObjectShape.of(
            field,
            part ->
                switch (part.getName()) {
                  case "aggregate" -> answer(shapes.get(part), part);
                  case "sequence" -> Cell.of(of -> Formats.longNumber(of.sequence()));
                  case "changedRows" -> Cell.of(LiveUpdate::changedRows);
                  default -> throw Shapes.unknown(part);
                });
    boolean isTimeless = Panels.isTimeless(field);
    LiveQuery query =
        new LiveQuery(
            now -> isTimeless ? parts.query() : parts.question().at(parts.query(), now),
            every,
            !Boolean.FALSE.equals(arguments.get("onlyOnChange")),
            parts.question().bounds());
    return new AggregateLive(query, shape);
  }

  private static Cell<LiveUpdate> answer(
      @Nullable ObjectShape<AggregateResult> shape, ExecutableNormalizedField part) {
    if (shape == null) {
      throw Shapes.unknown(part);
    }
    return Cell.of(update -> shape.read(update.answer()));
  }

  private static Duration every(InputObject arguments) {
    TimeAmount amount = (TimeAmount) arguments.require("every");
    if (amount.period().toTotalMonths() != 0) {
      throw arguments.error("every", "months and years have no fixed length: give it as PT5S");
    }
    Duration every = amount.duration().plusDays(amount.period().getDays());
    if (every.compareTo(MIN_EVERY) < 0 || every.compareTo(MAX_EVERY) > 0) {
      throw arguments.error(
          "every", "must be from %s to %s, found %s".formatted(MIN_EVERY, MAX_EVERY, every));
    }
    return every;
  }

  @Override
  public Following follow(LiveService live, Caller caller, Listener<Update> listener) {
    return live.follow(
        query, caller, LivePanel.shaping(told -> new Update(shape.read(told), null), listener));
  }

  @Override
  public LivePanel behind(String id) {
    throw new TytoException(
        ErrorCode.BAD_USER_INPUT,
        "each update of an aggregate is the whole answer, so that there is nothing to go on behind:"
            + " leave Last-Event-ID out, the first update tells what is now");
  }
}
