package io.tyto.graphqlschema.schema;

import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.JsonPointer;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An event of a collection as callers send it: the columns that it brings, and where each stands
/// in the JSON that the config reads. Immutable.
///
/// @param members none of which stands where another does, or within it
public record ApiEvent(ApiCollection collection, List<Member> members) {

  /// @param format as the config says a time is written; null: ISO-8601
  public record Member(ApiColumn column, JsonPointer path, @Nullable String format) {
    /// Its type as an input.
    String inputType() {
      String scalar = column.type().scalar();
      String value = column.isList() ? "[" + scalar + "]" : scalar;
      return column.isRequired() ? value + "!" : value;
    }
  }

  /// Null where events of the collection come from elsewhere: from the topic of a feed, or from the
  /// alerts of another collection.
  static @Nullable ApiEvent of(ApiCollection collection) {
    TableSchema schema = collection.schema();
    EventConfig.Source source = schema.config().source();
    if (source.feed() != null || source.alertsOf() != null) {
      return null;
    }
    List<Member> members = new ArrayList<>();
    for (ApiColumn column : collection.columns()) {
      ColumnSpec spec = column.spec();
      if (!isSent(spec) || schema.column(spec.name()) == null) {
        continue;
      }
      JsonPointer path = source.pathOf(spec.name());
      if (isPlain(path, column.isList())
          && members.stream().noneMatch(other -> overlap(other.path(), path))) {
        members.add(new Member(column, path, source.formats().get(spec.name())));
      }
    }
    return members.isEmpty() ? null : new ApiEvent(collection, List.copyOf(members));
  }

  /// Of one event as an input.
  public String typeName() {
    return collection.typeName() + "EventInput";
  }

  /// Whether events without an id can be given one, see {@link
  /// io.tyto.model.port.IngestService#ingest}: callers who do not see the id give none.
  boolean takesKey() {
    String id = collection.schema().config().eventId();
    return collection.columns().stream()
        .anyMatch(column ->
            column.name().equals(id)
                && !column.isRequired()
                && (column.spec().type() instanceof ColumnType.StringType
                    || column.spec().type() instanceof ColumnType.UuidType));
  }

  /// Its field in the root mutation.
  public String field() {
    return "ingest" + collection.typeName();
  }

  private static boolean isSent(ColumnSpec column) {
    return column.id() >= SystemColumns.FIRST_USER_ID
        && column.derive() == null
        && !column.isAppended()
        && !column.isJoined();
  }

  /// Whether a value can be written there: below a member, through at most one list, which then is
  /// the column's own.
  private static boolean isPlain(JsonPointer path, boolean isList) {
    List<JsonPointer.Step> steps = path.steps();
    long lists = steps.stream().filter(JsonPointer.Each.class::isInstance).count();
    return !steps.isEmpty()
        && steps.getFirst() instanceof JsonPointer.Member
        && lists <= (isList ? 1 : 0);
  }

  /// Whether one is the other, or leads to it.
  private static boolean overlap(JsonPointer one, JsonPointer other) {
    int common = Math.min(one.steps().size(), other.steps().size());
    return one.steps().subList(0, common).equals(other.steps().subList(0, common));
  }
}
