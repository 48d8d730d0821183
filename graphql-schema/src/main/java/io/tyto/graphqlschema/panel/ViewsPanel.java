package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.port.ViewService;
import io.tyto.model.port.ViewService.ViewStatus;
import io.tyto.model.schema.Cube;
import io.tyto.model.schema.View;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The field `views`: all views and how they stand.
public final class ViewsPanel {
  private ViewsPanel() {}

  /// @param collections names of those that are there for the caller
  static Panel compile(
      ExecutableNormalizedField field, Set<String> collections, ViewService views) {
    ObjectShape<ViewStatus> shape = ObjectShape.of(field, ViewsPanel::member);
    return (_, _) -> new Panel.Answer(shape.readEach(shown(collections, views)), null);
  }

  /// Views of collections that are there for the caller.
  static List<ViewStatus> shown(Set<String> collections, ViewService views) {
    return views.views().stream()
        .filter(status -> collections.contains(status.collection()))
        .toList();
  }

  static Cell<ViewStatus> member(ExecutableNormalizedField member) {
    String name = member.getName();
    return Cell.of(status -> members(status).get(name));
  }

  /// Every member of a `MaterializedView`.
  public static Map<String, @Nullable Object> members(ViewStatus status) {
    View view = status.view();
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    members.put("id", view.name());
    members.put("name", view.name());
    members.put("collection", status.collection());
    members.put("definition", definition(view));
    members.put("strategy", view.strategy().name());
    members.put("configured", status.isConfigured());
    members.put("state", status.state().name());
    members.put("progress", status.progress());
    members.put("watermark", Shapes.time(status.watermark()));
    members.put("refreshed", Shapes.time(status.refreshed()));
    members.put("bytes", Formats.longNumber(status.bytes()));
    members.put("message", status.message());
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
