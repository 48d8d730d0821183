package io.tyto.graphqlschema.input;

import io.tyto.graphqlschema.schema.ApiCollection;
import io.tyto.graphqlschema.schema.ApiEntity;
import io.tyto.graphqlschema.schema.ApiType;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.query.EventFilter;
import io.tyto.model.query.FunnelQuery;
import io.tyto.model.query.GroupKey.Granularity;
import io.tyto.model.query.GroupKey.TimeAmount;
import io.tyto.model.query.RetentionQuery;
import io.tyto.model.query.SessionsQuery;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads questions about what entities did.
///
/// @param now the instant of the whole operation
public record EventsInput(ApiEntity entity, Instant now) {

  private static final Set<Granularity> PERIODS =
      Set.of(Granularity.DAY, Granularity.WEEK, Granularity.MONTH);

  /// A collection's column.
  private record Dimension(ApiCollection collection, String column) {}

  /// @param limit groups of the breakdown
  public FunnelQuery funnel(InputObject arguments, int limit, boolean wantsTimes) {
    InputObject input = arguments.object("input", entity.typeName() + "FunnelInput");
    List<EventFilter> steps = events(input, "steps");
    Dimension breakdown = dimension(input, "breakdown");
    if (breakdown != null && !breakdown.collection().name().equals(steps.getFirst().collection())) {
      throw input.error(
          "breakdown",
          "is a dimension of the first step, whose collection is not "
              + breakdown.collection().field());
    }
    return new FunnelQuery(
        steps,
        fixed(input, "window"),
        input.flag("strict"),
        breakdown == null ? null : breakdown.column(),
        limit,
        wantsTimes);
  }

  public RetentionQuery retention(InputObject arguments) {
    InputObject input = arguments.object("input", entity.typeName() + "RetentionInput");
    Granularity granularity = Granularity.valueOf(input.text("granularity"));
    if (!PERIODS.contains(granularity)) {
      throw input.error("granularity", "must be DAY, WEEK or MONTH, found " + granularity);
    }
    int periods = input.integer("periods");
    if (periods < 0 || periods > RetentionQuery.MAX_PERIODS) {
      throw input.error(
          "periods", "must be 0 to %d, found %d".formatted(RetentionQuery.MAX_PERIODS, periods));
    }
    return new RetentionQuery(
        event(input.object("first", entity.typeName() + "Event"), input),
        event(input.object("returning", entity.typeName() + "Event"), input),
        granularity,
        zone(input),
        weekStart(input),
        periods);
  }

  /// @param quantiles of the sessions' lengths
  /// @param limit groups
  public SessionsQuery sessions(InputObject arguments, List<Double> quantiles, int limit) {
    InputObject input = arguments.object("input", entity.typeName() + "SessionsInput");
    List<EventFilter> events = events(input, "events");
    Dimension breakdown = dimension(input, "breakdown");
    if (breakdown != null
        && events.stream()
            .noneMatch(event -> event.collection().equals(breakdown.collection().name()))) {
      throw input.error(
          "breakdown", "is a dimension of none of the events: sessions never begin with such");
    }
    return new SessionsQuery(
        events,
        fixed(input, "gap"),
        input.has("granularity") ? Granularity.valueOf(input.text("granularity")) : null,
        zone(input),
        weekStart(input),
        breakdown == null
            ? null
            : new SessionsQuery.Breakdown(breakdown.collection().name(), breakdown.column()),
        List.copyOf(quantiles),
        limit);
  }

  private static DayOfWeek weekStart(InputObject input) {
    int day = input.integer("weekStart");
    if (day < 1 || day > 7) {
      throw input.error("weekStart", "1 is Monday and 7 is Sunday, found " + day);
    }
    return DayOfWeek.of(day);
  }

  /// The fields of the collections that a list of events names.
  public List<String> collections(InputObject arguments, String type, String member) {
    return arguments
        .object("input", entity.typeName() + type)
        .objects(member, entity.typeName() + "Event")
        .stream()
        .map(InputObject::only)
        .toList();
  }

  private List<EventFilter> events(InputObject input, String member) {
    List<InputObject> all = input.objects(member, entity.typeName() + "Event");
    if (all.isEmpty()) {
      throw input.error(member, "needs one at least, such as {" + example() + ": {}}");
    }
    if (all.size() > EventFilter.MAX_KINDS) {
      throw input.error(
          ErrorCode.LIMIT_TOO_LARGE,
          member,
          "%d are asked for, at most %d".formatted(all.size(), EventFilter.MAX_KINDS));
    }
    List<EventFilter> events = new ArrayList<>();
    for (InputObject event : all) {
      events.add(event(event, input));
    }
    return events;
  }

  private String example() {
    return entity.collections().getFirst().field();
  }

  /// @param ranged what has the range, and the zone it goes by
  EventFilter event(InputObject event, InputObject ranged) {
    String field = event.only();
    if (!event.has(field)) {
      throw event.error(field, "is null: {} stands for all events");
    }
    ApiCollection collection = entity.collection(field);
    boolean isDate = collection.time().type() == ApiType.DATE;
    return new EventFilter(
        collection.name(),
        new RangeInput(now, isDate).interval(ranged, zone(ranged)),
        new FilterInput(collection).read(event, field));
  }

  private static ZoneId zone(InputObject input) {
    return Zones.of(input, ZoneOffset.UTC);
  }

  private @Nullable Dimension dimension(InputObject input, String member) {
    if (!input.has(member)) {
      return null;
    }
    InputObject of = input.object(member, entity.typeName() + "Dimension");
    String field = of.only();
    ApiCollection collection = entity.collection(field);
    return new Dimension(collection, collection.byConstant(of.text(field)).name());
  }

  /// A length of time that is the same everywhere: a day has 24 hours.
  private static Duration fixed(InputObject input, String member) {
    TimeAmount amount = TimeAmounts.positive(input, member);
    if (amount.period().toTotalMonths() != 0) {
      throw input.error(member, "months and years are of no fixed length: give days, such as P30D");
    }
    try {
      return amount.duration().plusDays(amount.period().getDays());
    } catch (ArithmeticException e) {
      throw input.error(member, "is longer than any time");
    }
  }
}
