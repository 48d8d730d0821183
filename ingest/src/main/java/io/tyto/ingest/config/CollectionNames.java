package io.tyto.ingest.config;

import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.EventConfig.Entity;
import io.tyto.model.schema.Privacy;
import io.tyto.model.schema.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Checks the names of collections, entities and views against each other and against what every
/// schema has.
public final class CollectionNames {
  /// Who took a name first.
  private record Owner(String what, @Nullable Object identity) {}

  private final Map<String, Owner> types = new HashMap<>();
  private final Map<String, Owner> rootFields = new HashMap<>();
  private final Map<String, Owner> views = new HashMap<>();
  private final Map<String, Entity> entities = new HashMap<>();
  private final Map<String, ColumnType> entityKeys = new HashMap<>();
  private final Map<String, Optional<Privacy>> keyPolicies = new HashMap<>();

  private CollectionNames() {
    Owner everySchema = new Owner("every schema", null);
    ApiNames.SHARED_TYPES.forEach(type -> types.put(type, everySchema));
    ApiNames.ROOT_FIELDS.forEach(field -> rootFields.put(field, everySchema));
  }

  /// @param standing configs that are applied; one of the same name as a file's is replaced by it
  /// @param created views have their names first, because no file says how to drop them
  static void check(List<ParsedFile> files, List<EventConfig> standing, List<CreatedView> created) {
    CollectionNames names = new CollectionNames();
    created.forEach(
        view -> names.view(view, new ParsedFile(null, new Problems("(created)"), 1, 1)));
    Set<String> replaced =
        files.stream()
            .map(ParsedFile::config)
            .filter(config -> config != null)
            .map(EventConfig::collection)
            .collect(Collectors.toSet());
    List<ParsedFile> all = new ArrayList<>();
    for (EventConfig config : standing) {
      if (!replaced.contains(config.collection())) {
        all.add(applied(config));
      }
    }
    all.addAll(files);
    names.all(all);
    FeedTopics.check(all);
  }

  /// What created views collide with, by their names; those that collide with nothing are left out.
  ///
  /// @param applied all configs, which have their names first
  /// @param created among each other the first of two has its names
  public static Map<String, String> collisions(
      List<EventConfig> applied, List<CreatedView> created) {
    if (created.isEmpty()) {
      return Map.of();
    }
    CollectionNames names = new CollectionNames();
    names.all(applied.stream().map(CollectionNames::applied).toList());
    Map<String, String> collisions = new HashMap<>();
    for (CreatedView view : created) {
      Problems problems = new Problems("view " + view.name());
      names.view(view, new ParsedFile(null, problems, 1, 1));
      if (!problems.isEmpty()) {
        collisions.put(view.name(), problems.problems().getFirst().expected());
      }
    }
    return collisions;
  }

  private static ParsedFile applied(EventConfig config) {
    return new ParsedFile(config, new Problems("(applied)"), 1, 1);
  }

  private void all(List<ParsedFile> all) {
    Map<String, ParsedFile> collections = new HashMap<>();
    for (ParsedFile file : all) {
      EventConfig config = file.config();
      if (config == null) {
        continue;
      }
      if (collections.putIfAbsent(config.collection(), file) != null) {
        file.problems()
            .wrong(
                new Located(config.collection(), file.collectionLine(), "collection"),
                "another file has a collection of that name; every collection has one file");
      } else {
        collection(config, file);
      }
    }
    all.forEach(this::entity);
  }

  private void collection(EventConfig config, ParsedFile file) {
    String what = "the collection " + config.collection();
    Owner owner = new Owner(what, config.collection());
    String remedy = "; add `api: " + config.apiName() + "Events`";
    claim(rootFields, config.apiName(), owner, "the root field", remedy, file, "collection");
    String type = ApiNames.type(config.apiName());
    for (String suffix : ApiNames.COLLECTION_TYPE_SUFFIXES.stream().sorted().toList()) {
      if (!claim(types, type + suffix, owner, "the type", remedy, file, "collection")) {
        return; // one collision says it all
      }
    }
    config.views().forEach(view -> view(view, config, file));
  }

  /// Views of all collections stand beside each other.
  private void view(View view, EventConfig config, ParsedFile file) {
    String what = "the view %s of %s".formatted(view.name(), config.collection());
    Owner owner = new Owner(what, config.collection() + " " + view.name());
    view(view.field(), view.typeName(), owner, file);
  }

  private void view(CreatedView view, ParsedFile file) {
    String what =
        "the view %s of %s, made by createView,".formatted(view.name(), view.collection());
    view(view.field(), view.typeName(), new Owner(what, view), file);
  }

  private void view(String field, String type, Owner owner, ParsedFile file) {
    String remedy = "; give the view another name";
    if (!claim(views, field, owner, "the field", remedy, file, "views")) {
      return;
    }
    for (String suffix : ApiNames.COLLECTION_TYPE_SUFFIXES.stream().sorted().toList()) {
      if (!claim(types, type + suffix, owner, "the type", remedy, file, "views")) {
        return; // one collision says it all
      }
    }
  }

  private void entity(ParsedFile file) {
    EventConfig config = file.config();
    Entity entity = config == null ? null : config.entity();
    if (config == null || entity == null) {
      return;
    }
    claim(
        types,
        ApiNames.type(entity.name()) + ApiNames.type(config.apiName()),
        new Owner(
            "the entity of " + config.collection(), config.collection() + " " + entity.name()),
        "the type",
        "; give the entity another name",
        file,
        "entity.name");
    ColumnSpec key = config.column(entity.key());
    ColumnType keyType = key == null ? ColumnType.STRING : key.type();
    Entity known = entities.putIfAbsent(entity.name(), entity);
    ColumnType knownType = entityKeys.putIfAbsent(entity.name(), keyType);
    Optional<Privacy> policy = Optional.ofNullable(key == null ? null : key.privacy());
    Optional<Privacy> knownPolicy = keyPolicies.putIfAbsent(entity.name(), policy);
    if (known != null) {
      if (knownPolicy != null && key != null && !policy.equals(knownPolicy)) {
        file.problems()
            .wrong(
                file.entityLine(),
                "entity.key",
                "the column %s is %s, but the key of %s in another collection is %s; one key has one form, so change all of its collections at once"
                    .formatted(entity.key(), shown(policy), entity.name(), shown(knownPolicy)));
      }
      if (!keyType.equals(knownType)) {
        file.problems()
            .wrong(
                file.entityLine(),
                "entity.key",
                "the column %s is a %s, but the key of %s in another collection is a %s; one entity has one kind of key"
                    .formatted(entity.key(), keyType, entity.name(), knownType));
      }
      return;
    }
    Owner owner = new Owner("the entity " + entity.name(), entity);
    String remedy = "; give the entity another name";
    claim(rootFields, entity.name(), owner, "the root field", remedy, file, "entity.name");
    claim(types, ApiNames.type(entity.name()), owner, "the type", remedy, file, "entity.name");
    String field = ApiNames.entityField(entity.name());
    claim(rootFields, field, owner, "the root field", remedy, file, "entity.name");
    for (String suffix : ApiNames.ENTITY_TYPE_SUFFIXES.stream().sorted().toList()) {
      String type = ApiNames.entityType(entity.name()) + suffix;
      if (!claim(types, type, owner, "the type", remedy, file, "entity.name")) {
        return; // one collision says it all
      }
    }
  }

  private static String shown(Optional<Privacy> policy) {
    return policy
        .map(privacy -> "private (" + privacy.policy().name().toLowerCase(Locale.ROOT) + ")")
        .orElse("not private");
  }

  /// Takes a name, or makes a problem of it and returns false.
  private static boolean claim(
      Map<String, Owner> owners,
      String name,
      Owner owner,
      String kind,
      String remedy,
      ParsedFile file,
      String key) {
    Owner other = owners.putIfAbsent(name, owner);
    if (other == null || other.equals(owner)) {
      return true;
    }
    int line = key.startsWith("entity") ? file.entityLine() : file.collectionLine();
    file.problems()
        .wrong(
            line,
            key,
            "%s needs %s '%s', which %s has already%s"
                .formatted(owner.what(), kind, name, other.what(), remedy));
    return false;
  }
}
