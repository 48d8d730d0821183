package io.tyto.graphqlschema;

import graphql.schema.DataFetchingEnvironment;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.panel.Saved.Board;
import io.tyto.graphqlschema.panel.SavedPanel;
import io.tyto.graphqlschema.schema.ApiCollection;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Guard;
import io.tyto.model.access.Verb;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AuditLog;
import io.tyto.model.port.SavedService;
import io.tyto.model.port.SavedService.Kind;
import io.tyto.model.port.SavedService.SavedInput;
import io.tyto.model.port.SavedService.SavedItem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The mutations `saveQuery`, `deleteQuery`, `saveDashboard` and `deleteDashboard`. What the caller
/// can mend is told among the payload's errors.
final class SavedMutations {
  private static final int MAX_PANELS = 50;
  private static final int MAX_TITLE_CHARACTERS = 200;

  private final SavedService service;
  private final AuditLog audit;

  SavedMutations(SavedService service, AuditLog audit) {
    this.service = service;
    this.audit = audit;
  }

  Object saveQuery(DataFetchingEnvironment environment) {
    Asking asking = new Asking(environment);
    InputObject input = asking.input("saveQuery", "SavedQueryInput");
    return Mutations.payload(
        "query",
        () -> {
          SavedItem kept = saved(asking, "query.save", input, () -> query(asking, input));
          return new Payload(SavedPanel.members(kept));
        });
  }

  private SavedItem query(Asking asking, InputObject input) {
    asking.requireMayTrust();
    String document = input.text("document");
    Object variables = input.get("variables");
    asking.requireDefine(asking.saved.read(document, variables));
    SavedItem before = input.has("id") ? asking.saved.query(input.text("id"), asking.caller) : null;
    if (before != null) {
      asking.requireDefine(before);
    }
    Map<String, @Nullable Object> definition = new LinkedHashMap<>();
    definition.put(SavedPanel.DOCUMENT, document);
    if (variables != null) {
      definition.put(SavedPanel.VARIABLES, variables);
    }
    String documentId = DocumentId.of(document).toString();
    return service.saveItem(input(Kind.QUERY, input, asking, before, documentId, definition));
  }

  private SavedItem saved(
      Asking asking, String action, InputObject input, Supplier<SavedItem> saving) {
    String asked = input.has("id") ? input.text("id") : "";
    return audit.noted(asking.caller, action, asked, saving, SavedItem::id);
  }

  private static SavedInput input(
      Kind kind,
      InputObject input,
      Asking asking,
      @Nullable SavedItem before,
      @Nullable String document,
      Map<String, @Nullable Object> definition) {
    return new SavedInput(
        before == null ? null : before.id(),
        kind,
        before == null ? asking.project() : before.project(),
        input.text("name"),
        document,
        definition,
        (Integer) input.get("expectedVersion"));
  }

  Object deleteQuery(DataFetchingEnvironment environment) {
    Asking asking = new Asking(environment);
    return deleted(
        asking,
        "query.delete",
        "deleteQuery",
        id -> {
          SavedItem query = asking.saved.query(id, asking.caller);
          asking.requireDefine(query);
          List<String> users = asking.saved.usersOf(query, asking.caller);
          if (!users.isEmpty()) {
            throw new TytoException(
                ErrorCode.BAD_USER_INPUT,
                "the query stands on dashboards, take it from them first: "
                    + String.join(", ", users));
          }
          return service.dropItem(id);
        });
  }

  Object deleteDashboard(DataFetchingEnvironment environment) {
    Asking asking = new Asking(environment);
    return deleted(
        asking,
        "dashboard.delete",
        "deleteDashboard",
        id -> {
          asking.requireDefine(asking.saved.dashboard(id, asking.caller));
          return service.dropItem(id);
        });
  }

  private Payload deleted(
      Asking asking, String action, String field, Function<String, Boolean> delete) {
    String id = Mutations.arguments(field, asking.environment).text("id");
    return Mutations.payload(
        "deletedId",
        () -> {
          audit.noted(asking.caller, action, id, () -> delete.apply(id));
          return id;
        });
  }

  Object saveDashboard(DataFetchingEnvironment environment) {
    Asking asking = new Asking(environment);
    InputObject input = asking.input("saveDashboard", "DashboardInput");
    return Mutations.payload(
        "dashboard",
        () -> {
          SavedItem kept = saved(asking, "dashboard.save", input, () -> dashboard(asking, input));
          return new Payload(
              SavedPanel.members(asking.saved.dashboard(kept.id(), asking.caller), Payload::new));
        });
  }

  private SavedItem dashboard(Asking asking, InputObject input) {
    List<InputObject> panels = input.objects("panels", "PanelInput");
    if (panels.isEmpty() || panels.size() > MAX_PANELS) {
      throw input.error(
          panels.isEmpty() ? ErrorCode.BAD_USER_INPUT : ErrorCode.LIMIT_TOO_LARGE,
          "panels",
          "%d are given, expected 1 to %d".formatted(panels.size(), MAX_PANELS));
    }
    for (InputObject panel : panels) {
      asking.requireDefine(asking.saved.query(panel.text("query"), asking.caller));
    }
    Board before = input.has("id") ? asking.saved.dashboard(input.text("id"), asking.caller) : null;
    if (before != null) {
      asking.requireDefine(before);
    }
    Map<String, @Nullable Object> definition = new LinkedHashMap<>();
    definition.put("panels", definitions(panels));
    SavedItem item = before == null ? null : before.item();
    return service.saveItem(input(Kind.DASHBOARD, input, asking, item, null, definition));
  }

  private static List<Object> definitions(List<InputObject> panels) {
    Set<String> ids = new HashSet<>();
    for (InputObject panel : panels) {
      if (panel.has("id") && !ids.add(panel.text("id"))) {
        throw panel.error("id", "another panel has the id '%s' too".formatted(panel.text("id")));
      }
    }
    List<Object> definitions = new ArrayList<>();
    int number = 0;
    for (InputObject panel : panels) {
      String title = panel.text("title");
      String id = panel.has("id") ? panel.text("id") : "";
      if (title.length() > MAX_TITLE_CHARACTERS || id.length() > MAX_TITLE_CHARACTERS) {
        throw panel.error(
            "title", "title and id have at most %d characters".formatted(MAX_TITLE_CHARACTERS));
      }
      while (id.isEmpty()) {
        number++;
        id = ids.add(String.valueOf(number)) ? String.valueOf(number) : "";
      }
      Map<String, @Nullable Object> definition = new LinkedHashMap<>();
      definition.put("id", id);
      definition.put("title", title);
      definition.put("query", panel.text("query"));
      definition.put("chart", panel.get("chart"));
      definitions.add(definition);
    }
    return definitions;
  }

  /// One mutation, and who asks for it.
  private static final class Asking {
    private final DataFetchingEnvironment environment;
    private final Caller caller;
    private final SavedQueries saved;

    Asking(DataFetchingEnvironment environment) {
      this.environment = environment;
      this.caller = Mutations.caller(environment);
      this.saved = Operation.in(environment.getGraphQlContext()).saved();
    }

    InputObject input(String field, String type) {
      return Mutations.arguments(field, environment).object("input", type);
    }

    /// Whose project something new is of.
    String project() {
      return switch (caller.kind()) {
        case SYSTEM, OPEN -> Caller.DEFAULT_PROJECT;
        case KEY, TOKEN -> caller.project();
      };
    }

    /// Saving a document is trusting it, for all of the project.
    void requireMayTrust() {
      GraphQlRequest request =
          Objects.requireNonNull(
              environment.getGraphQlContext().get(GraphQlRequest.class), "request");
      if (!request.mayTrust() && !caller.access().isAdmin()) {
        throw new TytoException(
            ErrorCode.DOCUMENT_NOT_TRUSTED,
            "a saved query is a trusted document, and these credentials run those of others only:"
                + " it needs the scope admin");
      }
    }

    void requireDefine(Collection<ApiCollection> collections) {
      collections.forEach(collection -> Guard.require(caller, Verb.DEFINE, collection.schema()));
    }

    /// One that fits no schema any more is seen by admins only.
    void requireDefine(SavedItem query) {
      if (!caller.access().isAdmin()) {
        requireDefine(saved.read(query));
      }
    }

    void requireDefine(Board dashboard) {
      dashboard.panels().forEach(panel -> requireDefine(panel.query()));
      if (!saved.isWhole(dashboard, caller)) {
        throw new TytoException(
            ErrorCode.FORBIDDEN,
            "the dashboard has panels that are not there for you, and would lose them");
      }
    }
  }
}
