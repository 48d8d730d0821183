package io.tyto.graphqlschema;

import graphql.GraphQLContext;
import graphql.GraphQLError;
import graphql.execution.AbortExecutionException;
import graphql.execution.DataFetcherResult;
import graphql.language.OperationDefinition;
import graphql.language.SourceLocation;
import graphql.normalized.ExecutableNormalizedField;
import graphql.normalized.ExecutableNormalizedOperation;
import io.tyto.graphqlschema.input.Identity;
import io.tyto.graphqlschema.panel.LivePanel;
import io.tyto.graphqlschema.panel.Panel;
import io.tyto.graphqlschema.panel.Panels;
import io.tyto.graphqlschema.schema.ApiCollection;
import io.tyto.graphqlschema.schema.ApiEntity;
import io.tyto.graphqlschema.schema.ApiSchema;
import io.tyto.graphqlschema.schema.KeyedEntity;
import io.tyto.graphqlschema.value.Longs;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.LimitService;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import io.tyto.model.query.QueryTrace;
import io.tyto.model.result.QueryMeta;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// One running operation: all its panels are compiled, then all are asked at once, each on a
/// virtual thread of its own; fetchers only wait for the answers.
///
/// *Lifetime*: one call of {@link GraphQlApi#execute}. *Thread-safety*: compiled and started on one
/// thread; answers are taken from any.
final class Operation {
  private static final Set<String> ROOT_PANELS =
      Set.of(
          "collections",
          "deadLetters",
          "deadLetterReasons",
          "rateLimit",
          "views",
          "savedQueries",
          "dashboards",
          "node");

  private final GraphQlServices services;
  private final QueryContext context;
  private final Instant now;
  private final GraphQlOptions options;
  private final SavedQueries saved;
  private final Map<List<String>, CompletableFuture<Object>> answers = new HashMap<>();
  private final Queue<QueryMeta> metas = new ConcurrentLinkedQueue<>();
  private final Map<String, Instant> watermarks = new ConcurrentHashMap<>();
  private final boolean longsAreStrings = Longs.areStrings();
  private boolean isIntrospection;

  /// What can be asked again as it is; null where something cannot.
  private @Nullable List<Place> prepared;

  /// Of a subscription.
  private @Nullable LiveStream stream;

  Operation(
      GraphQlServices services,
      QueryContext context,
      Instant now,
      GraphQlOptions options,
      SavedQueries saved) {
    this.saved = saved;
    this.services = services;
    this.context = context;
    this.now = now;
    this.options = options;
  }

  /// The operation that graphql-java is running.
  static Operation in(GraphQLContext context) {
    return Objects.requireNonNull(context.get(Operation.class), "operation");
  }

  /// A compiled panel.
  ///
  /// @param path result keys from the root
  /// @param collection whose field it is; null for all, or those of an entity
  record Place(List<String> path, @Nullable ApiCollection collection, Panel panel) {}

  /// Compiles every panel and, only if all are right, asks them; else throws all that is wrong.
  void start(ExecutableNormalizedOperation operation, ApiSchema schema) {
    if (!answers.isEmpty()) {
      return; // asked as a prepared operation
    }
    if (operation.getOperation() == OperationDefinition.Operation.SUBSCRIPTION) {
      stream = subscribe(operation, schema);
      return;
    }
    isIntrospection =
        operation.getTopLevelFields().stream().allMatch(root -> root.getName().startsWith("__"));
    List<Place> places = new ArrayList<>();
    List<GraphQLError> errors = new ArrayList<>();
    boolean isPrepared = true;
    for (Asked asked : asked(operation, schema)) {
      // What asks nothing here, such as a mutation, is done by a fetcher, and anew each time.
      isPrepared &= !asked.fields().isEmpty();
      for (ExecutableNormalizedField field : asked.fields()) {
        if (field.getName().equals("__typename")) {
          isPrepared = false;
          continue;
        }
        isPrepared &= asked.isTimeless() && Panels.isTimeless(field);
        try {
          places.add(
              new Place(
                  field.getListOfResultKeys(), asked.collection(), compile(field, asked, schema)));
        } catch (RuntimeException e) {
          errors.add(refusal(e, field, operation));
        }
      }
    }
    if (places.size() > options.maxPanels()) {
      errors.add(tooMany(places.size()));
    }
    if (!errors.isEmpty()) {
      throw new AbortExecutionException(errors);
    }
    prepared = isPrepared ? List.copyOf(places) : null;
    ask(places);
  }

  /// Fields of one thing that can be asked.
  ///
  /// @param root its field in the root query
  /// @param collection null: it is none
  /// @param isTimeless the same answers are asked for at any time, as far as it tells
  private record Asked(
      String root,
      @Nullable ApiCollection collection,
      List<ExecutableNormalizedField> fields,
      boolean isTimeless) {}

  private static List<Asked> asked(ExecutableNormalizedOperation operation, ApiSchema schema) {
    List<Asked> all = new ArrayList<>();
    for (ExecutableNormalizedField root : operation.getTopLevelFields()) {
      String name = root.getName();
      ApiCollection collection = schema.byField().get(name);
      if (name.equals(ApiSchema.MATERIALIZED)) {
        for (ExecutableNormalizedField view : root.getChildren()) {
          ApiCollection rows = schema.materialized().get(view.getName());
          all.add(
              new Asked(name, rows, rows == null ? List.of() : view.getChildren(), rows != null));
        }
      } else if (collection != null || schema.entities().containsKey(name)) {
        all.add(new Asked(name, collection, root.getChildren(), true));
      } else {
        all.add(new Asked(name, null, isPanel(root, schema) ? List.of(root) : List.of(), false));
      }
    }
    return all;
  }

  private static boolean isPanel(ExecutableNormalizedField root, ApiSchema schema) {
    return ROOT_PANELS.contains(root.getName()) || schema.keyed().containsKey(root.getName());
  }

  /// Compiles the one field of a subscription; it can be left out by a directive.
  private LiveStream subscribe(ExecutableNormalizedOperation operation, ApiSchema schema) {
    if (operation.getTopLevelFields().size() != 1) {
      throw new AbortExecutionException(List.of(nothingToFollow()));
    }
    ExecutableNormalizedField field = operation.getTopLevelFields().getFirst();
    if (field.getName().startsWith("__")) {
      throw new AbortExecutionException(List.of(nothingToFollow()));
    }
    try {
      LivePanel panel = LivePanel.of(field, schema.byField(), now, options.query());
      SourceLocation location =
          operation.getMergedField(field).getSingleField().getSourceLocation();
      return new LiveStream(
          panel,
          services.live(),
          context.caller(),
          field.getResultKey(),
          location,
          context.queryId());
    } catch (RuntimeException e) {
      throw new AbortExecutionException(List.of(refusal(e, field, operation)));
    }
  }

  /// For a mutation that came by a method that must not change anything.
  AbortExecutionException notByThisMethod() {
    return new AbortExecutionException(
        List.of(
            ApiError.of(
                new TytoException(
                    ErrorCode.METHOD_NOT_ALLOWED, "a mutation is sent by POST and by nothing else"),
                null,
                null,
                context.queryId())));
  }

  private ApiError nothingToFollow() {
    return ApiError.of(
        new TytoException(
            ErrorCode.GRAPHQL_VALIDATION_FAILED,
            "a subscription follows one field of the root subscription"),
        null,
        null,
        context.queryId());
  }

  /// What a subscription became; null of any other operation.
  @Nullable LiveStream stream() {
    return stream;
  }

  /// The places of an operation that can be asked again without being compiled, or null.
  @Nullable List<Place> prepared() {
    return prepared;
  }

  /// Asks what was compiled before, and returns the data where every panel succeeds. Where one
  /// fails it is null, and graphql-java makes of the same answers what its rules make of a failure.
  @Nullable Map<String, Object> answerPrepared(List<Place> places) {
    prepared = places;
    ask(places);
    Map<String, Object> data = new LinkedHashMap<>();
    Map<List<String>, Map<String, Object>> objects = new HashMap<>();
    objects.put(List.of(), data);
    for (Place place : places) {
      Object answer;
      try {
        answer = answer(place.path()).join();
      } catch (CompletionException e) {
        return null; // told by the fetcher that waits for the same answer
      }
      List<String> path = place.path();
      for (int depth = 1; depth < path.size(); depth++) {
        List<String> object = path.subList(0, depth);
        if (!objects.containsKey(object)) {
          Map<String, Object> members = new LinkedHashMap<>();
          objects.put(object, members);
          member(objects, object, members);
        }
      }
      member(objects, path, answer);
    }
    return data;
  }

  private static void member(
      Map<List<String>, Map<String, Object>> objects, List<String> path, Object value) {
    Map<String, Object> holder = objects.get(path.subList(0, path.size() - 1));
    Objects.requireNonNull(holder).put(path.getLast(), value);
  }

  private Panel compile(ExecutableNormalizedField field, Asked asked, ApiSchema schema) {
    ApiCollection collection = asked.collection();
    ApiEntity entity = schema.entities().get(asked.root());
    KeyedEntity keyed = schema.keyed().get(asked.root());
    if (collection != null) {
      return Panels.of(field, collection, services.entities(), now, options.query());
    }
    if (keyed != null) {
      return Panels.ofEntity(field, keyed, services.entities(), now, options.query());
    }
    return entity == null
        ? Panels.ofRoot(
            field,
            schema.byField().values(),
            services.letters(),
            services.views(),
            services.limits(),
            saved,
            options.query())
        : Panels.of(field, entity, now, options.query());
  }

  private ApiError refusal(
      RuntimeException cause,
      ExecutableNormalizedField field,
      ExecutableNormalizedOperation operation) {
    SourceLocation location = operation.getMergedField(field).getSingleField().getSourceLocation();
    return FieldErrors.tell(
        cause, location, List.copyOf(field.getListOfResultKeys()), context.queryId());
  }

  private ApiError tooMany(int panels) {
    return ApiError.of(
        new TytoException(
            ErrorCode.DOCUMENT_TOO_COMPLEX,
            "%d questions in one operation, at most %d".formatted(panels, options.maxPanels())),
        null,
        null,
        context.queryId());
  }

  private void ask(List<Place> places) {
    if (places.size() == 1) {
      // Nothing to run beside: the caller's thread serves as well.
      Place place = places.getFirst();
      CompletableFuture<Object> answer = new CompletableFuture<>();
      complete(answer, place, context);
      answers.put(place.path(), answer);
      return;
    }
    boolean isDryRun = places.stream().anyMatch(place -> place.panel().isDryRun());
    QueryContext asking = isDryRun ? context.dry() : context;
    List<CompletableFuture<Object>> others = new ArrayList<>();
    for (Place place : places) {
      CompletableFuture<Object> answer = new CompletableFuture<>();
      answers.put(place.path(), answer);
      if (!place.panel().isLast()) {
        others.add(answer);
        Thread.ofVirtual()
            .name("panel " + context.queryId())
            .start(() -> complete(answer, place, isOfRoot(place) ? context : asking));
      }
    }
    CompletableFuture<Void> all = CompletableFuture.allOf(others.toArray(CompletableFuture[]::new));
    for (Place place : places) {
      if (place.panel().isLast()) {
        all.whenComplete((_, _) -> complete(answer(place.path()), place, context));
      }
    }
  }

  /// Fields of the root query are few and small, and some are never null: they are answered in a
  /// dry run too.
  private static boolean isOfRoot(Place place) {
    return place.path().size() == 1;
  }

  private void complete(CompletableFuture<Object> answer, Place place, QueryContext asking) {
    ApiCollection of = place.collection();
    QueryTrace.Part traced = asking.trace().begin("panel", of == null ? "" : of.field());
    try {
      Panel.Answer got =
          Longs.in(longsAreStrings, () -> place.panel().answer(services.queries(), asking));
      note(got.meta(), place.collection());
      answer.complete(told(got, place));
    } catch (QueryGate.DryRun e) {
      answer.complete(null);
    } catch (RuntimeException | Error e) {
      // Whatever it is, somebody waits for it; the fetcher tells it to client or log.
      answer.completeExceptionally(e);
    } finally {
      traced.end(0, 0, 0);
    }
  }

  /// The data, and an error beside it where rows are missing.
  private @Nullable Object told(Panel.Answer got, Place place) {
    QueryMeta meta = got.meta();
    return meta == null || meta.missing().isEmpty()
        ? got.data()
        : DataFetcherResult.newResult()
            .data(got.data())
            .error(ApiError.ofPartial(meta.missing(), List.copyOf(place.path()), queryId()))
            .build();
  }

  private void note(@Nullable QueryMeta meta, @Nullable ApiCollection collection) {
    if (meta == null) {
      return;
    }
    metas.add(meta);
    if (collection != null && meta.watermark() != null) {
      watermarks.merge(collection.field(), meta.watermark(), (a, b) -> a.isBefore(b) ? a : b);
    }
  }

  /// The answer of the panel at this path.
  CompletableFuture<Object> answer(List<String> path) {
    CompletableFuture<Object> answer = answers.get(path);
    if (answer == null) {
      throw new IllegalStateException("no panel was compiled for " + path);
    }
    return answer;
  }

  /// Whether it does nothing but read the schema; known once it has been started.
  boolean isIntrospection() {
    return isIntrospection;
  }

  /// What is saved, as far as it is there for callers of this schema.
  SavedQueries saved() {
    return saved;
  }

  /// Who asks.
  Caller caller() {
    return context.caller();
  }

  long remainingNanos() {
    return context.remainingNanos();
  }

  String queryId() {
    return context.queryId();
  }

  /// A hash of the snapshots that the answers were read from; null where an answer depends on more
  /// than these and the question, does not tell its own, or is without some rows.
  @Nullable String snapshot() {
    List<Place> places = prepared;
    if (places == null || places.isEmpty() || metas.size() != places.size()) {
      return null;
    }
    List<String> snapshots = metas.stream().map(QueryMeta::snapshot).sorted().toList();
    boolean isPartial = metas.stream().anyMatch(meta -> !meta.missing().isEmpty());
    return isPartial || snapshots.contains("") ? null : Identity.of(snapshots);
  }

  /// What the result tells of the whole operation.
  Map<String, Object> extensions() {
    Map<String, Object> extensions = new LinkedHashMap<>();
    extensions.put("queryId", context.queryId());
    long rows = 0;
    int segments = 0;
    for (QueryMeta meta : metas) {
      rows += meta.rowsScanned();
      segments += meta.segmentsScanned();
    }
    extensions.put("stats", Map.of("rowsScanned", rows, "segments", segments));
    Map<String, String> times = new LinkedHashMap<>();
    watermarks.forEach((field, time) -> times.put(field, time.toString()));
    extensions.put("watermark", times);
    extensions.put("cost", cost());
    return extensions;
  }

  private Map<String, Object> cost() {
    Map<String, Object> cost = new LinkedHashMap<>();
    cost.put("requested", context.estimated());
    cost.put("actual", context.cost());
    LimitService.Use use = services.limits().use(context.caller());
    if (!Double.isInfinite(use.remaining())) {
      Map<String, Object> throttle = new LinkedHashMap<>();
      throttle.put("max", use.limits().burst());
      throttle.put("available", use.remaining());
      throttle.put("restorePerSecond", use.limits().costPerSecond());
      throttle.values().removeIf(value -> value instanceof Double number && number.isInfinite());
      cost.put("throttle", throttle);
    }
    return cost;
  }
}
