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
          "What it has in " + collection.name(),
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
    sdl.describe("What one " + entity.name() + " has in " + collection.name())
        .open("type " + entity.typeName(collection));
    if (KeyedEntity.hasLifetime(collection)) {
      sdl.member(
          "Over all events there ever were, also those that are not kept any more",
          "lifetime: %sLifetime!".formatted(type));
    }
    if (collection.expose().aggregate()) {
      CollectionSdl.writeAggregateField(collection, "Over its own events", sdl);
    }
    if (collection.expose().records()) {
      CollectionSdl.writeRecordsField(collection, "Its own events", sdl);
    }
    sdl.close();
    if (KeyedEntity.hasLifetime(collection)) {
      sdl.describe("What is kept of each " + entity.name() + " over all events there ever were")
          .open("type " + type + "Lifetime");
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
