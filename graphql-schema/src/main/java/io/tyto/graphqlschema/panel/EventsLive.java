package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.input.FilterInput;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.access.Caller;
import io.tyto.model.port.LiveService;
import io.tyto.model.port.LiveService.Following;
import io.tyto.model.port.LiveService.Listener;
import io.tyto.model.query.EventsQuery;
import io.tyto.model.result.EventsUpdate;
import io.tyto.model.result.RecordRows;

/// A subscription to the records of a collection as they arrive.
record EventsLive(EventsQuery query, ObjectShape<EventsUpdate> shape) implements LivePanel {
  private static final int DEFAULT_BATCH = 100;

  static LivePanel compile(ExecutableNormalizedField field, Scope scope) {
    InputObject arguments = Scope.arguments(field);
    RecordCells records = new RecordCells(scope.collection());
    ObjectShape<EventsUpdate> shape =
        ObjectShape.of(
            field,
            part ->
                switch (part.getName()) {
                  case "events" -> {
                    ObjectShape<RecordRows> record = records.compile(part);
                    yield Cell.of(update -> record.readAll(update, update.rowCount()));
                  }
                  case "dropped" -> Cell.of(update -> Formats.longNumber(update.dropped()));
                  case "offset" -> Cell.of(EventsUpdate::offset);
                  default -> throw Shapes.unknown(part);
                });
    if (!records.asked().isEmpty()) {
      throw arguments.error(
          "where",
          "%s is not told of records that are followed: ask records for it"
              .formatted(scope.collection().entityField()));
    }
    int maxBatch = Scope.count(arguments, "maxBatch", DEFAULT_BATCH, scope.limits().maxLiveRows());
    if (maxBatch == 0) {
      throw arguments.error("maxBatch", "must be 1 or more");
    }
    EventsQuery query =
        new EventsQuery(
            scope.collection().name(),
            arguments.has("where")
                ? new FilterInput(scope.collection()).read(arguments, "where")
                : null,
            records.columns(),
            sampleRate(arguments),
            arguments.has("fromOffset") ? arguments.text("fromOffset") : null,
            maxBatch);
    return new EventsLive(query, shape);
  }

  private static double sampleRate(InputObject arguments) {
    double rate = arguments.get("sampleRate") instanceof Double given ? given : 1;
    if (!(rate > 0 && rate <= 1)) {
      throw arguments.error("sampleRate", "must be above 0 and at most 1, found " + rate);
    }
    return rate;
  }

  @Override
  public Following follow(LiveService live, Caller caller, Listener<Update> listener) {
    return live.events(
        query,
        caller,
        LivePanel.shaping(told -> new Update(shape.read(told), told.offset()), listener));
  }

  /// Whoever comes again says with the same `fromOffset` as the first time.
  @Override
  public LivePanel behind(String id) {
    return new EventsLive(
        new EventsQuery(
            query.collection(),
            query.where(),
            query.columns(),
            query.sampleRate(),
            id,
            query.maxBatch()),
        shape);
  }
}
