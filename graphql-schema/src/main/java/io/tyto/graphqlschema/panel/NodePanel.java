package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.model.access.Caller;
import io.tyto.model.port.SavedService.Kind;
import io.tyto.model.port.ViewService;
import io.tyto.model.schema.TableSchema;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/// The root field `node`: one thing by its id, whose form tells what it is. What is not there for
/// the caller is null, as is what is nowhere.
final class NodePanel {
  private NodePanel() {}

  /// @param collections as they are for the caller
  static Panel compile(
      ExecutableNormalizedField field,
      Saved saved,
      List<TableSchema> collections,
      ViewService views) {
    String id = Scope.arguments(field).text("id");
    if (isOf(Kind.QUERY, id)) {
      return one(
          ObjectShape.of(field, "SavedQuery", SavedPanel::query),
          saved::queries,
          query -> query.id().equals(id));
    }
    if (isOf(Kind.DASHBOARD, id)) {
      return one(
          ObjectShape.of(field, "Dashboard", SavedPanel::dashboard),
          saved::dashboards,
          board -> board.item().id().equals(id));
    }
    return one(
        ObjectShape.of(field, "MaterializedView", ViewsPanel::member),
        caller -> ViewsPanel.shown(caller, collections, views),
        view -> id.equals(view.get("id")));
  }

  private static boolean isOf(Kind kind, String id) {
    return id.startsWith(kind.word() + ":");
  }

  private static <S> Panel one(
      ObjectShape<S> shape, Function<Caller, List<S>> all, Predicate<S> isIt) {
    return (_, context) ->
        new Panel.Answer(
            all.apply(context.caller()).stream()
                .filter(isIt)
                .findFirst()
                .map(shape::read)
                .orElse(null),
            null);
  }
}
