package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.input.EventsInput;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.input.QueryLimits;
import io.tyto.graphqlschema.schema.ApiCollection;
import io.tyto.graphqlschema.schema.ApiEntity;
import io.tyto.graphqlschema.schema.KeyedEntity;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.EntityService;
import io.tyto.model.port.LimitService;
import io.tyto.model.port.ViewService;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Compiles the fields of an operation that are panels. A mistake is a `TytoException`.
public final class Panels {

  private Panels() {}

  /// A field below a collection.
  public static Panel of(
      ExecutableNormalizedField field,
      ApiCollection collection,
      EntityService entities,
      Instant now,
      QueryLimits limits) {
    Scope scope = new Scope(collection, now, limits, null, "", entities);
    return switch (field.getName()) {
      case "aggregate" -> AggregatePanel.compile(field, scope);
      case "table" -> TablePanel.compile(field, scope);
      case "records" -> RecordsPanel.compile(field, scope);
      case "values" -> ValuesPanel.compile(field, scope);
      case "cubes" -> CubesPanel.compile(field, scope);
      case "info" -> InfoPanel.one(field, collection, limits);
      default -> throw Shapes.unknown(field);
    };
  }

  /// A field below an entity.
  public static Panel of(
      ExecutableNormalizedField field, ApiEntity entity, Instant now, QueryLimits limits) {
    return switch (field.getName()) {
      case "funnel" -> FunnelPanel.compile(field, new EventsInput(entity, now), limits);
      case "retention" -> RetentionPanel.compile(field, new EventsInput(entity, now));
      case "sessions" -> SessionsPanel.compile(field, new EventsInput(entity, now), limits);
      case "cohort" -> CohortPanel.one(field, new EventsInput(entity, now));
      case "cohorts" -> CohortPanel.saved(field, new EventsInput(entity, now));
      default -> throw Shapes.unknown(field);
    };
  }

  /// Whether a field below a collection or an entity is the same question at any time: its range is
  /// told by its ends, or has none.
  public static boolean isTimeless(ExecutableNormalizedField field) {
    if (field.getName().equals("cubes")) {
      return field.getChildren().stream().allMatch(Panels::isTimeless);
    }
    Map<String, Object> arguments = field.getResolvedArguments();
    if (namesCohort(arguments)) {
      return false;
    }
    Map<?, ?> holder = arguments.get("input") instanceof Map<?, ?> input ? input : arguments;
    return switch (holder.get("range")) {
      case null -> true;
      case Map<?, ?> range ->
          range.get("between") != null || "ALL_TIME".equals(range.get("preset"));
      default -> false;
    };
  }

  /// Cohorts have ranges of their own, and those that are kept change. A column of such a name
  /// costs no more than that its questions are compiled each time.
  private static boolean namesCohort(@Nullable Object arguments) {
    return switch (arguments) {
      case Map<?, ?> map ->
          map.containsKey("did")
              || map.containsKey("saved")
              || map.values().stream().anyMatch(Panels::namesCohort);
      case List<?> list -> list.stream().anyMatch(Panels::namesCohort);
      case null, default -> false;
    };
  }

  /// The field of an entity in the root query.
  public static Panel ofEntity(
      ExecutableNormalizedField field,
      KeyedEntity entity,
      EntityService entities,
      Instant now,
      QueryLimits limits) {
    return EntityPanel.compile(field, entity, entities, now, limits);
  }

  /// A field of the root query that is no collection.
  public static Panel ofRoot(
      ExecutableNormalizedField field,
      Collection<ApiCollection> all,
      DeadLetterService letters,
      ViewService views,
      LimitService use,
      Saved saved,
      QueryLimits limits) {
    return switch (field.getName()) {
      case "rateLimit" -> RateLimitPanel.compile(field, use);
      case "collections" -> collections(field, all, limits);
      case "deadLetters" -> DeadLetterPanel.letters(field, letters, limits);
      case "views" ->
          ViewsPanel.compile(field, all.stream().map(ApiCollection::schema).toList(), views);
      case "node" ->
          NodePanel.compile(field, saved, all.stream().map(ApiCollection::schema).toList(), views);
      case "savedQueries" -> SavedPanel.queries(field, saved);
      case "dashboards" -> SavedPanel.dashboards(field, saved);
      case "deadLetterReasons" -> DeadLetterPanel.reasons(field, letters);
      default -> throw Shapes.unknown(field);
    };
  }

  private static Panel collections(
      ExecutableNormalizedField field, Collection<ApiCollection> all, QueryLimits limits) {
    InputObject arguments = Scope.arguments(field);
    if (!arguments.has("names")) {
      return InfoPanel.many(field, List.copyOf(all), limits);
    }
    List<ApiCollection> named = new ArrayList<>();
    for (String name : arguments.list("names", String.class)) {
      named.add(
          all.stream()
              .filter(collection -> collection.name().equals(name))
              .findFirst()
              .orElseThrow(() -> unknown(name, all)));
    }
    return InfoPanel.many(field, named, limits);
  }

  private static TytoException unknown(String name, Collection<ApiCollection> all) {
    List<String> names = all.stream().map(ApiCollection::name).toList();
    return new TytoException(
        ErrorCode.UNKNOWN_COLLECTION,
        "there is no collection %s; there are %s".formatted(name, String.join(", ", names)));
  }
}
