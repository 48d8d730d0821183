package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.input.FilterInput;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.input.QueryLimits;
import io.tyto.graphqlschema.schema.ApiCollection;
import io.tyto.graphqlschema.schema.ApiColumn;
import io.tyto.graphqlschema.schema.ApiType;
import io.tyto.graphqlschema.schema.KeyedEntity;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.EntityService;
import io.tyto.model.port.EntityService.Kept;
import io.tyto.model.port.QueryService;
import io.tyto.model.query.QueryContext;
import io.tyto.model.schema.Lifetime;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The root field of an entity, such as `user(id: ...)`: what is kept of it, and questions about
/// its own events.
final class EntityPanel implements Panel {
  /// What the members are read from.
  ///
  /// @param kept by collection
  private record Source(Map<String, Kept> kept, QueryService queries, QueryContext context) {}

  private final KeyedEntity entity;
  private final Object key;
  private final EntityService entities;
  private final ObjectShape<Source> shape;

  private EntityPanel(
      KeyedEntity entity, Object key, EntityService entities, ObjectShape<Source> shape) {
    this.entity = entity;
    this.key = key;
    this.entities = entities;
    this.shape = shape;
  }

  static Panel compile(
      ExecutableNormalizedField field,
      KeyedEntity entity,
      EntityService entities,
      Instant now,
      QueryLimits limits) {
    return compile(field, entity, Scope.arguments(field), entities, now, limits);
  }

  /// The same of the entity whose key is `id`, whatever the field's arguments.
  static EntityPanel of(
      ExecutableNormalizedField field,
      KeyedEntity entity,
      String id,
      EntityService entities,
      Instant now,
      QueryLimits limits) {
    InputObject arguments = InputObject.of(entity.typeName(), Map.of("id", id));
    return compile(field, entity, arguments, entities, now, limits);
  }

  private static EntityPanel compile(
      ExecutableNormalizedField field,
      KeyedEntity entity,
      InputObject arguments,
      EntityService entities,
      Instant now,
      QueryLimits limits) {
    String id = arguments.text("id");
    ApiColumn column = KeyedEntity.key(entity.collections().getFirst());
    Object key = FilterInput.literal(column, arguments, "id");
    ObjectShape<Source> shape =
        ObjectShape.of(
            field,
            member ->
                member.getName().equals("id")
                    ? Cell.of(_ -> id)
                    : member(member, collection(member, entity), id, entities, now, limits));
    return new EntityPanel(entity, key, entities, shape);
  }

  private static ApiCollection collection(ExecutableNormalizedField member, KeyedEntity entity) {
    return entity.members().stream()
        .filter(collection -> collection.field().equals(member.getName()))
        .findFirst()
        .orElseThrow(() -> Shapes.unknown(member));
  }

  private static Cell<Source> member(
      ExecutableNormalizedField member,
      ApiCollection collection,
      String id,
      EntityService entities,
      Instant now,
      QueryLimits limits) {
    ObjectShape<Source> shape =
        ObjectShape.of(member, part -> part(part, collection, id, entities, now, limits));
    return Cell.of(shape::read);
  }

  private static Cell<Source> part(
      ExecutableNormalizedField part,
      ApiCollection collection,
      String id,
      EntityService entities,
      Instant now,
      QueryLimits limits) {
    if (part.getName().equals("lifetime")) {
      ObjectShape<Kept> lifetime = ObjectShape.of(part, measure -> measure(measure, collection));
      return Cell.of(
          source -> lifetime.read(Objects.requireNonNull(source.kept().get(collection.name()))));
    }
    String field = KeyedEntity.key(collection).field();
    InputObject own =
        InputObject.of(collection.typeName() + "Filter", Map.of(field, Map.of("eq", id)));
    Scope scope =
        new Scope(
            collection,
            now,
            limits,
            new FilterInput(collection).readColumn(own, field),
            id,
            entities);
    Panel panel =
        switch (part.getName()) {
          case "aggregate" -> AggregatePanel.compile(part, scope);
          case "records" -> RecordsPanel.compile(part, scope);
          default -> throw Shapes.unknown(part);
        };
    return Cell.of(source -> panel.answer(source.queries(), source.context()).data());
  }

  private static Cell<Kept> measure(ExecutableNormalizedField field, ApiCollection collection) {
    for (Lifetime.Measure measure : collection.schema().config().lifetime().measures()) {
      if (measure.apiName().equals(field.getName())) {
        ApiType type = KeyedEntity.type(collection.schema(), measure);
        return Cell.of(kept -> value(kept, measure, collection, type));
      }
    }
    throw Shapes.unknown(field);
  }

  private static @Nullable Object value(
      Kept kept, Lifetime.Measure measure, ApiCollection collection, ApiType type) {
    if (kept.pending().contains(measure.name())) {
      throw new TytoException(
          ErrorCode.OVERLOADED,
          "%s of %s is still computed from stored events; ask again in a minute"
              .formatted(measure.name(), collection.name()));
    }
    Object value = kept.values().get(measure.name());
    return value == null ? null : type.json(value);
  }

  @Override
  public Answer answer(QueryService queries, QueryContext context) {
    Map<String, Kept> kept =
        entities.entity(
            entity.name(), key, context.caller(), Duration.ofNanos(context.remainingNanos()));
    return kept == null
        ? new Answer(null, null)
        : new Answer(shape.read(new Source(new LinkedHashMap<>(kept), queries, context)), null);
  }
}
