package io.tyto.ingest.proposal;

import io.tyto.model.schema.ColumnType;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which columns of a proposal are the time, the entity and the event's id.
///
/// @param entityName what the API would call the entity
record Roles(
    @Nullable Proposed time,
    @Nullable Proposed entity,
    String entityName,
    @Nullable Proposed eventId) {
  private static final List<String> TIME_NAMES =
      List.of(
          "ts",
          "time",
          "timestamp",
          "eventtime",
          "eventtimestamp",
          "createdat",
          "occurredat",
          "datetime",
          "date",
          "eventdate",
          "flightdate");

  private static final Pattern ENTITY =
      Pattern.compile(
          "(user|player|customer|account|member|visitor|device|client)_?(id|key|name)?");

  private static final Pattern EVENT_ID =
      Pattern.compile("(event|message|insert|record)_?(id|key)|u?u?id");

  static Roles of(List<Proposed> columns, int records, String collection) {
    Proposed entity = null;
    String entityName = "";
    for (Proposed column : columns) {
      Matcher matcher = ENTITY.matcher(lower(column.name()));
      if (column.canBeKey() && matcher.matches() && !matcher.group(1).equals(collection)) {
        entity = column;
        entityName = matcher.group(1);
        break;
      }
    }
    return new Roles(time(columns, records), entity, entityName, eventId(columns, records));
  }

  private static @Nullable Proposed time(List<Proposed> columns, int records) {
    for (String name : TIME_NAMES) {
      Proposed named =
          first(columns, column -> folded(column.name()).equals(name) && column.isTime());
      if (named != null) {
        return named;
      }
    }
    Predicate<Proposed> isInstant =
        column -> column.isTime() && column.type() instanceof ColumnType.TimestampType;
    Proposed complete = first(columns, isInstant.and(column -> column.isComplete(records)));
    return complete != null ? complete : first(columns, Proposed::isTime);
  }

  private static @Nullable Proposed eventId(List<Proposed> columns, int records) {
    return first(
        columns,
        column ->
            column.canBeKey()
                && EVENT_ID.matcher(lower(column.name())).matches()
                && column.isComplete(records)
                && column.observation().distinct() == column.observation().count());
  }

  private static @Nullable Proposed first(List<Proposed> columns, Predicate<Proposed> fits) {
    return columns.stream().filter(fits).findFirst().orElse(null);
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private static String folded(String name) {
    return lower(name).replace("_", "");
  }
}
