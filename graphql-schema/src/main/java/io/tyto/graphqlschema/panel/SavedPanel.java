package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.panel.Saved.Board;
import io.tyto.graphqlschema.panel.Saved.Shown;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.port.SavedService.SavedItem;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The root fields `savedQueries` and `dashboards`, and the members of what they list.
public final class SavedPanel {
  /// Of the definition of a query.
  public static final String DOCUMENT = "document";

  /// Of the definition of a query.
  public static final String VARIABLES = "variables";

  private SavedPanel() {}

  static Panel queries(ExecutableNormalizedField field, Saved saved) {
    ObjectShape<SavedItem> shape = ObjectShape.of(field, SavedPanel::query);
    return (_, context) -> new Panel.Answer(shape.readEach(saved.queries(context.caller())), null);
  }

  static Panel dashboards(ExecutableNormalizedField field, Saved saved) {
    ObjectShape<Board> shape = ObjectShape.of(field, SavedPanel::dashboard);
    return (_, context) ->
        new Panel.Answer(shape.readEach(saved.dashboards(context.caller())), null);
  }

  static Cell<SavedItem> query(ExecutableNormalizedField member) {
    return Cell.of(
        switch (member.getName()) {
          case "id" -> SavedItem::id;
          case "name" -> SavedItem::name;
          case "documentId" -> SavedItem::document;
          case "document" -> of -> of.definition().get(DOCUMENT);
          case "variables" -> of -> of.definition().get(VARIABLES);
          case "version" -> SavedItem::version;
          default -> throw Shapes.unknown(member);
        });
  }

  static Cell<Board> dashboard(ExecutableNormalizedField member) {
    return switch (member.getName()) {
      case "id" -> Cell.of(of -> of.item().id());
      case "name" -> Cell.of(of -> of.item().name());
      case "version" -> Cell.of(of -> of.item().version());
      case "updatedAt" -> Cell.of(of -> Formats.time(of.item().updatedAt()));
      case "panels" -> {
        ObjectShape<Shown> shape = ObjectShape.of(member, SavedPanel::panel);
        yield Cell.of(of -> shape.readEach(of.panels()));
      }
      default -> throw Shapes.unknown(member);
    };
  }

  private static Cell<Shown> panel(ExecutableNormalizedField member) {
    return switch (member.getName()) {
      case "id" -> Cell.of(Shown::id);
      case "title" -> Cell.of(Shown::title);
      case "chart" -> Cell.of(Shown::chart);
      case "query" -> {
        ObjectShape<SavedItem> shape = ObjectShape.of(member, SavedPanel::query);
        yield Cell.of(of -> shape.read(of.query()));
      }
      default -> throw Shapes.unknown(member);
    };
  }

  /// Every member of a `SavedQuery`.
  public static Map<String, @Nullable Object> members(SavedItem query) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    members.put("id", query.id());
    members.put("name", query.name());
    members.put("documentId", query.document());
    members.put("document", query.definition().get(DOCUMENT));
    members.put("variables", query.definition().get(VARIABLES));
    members.put("version", query.version());
    return members;
  }

  /// Every member of a `Dashboard`.
  ///
  /// @param object makes an object of members
  public static Map<String, @Nullable Object> members(
      Board board, Function<Map<String, @Nullable Object>, Object> object) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    members.put("id", board.item().id());
    members.put("name", board.item().name());
    members.put("version", board.item().version());
    members.put("updatedAt", Formats.time(board.item().updatedAt()));
    members.put(
        "panels",
        board.panels().stream()
            .map(panel -> {
              Map<String, @Nullable Object> shown = new LinkedHashMap<>();
              shown.put("id", panel.id());
              shown.put("title", panel.title());
              shown.put("query", object.apply(members(panel.query())));
              shown.put("chart", panel.chart());
              return object.apply(shown);
            })
            .toList());
    return members;
  }
}
