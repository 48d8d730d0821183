package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Guard;
import io.tyto.model.access.Verb;
import io.tyto.model.port.ViewService;
import io.tyto.model.port.ViewService.ViewStatus;
import io.tyto.model.schema.Cube;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.View;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The field `views`: the views of what the caller may ask or define, and how they stand.
public final class ViewsPanel {
  private ViewsPanel() {}

  /// @param collections as they are for the caller
  static Panel compile(
      ExecutableNormalizedField field, List<TableSchema> collections, ViewService views) {
    ObjectShape<Map<String, @Nullable Object>> shape = ObjectShape.of(field, ViewsPanel::member);
    return (_, context) ->
        new Panel.Answer(shape.readEach(shown(context.caller(), collections, views)), null);
  }

  static Cell<Map<String, @Nullable Object>> member(ExecutableNormalizedField member) {
    String name = member.getName();
    return Cell.of(of -> of.get(name));
  }

  /// The members of each view that is there for the caller.
  ///
  /// @param collections as they are for the caller
  static List<Map<String, @Nullable Object>> shown(
      Caller caller, List<TableSchema> collections, ViewService views) {
    List<Map<String, @Nullable Object>> shown = new ArrayList<>();
    for (ViewStatus status : views.views()) {
      TableSchema collection = collectionOf(status, collections);
      if (collection != null && isListed(caller, collection)) {
        shown.add(members(status, caller, collection));
      }
    }
    return shown;
  }

  private static boolean isListed(Caller caller, TableSchema collection) {
    return Guard.may(caller, Verb.QUERY, collection) || Guard.may(caller, Verb.DEFINE, collection);
  }

  /// What a view is of, or null: one of a collection or a column that is hidden from the caller is
  /// not there.
  ///
  /// @param collections as they are for the caller
  public static @Nullable TableSchema collectionOf(
      ViewStatus status, Collection<TableSchema> collections) {
    for (TableSchema collection : collections) {
      if (collection.name().equals(status.collection())) {
        return isShown(status.view(), collection) ? collection : null;
      }
    }
    return null;
  }

  private static boolean isShown(View view, TableSchema collection) {
    return view.dimensions().stream().allMatch(name -> collection.column(name) != null)
        && view.measures().stream()
            .map(Cube.Measure::column)
            .allMatch(name -> name == null || collection.column(name) != null);
  }

  /// Every member of a `MaterializedView`. How many rows there are and when they come is not told
  /// to callers who see some of them only, or none.
  ///
  /// @param collection that it is of
  public static Map<String, @Nullable Object> members(
      ViewStatus status, Caller caller, TableSchema collection) {
    boolean isTold =
        Guard.may(caller, Verb.QUERY, collection) && !Guard.isRestricted(caller, collection);
    boolean isReady = status.state() == ViewService.State.READY;
    View view = status.view();
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    members.put("id", view.name());
    members.put("name", view.name());
    members.put("collection", status.collection());
    members.put("definition", definition(view));
    members.put("strategy", view.strategy().name());
    members.put("configured", status.isConfigured());
    members.put("state", status.state().name());
    members.put("progress", isTold ? status.progress() : isReady ? 1.0 : 0.0);
    members.put("watermark", isTold ? Shapes.time(status.watermark()) : null);
    members.put("refreshed", isTold ? Shapes.time(status.refreshed()) : null);
    members.put("bytes", Formats.longNumber(isTold ? status.bytes() : 0));
    members.put("message", isTold ? status.message() : null);
    return members;
  }

  private static Map<String, @Nullable Object> definition(View view) {
    Map<String, @Nullable Object> definition = new LinkedHashMap<>();
    definition.put("dimensions", view.dimensions());
    definition.put("measures", view.measures().stream().map(Cube.Measure::toString).toList());
    definition.put("granularity", view.granularity() == null ? null : view.granularity().name());
    definition.put("timezone", view.zone().equals(ZoneOffset.UTC) ? "UTC" : view.zone().getId());
    definition.put("refreshEvery", view.interval().toString());
    definition.put("backfillFrom", Shapes.time(view.backfillFrom()));
    return definition;
  }
}
