package io.tyto.ingest.decode;

import io.tyto.engine.row.Row;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig.Source;
import io.tyto.model.schema.Feed;
import io.tyto.model.schema.Feed.Envelope;
import io.tyto.model.schema.JsonPointer;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The columns of a schema that come from input, each with its path and converter.
final class RowTargets {
  private final List<Target> targets = new ArrayList<>();
  private final List<JsonPointer> paths = new ArrayList<>();
  private final List<Target> lists = new ArrayList<>();
  private @Nullable RestOfEvent rest;

  /// The columns of records that are no tables.
  static RowTargets ofEvents(TableSchema schema) {
    return new RowTargets(schema, true);
  }

  /// The columns of records whose cells have names.
  static RowTargets ofCells(TableSchema schema) {
    return new RowTargets(schema, false);
  }

  private RowTargets(TableSchema schema, boolean isInEnvelope) {
    Source source = schema.config().source();
    for (int i = 0; i < schema.columns().size(); i++) {
      ColumnSpec column = schema.columns().get(i);
      if (column.discovery() != null) {
        rest = new RestOfEvent(i, column);
      } else if (column.derive() == null && column.enriched() == null) {
        JsonPointer path =
            isInEnvelope ? source.pathOf(column.name()) : source.barePathOf(column.name());
        add(i, column, path, false, source);
      }
    }
    addAliases(schema, isInEnvelope);
  }

  /// Behind all columns' own places, so that those are known first. A column that `source.map`
  /// gives a place has that place and no other.
  private void addAliases(TableSchema schema, boolean isInEnvelope) {
    Source source = schema.config().source();
    for (int i = 0; i < schema.columns().size(); i++) {
      ColumnSpec column = schema.columns().get(i);
      boolean isRead = column.derive() == null && column.enriched() == null;
      if (isRead && column.discovery() == null && !source.map().containsKey(column.name())) {
        for (String alias : column.aliases()) {
          JsonPointer path = isInEnvelope ? source.pathOf(alias) : source.barePathOf(alias);
          add(i, column, path, true, source);
        }
      }
    }
  }

  /// What stands around the events of a schema's feed, or null.
  static @Nullable Envelope envelopeOf(TableSchema schema) {
    Feed feed = schema.config().source().feed();
    return feed == null ? null : feed.envelope();
  }

  List<Target> targets() {
    return targets;
  }

  /// Path of the target at the same position.
  List<JsonPointer> paths() {
    return paths;
  }

  /// What takes the keys that no column reads, or null.
  @Nullable RestOfEvent rest() {
    return rest;
  }

  void begin(Row row) {
    row.clear();
    if (rest != null) {
      rest.clear();
    }
    for (int i = 0; i < lists.size(); i++) {
      ListBuilder list = lists.get(i).list();
      if (list != null) {
        list.clear();
      }
    }
  }

  void finish(Row row) throws RejectException {
    if (rest != null) {
      rest.moveTo(row);
    }
    for (int i = 0; i < lists.size(); i++) {
      ListBuilder list = lists.get(i).list();
      if (list != null && !lists.get(i).isServed(row)) {
        list.moveTo(row, lists.get(i).position());
      }
    }
  }

  private void add(
      int position, ColumnSpec column, JsonPointer path, boolean isAlias, Source source) {
    boolean isList = column.type().isList();
    if (path.isMany() && !isList) {
      throw new IllegalArgumentException(
          "column %s takes every element of %s, so its type must be %s[]"
              .formatted(column.name(), path, column.type()));
    }
    String format = source.formats().get(column.name());
    TimeFormat timeFormat =
        format == null ? TimeFormat.ISO : TimeFormat.parse(column.type().element(), format);
    boolean isJson = column.type() instanceof ColumnType.JsonType;
    Target target =
        new Target(
            position,
            column,
            isJson ? null : ValueConverter.of(column, timeFormat),
            isList ? new ListBuilder() : null,
            path.isMany(),
            isAlias);
    targets.add(target);
    paths.add(path);
    if (isList) {
      lists.add(target);
    }
  }
}
