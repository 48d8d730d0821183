package io.tyto.graphqlschema.schema;

import io.tyto.model.schema.Lifetime;

/// Writes the types of an entity, and what its collections keep of it.
final class KeyedEntitySdl {
  private KeyedEntitySdl() {}

  static String write(KeyedEntity entity) {
    SdlWriter sdl = new SdlWriter().comment("entity " + entity.name());
    sdl.describe("One " + entity.name() + ", over all collections with its events")
        .open("type " + entity.typeName())
        .member("The key, as it was asked for", "id: ID!");
    for (ApiCollection collection : entity.members()) {
      sdl.member(
          collection.schema().config().description(),
          "%s: %s!".formatted(collection.field(), entity.typeName(collection)));
    }
    sdl.close();
    for (ApiCollection collection : entity.members()) {
      writeMember(sdl, entity, collection);
    }
    return sdl.toString();
  }

  private static void writeMember(SdlWriter sdl, KeyedEntity entity, ApiCollection collection) {
    String type = collection.typeName();
    sdl.open("type " + entity.typeName(collection));
    if (KeyedEntity.hasLifetime(collection)) {
      sdl.member(
          "Over all events there ever were, also those that are not kept any more",
          "lifetime: %sLifetime!".formatted(type));
    }
    if (collection.expose().aggregate()) {
      sdl.member("Over its own events", CollectionSdl.aggregate(collection));
    }
    if (collection.expose().records()) {
      sdl.member("Its own events", CollectionSdl.records(collection));
    }
    sdl.close();
    if (KeyedEntity.hasLifetime(collection)) {
      sdl.open("type " + type + "Lifetime");
      for (Lifetime.Measure measure : collection.schema().config().lifetime().measures()) {
        boolean isNumber =
            measure.function() == Lifetime.Function.COUNT
                || measure.function() == Lifetime.Function.DISTINCT;
        sdl.member(
            measure.text(),
            "%s: %s%s"
                .formatted(
                    measure.apiName(),
                    KeyedEntity.type(collection.schema(), measure).scalar(),
                    isNumber ? "!" : ""));
      }
      sdl.close();
    }
  }
}
