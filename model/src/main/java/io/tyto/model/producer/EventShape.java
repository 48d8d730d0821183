package io.tyto.model.producer;

import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Feed;
import io.tyto.model.schema.JsonPointer;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What stands where in an event of a collection: the pointers of its columns as a tree.
///
/// What several columns want of the same place is described by the first of them; a column that
/// keeps a whole object adds nothing to what is known of its members.
final class EventShape {
  /// Number of the envelope's type where no column has it; ids of columns are greater.
  private static final int TYPE_NUMBER = 1;

  private final Map<String, EventShape> members = new LinkedHashMap<>();
  private @Nullable EventShape element;
  private ColumnType.@Nullable Scalar scalar;
  private @Nullable ColumnSpec column;
  private @Nullable String timeFormat;
  private int number = Integer.MAX_VALUE;

  private EventShape() {}

  static EventShape of(TableSchema schema) {
    EventShape root = new EventShape();
    for (ColumnSpec column : schema.columns()) {
      if (column.derive() == null && column.enriched() == null) {
        JsonPointer path = schema.config().source().pathOf(column.name());
        EventShape place = root.at(path, column.id());
        if (column.type().isList() && !path.isMany()) {
          place = place.elementOrNew(column.id());
        }
        if (place.scalar == null) {
          place.scalar = column.type().element();
          place.column = column;
          place.timeFormat = schema.config().source().formats().get(column.name());
        }
      }
    }
    Feed feed = schema.config().source().feed();
    String type = feed == null || feed.envelope() == null ? null : feed.envelope().part("type");
    if (type != null) {
      EventShape place = root.at(JsonPointer.parse(type), TYPE_NUMBER);
      place.scalar = place.scalar == null ? ColumnType.STRING : place.scalar;
    }
    return root;
  }

  private EventShape at(JsonPointer path, int id) {
    EventShape place = this;
    place.number = Math.min(number, id);
    for (JsonPointer.Step step : path.steps()) {
      place =
          step instanceof JsonPointer.Member member && member.index() < 0
              ? place.members.computeIfAbsent(member.name(), _ -> new EventShape())
              : place.elementOrNew(id);
      place.number = Math.min(place.number, id);
    }
    return place;
  }

  private EventShape elementOrNew(int id) {
    if (element == null) {
      element = new EventShape();
    }
    element.number = Math.min(element.number, id);
    return element;
  }

  boolean isObject() {
    return !members.isEmpty();
  }

  Collection<Map.Entry<String, EventShape>> members() {
    return members.entrySet();
  }

  /// What the elements of a list are; null where this is none.
  @Nullable EventShape element() {
    return isObject() ? null : element;
  }

  /// The type of what stands here, where it is neither object nor list.
  ColumnType.Scalar scalar() {
    return scalar == null ? ColumnType.JSON : scalar;
  }

  /// How a time is written as text or number; null: ISO-8601.
  @Nullable String timeFormat() {
    return timeFormat;
  }

  /// Words for people, or null.
  @Nullable String description() {
    return column == null ? null : column.description();
  }

  /// The least id of the columns at or below this place: siblings never share one, and it stays
  /// while columns are added.
  int number() {
    return number;
  }

  /// Every name of a member, at any depth.
  List<String> names() {
    List<String> names = new ArrayList<>();
    addNames(names);
    return names;
  }

  private void addNames(List<String> names) {
    members.forEach((name, member) -> {
      names.add(name);
      member.addNames(names);
    });
    if (element != null) {
      element.addNames(names);
    }
  }
}
