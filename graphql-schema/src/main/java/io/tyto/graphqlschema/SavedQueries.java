package io.tyto.graphqlschema;

import graphql.ExecutionInput;
import graphql.GraphQLContext;
import graphql.GraphQLError;
import graphql.GraphQLException;
import graphql.ParseAndValidate;
import graphql.ParseAndValidateResult;
import graphql.execution.RawVariables;
import graphql.execution.ValuesResolver;
import graphql.language.Document;
import graphql.language.Field;
import graphql.language.FragmentDefinition;
import graphql.language.FragmentSpread;
import graphql.language.InlineFragment;
import graphql.language.OperationDefinition;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import graphql.language.VariableDefinition;
import graphql.parser.ParserOptions;
import graphql.schema.GraphQLSchema;
import graphql.validation.QueryComplexityLimits;
import io.tyto.graphqlschema.panel.Saved;
import io.tyto.graphqlschema.panel.SavedPanel;
import io.tyto.graphqlschema.schema.ApiCollection;
import io.tyto.graphqlschema.schema.ApiSchema;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.SavedService;
import io.tyto.model.port.SavedService.Kind;
import io.tyto.model.port.SavedService.SavedItem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What is saved, as one version of a role's schema lets it be seen: a query is there for callers
/// whose own schema it fits, its variables too, so that nobody learns a name from a document of
/// somebody else. Admins see all of their project, because only they can mend what fits no schema
/// any more.
///
/// Thread-safe.
final class SavedQueries implements Saved {
  /// Whether a version of a query fits is found out once.
  private static final int MAX_VERDICTS = 4 * SavedService.MAX_QUERIES;

  private static final int MAX_ERRORS = 5;

  private final ApiSchema api;
  private final GraphQLSchema schema;
  private final SavedService saved;
  private final ParserOptions parser;
  private final QueryComplexityLimits complexity;

  // Guarded by itself.
  private final Map<Version, Boolean> verdicts =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Version, Boolean> eldest) {
          return size() > MAX_VERDICTS;
        }
      };

  private record Version(String id, int version) {}

  SavedQueries(
      ApiSchema api,
      GraphQLSchema schema,
      SavedService saved,
      ParserOptions parser,
      QueryComplexityLimits complexity) {
    this.api = api;
    this.schema = schema;
    this.saved = saved;
    this.parser = parser;
    this.complexity = complexity;
  }

  @Override
  public List<SavedItem> queries(Caller caller) {
    return own(caller, Kind.QUERY).stream().filter(item -> isShown(item, caller)).toList();
  }

  @Override
  public List<Board> dashboards(Caller caller) {
    List<SavedItem> all = own(caller, Kind.DASHBOARD);
    if (all.isEmpty()) {
      return List.of();
    }
    Map<String, SavedItem> queries = byId(queries(caller));
    return all.stream()
        .map(item -> new Board(item, panels(item, queries)))
        .filter(board -> !board.panels().isEmpty() || caller.access().isAdmin())
        .toList();
  }

  private static Map<String, SavedItem> byId(List<SavedItem> items) {
    return items.stream().collect(Collectors.toMap(SavedItem::id, item -> item));
  }

  private static List<Shown> panels(SavedItem dashboard, Map<String, SavedItem> queries) {
    List<Shown> shown = new ArrayList<>();
    for (Map<?, ?> panel : panels(dashboard)) {
      SavedItem query = queries.get(String.valueOf(panel.get("query")));
      if (query != null) {
        shown.add(
            new Shown(
                String.valueOf(panel.get("id")),
                String.valueOf(panel.get("title")),
                query,
                panel.get("chart")));
      }
    }
    return shown;
  }

  private static List<Map<?, ?>> panels(SavedItem dashboard) {
    List<Map<?, ?>> panels = new ArrayList<>();
    if (dashboard.definition().get("panels") instanceof List<?> list) {
      for (Object panel : list) {
        if (panel instanceof Map<?, ?> map) {
          panels.add(map);
        }
      }
    }
    return panels;
  }

  /// Whether the caller sees every panel of it whose query is still kept.
  boolean isWhole(Board board, Caller caller) {
    Set<String> kept = byId(own(caller, Kind.QUERY)).keySet();
    long there =
        panels(board.item()).stream()
            .filter(panel -> kept.contains(String.valueOf(panel.get("query"))))
            .count();
    return there == board.panels().size();
  }

  /// Dashboards of the project that have a panel of this query, seen by the caller or not.
  List<String> usersOf(SavedItem query, Caller caller) {
    Set<String> seen =
        dashboards(caller).stream().map(board -> board.item().id()).collect(Collectors.toSet());
    return saved.savedItems().stream()
        .filter(item ->
            item.kind() == Kind.DASHBOARD
                && item.project().equals(query.project())
                && panels(item).stream().anyMatch(panel -> query.id().equals(panel.get("query"))))
        .map(item -> seen.contains(item.id()) ? item.id() : "one that is not there for you")
        .distinct()
        .toList();
  }

  private List<SavedItem> own(Caller caller, Kind kind) {
    return saved.savedItems().stream()
        .filter(item -> item.kind() == kind && caller.isIn(item.project()))
        .toList();
  }

  private boolean isShown(SavedItem query, Caller caller) {
    return caller.access().isAdmin() || fits(query);
  }

  private boolean fits(SavedItem query) {
    Version version = new Version(query.id(), query.version());
    Boolean known;
    synchronized (verdicts) {
      known = verdicts.get(version);
    }
    if (known == null) {
      known = isRead(query);
      synchronized (verdicts) {
        verdicts.put(version, known);
      }
    }
    return known;
  }

  private boolean isRead(SavedItem query) {
    try {
      read(query);
      return true;
    } catch (TytoException e) {
      return false; // what does not fit is not there; who saves it is told why
    }
  }

  /// The text of a document that is saved and there for the caller; null where there is none.
  ///
  /// @param documentId `sha256:...`
  @Nullable String document(String documentId, Caller caller) {
    return own(caller, Kind.QUERY).stream()
        .filter(item -> documentId.equals(item.document()) && isShown(item, caller))
        .map(item -> String.valueOf(item.definition().get(SavedPanel.DOCUMENT)))
        .findFirst()
        .orElse(null);
  }

  /// NOT_FOUND where there is none for the caller.
  SavedItem query(String id, Caller caller) {
    return queries(caller).stream()
        .filter(item -> item.id().equals(id))
        .findFirst()
        .orElseThrow(() -> none(Kind.QUERY, id));
  }

  /// NOT_FOUND where there is none for the caller.
  Board dashboard(String id, Caller caller) {
    return dashboards(caller).stream()
        .filter(board -> board.item().id().equals(id))
        .findFirst()
        .orElseThrow(() -> none(Kind.DASHBOARD, id));
  }

  private static TytoException none(Kind kind, String id) {
    return new TytoException(
        ErrorCode.NOT_FOUND, "there is no %s '%s' here".formatted(kind.word(), id));
  }

  /// The collections that a query asks, by this schema; GRAPHQL_PARSE_FAILED,
  /// GRAPHQL_VALIDATION_FAILED, BAD_USER_INPUT where it does not fit.
  Set<ApiCollection> read(SavedItem query) {
    return read(
        String.valueOf(query.definition().get(SavedPanel.DOCUMENT)),
        query.definition().get(SavedPanel.VARIABLES));
  }

  /// The same of what is to be saved.
  ///
  /// @param variables values of variables that the document declares, not all of them; or null
  Set<ApiCollection> read(String text, @Nullable Object variables) {
    Document document = parsed(text);
    List<OperationDefinition> operations = document.getDefinitionsOfType(OperationDefinition.class);
    if (operations.size() != 1
        || operations.getFirst().getOperation() != OperationDefinition.Operation.QUERY) {
      throw wrong("a saved document has one operation, which is a query");
    }
    OperationDefinition operation = operations.getFirst();
    requireValues(operation, variables);
    Map<String, SelectionSet> fragments = new HashMap<>();
    for (FragmentDefinition one : document.getDefinitionsOfType(FragmentDefinition.class)) {
      fragments.put(one.getName(), one.getSelectionSet());
    }
    Set<ApiCollection> asked = new LinkedHashSet<>();
    for (Field root : fields(operation.getSelectionSet(), fragments)) {
      asked.addAll(asked(root, fragments));
    }
    if (asked.isEmpty()) {
      throw wrong("the document asks nothing of a collection");
    }
    return asked;
  }

  private Document parsed(String text) {
    ParseAndValidateResult parsed =
        ParseAndValidate.parse(
            ExecutionInput.newExecutionInput(text)
                .graphQLContext(Map.of(ParserOptions.class, parser))
                .locale(Locale.ENGLISH)
                .build());
    if (parsed.isFailure()) {
      throw new TytoException(
          ErrorCode.GRAPHQL_PARSE_FAILED, "the document is none: " + told(parsed.getErrors()));
    }
    Document document = Objects.requireNonNull(parsed.getDocument());
    List<? extends GraphQLError> errors =
        ParseAndValidate.validate(
            schema, document, DocumentRules.OTHERS, Locale.ENGLISH, complexity);
    if (errors.isEmpty()) {
      errors = DocumentRules.broken(schema, document);
    }
    if (!errors.isEmpty()) {
      throw new TytoException(
          ErrorCode.GRAPHQL_VALIDATION_FAILED,
          "the document does not fit the schema: " + told(errors));
    }
    return document;
  }

  private static String told(List<? extends GraphQLError> errors) {
    return errors.stream()
        .limit(MAX_ERRORS)
        .map(GraphQLError::getMessage)
        .collect(Collectors.joining("; "));
  }

  private void requireValues(OperationDefinition operation, @Nullable Object variables) {
    if (variables == null) {
      return;
    }
    if (!(variables instanceof Map<?, ?> map)) {
      throw wrong("variables are an object, such as {\"days\": 7}");
    }
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String name = String.valueOf(entry.getKey());
      VariableDefinition declared =
          operation.getVariableDefinitions().stream()
              .filter(each -> each.getName().equals(name))
              .findFirst()
              .orElseThrow(() -> wrong("the document declares no variable $" + name));
      try {
        ValuesResolver.coerceVariableValues(
            schema,
            List.of(declared),
            RawVariables.of(Collections.singletonMap(name, entry.getValue())),
            GraphQLContext.getDefault(),
            Locale.ENGLISH);
      } catch (GraphQLException e) {
        throw new TytoException(
            ErrorCode.BAD_USER_INPUT, "the variable $" + name + ": " + e.getMessage(), e);
      }
    }
  }

  /// Fields of one place with those of fragments in it. Fragments of a valid document do not go
  /// round in circles.
  private static List<Field> fields(
      @Nullable SelectionSet selected, Map<String, SelectionSet> fragments) {
    List<Field> fields = new ArrayList<>();
    if (selected == null) {
      return fields;
    }
    for (Selection<?> selection : selected.getSelections()) {
      switch (selection) {
        case Field field -> fields.add(field);
        case InlineFragment inline -> fields.addAll(fields(inline.getSelectionSet(), fragments));
        case FragmentSpread spread ->
            fields.addAll(fields(fragments.get(spread.getName()), fragments));
        default -> throw new IllegalStateException("an unknown selection " + selection);
      }
    }
    return fields;
  }

  private List<ApiCollection> asked(Field root, Map<String, SelectionSet> fragments) {
    String name = root.getName();
    if (api.byField().get(name) instanceof ApiCollection collection) {
      return List.of(collection);
    }
    if (api.entities().containsKey(name)) {
      return api.entities().get(name).collections();
    }
    if (api.keyed().containsKey(name)) {
      return api.keyed().get(name).collections();
    }
    if (name.equals("__typename")) {
      return List.of();
    }
    if (name.equals(ApiSchema.MATERIALIZED)) {
      List<ApiCollection> views = new ArrayList<>();
      for (Field view : fields(root.getSelectionSet(), fragments)) {
        if (api.materialized().get(view.getName()) instanceof ApiCollection rows) {
          views.add(rows);
        }
      }
      return views;
    }
    throw wrong("a saved query asks collections, entities and views; %s is none".formatted(name));
  }

  private static TytoException wrong(String what) {
    return new TytoException(ErrorCode.BAD_USER_INPUT, what);
  }
}
