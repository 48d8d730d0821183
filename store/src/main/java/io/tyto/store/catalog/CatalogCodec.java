package io.tyto.store.catalog;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.catalog.CatalogState.BoundLog;
import io.tyto.store.catalog.CatalogState.Collection;
import io.tyto.store.catalog.CatalogState.Column;
import io.tyto.store.catalog.CatalogState.ConfigVersion;
import io.tyto.store.catalog.CatalogState.Discovered;
import io.tyto.store.catalog.CatalogState.FeedBinding;
import io.tyto.store.catalog.CatalogState.Group;
import io.tyto.store.catalog.CatalogState.ImportedFile;
import io.tyto.store.catalog.CatalogState.Project;
import io.tyto.store.catalog.CatalogState.SavedCohort;
import io.tyto.store.catalog.CatalogState.SavedItem;
import io.tyto.store.catalog.CatalogState.SavedView;
import io.tyto.store.document.JsonFields;
import io.tyto.store.document.SealedJson;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Catalog versions as bytes; docs/formats/catalog.md is the specification. Thread-safe: no state.
final class CatalogCodec {
  private static final int FORMAT = 1;
  private static final Set<String> FEATURES = Set.of();

  private CatalogCodec() {}

  /// One document of the log.
  ///
  /// @param state everything up to and including `facts`, where the document carries it
  record Entry(
      long version,
      String previousSha256,
      String writerId,
      String commitId,
      List<CatalogFact> facts,
      @Nullable CatalogState state) {}

  static byte[] encode(Entry entry) {
    return SealedJson.seal(json -> {
      json.writeNumberField("format", FORMAT);
      json.writeArrayFieldStart("requires");
      json.writeEndArray();
      json.writeNumberField("v", entry.version());
      json.writeStringField("prevSha", entry.previousSha256());
      json.writeStringField("writerId", entry.writerId());
      json.writeStringField("commitId", entry.commitId());
      json.writeArrayFieldStart("facts");
      for (CatalogFact fact : entry.facts()) {
        writeFact(json, fact);
      }
      json.writeEndArray();
      if (entry.state() != null) {
        json.writeObjectFieldStart("state");
        writeState(json, entry.state());
        json.writeEndObject();
      }
    });
  }

  static Entry decode(String key, byte[] document) {
    JsonFields json = SealedJson.open(key, document).requireReadable(FORMAT, FEATURES);
    long version = json.number("v");
    return new Entry(
        version,
        json.string("prevSha"),
        json.string("writerId"),
        json.string("commitId"),
        json.objects("facts").stream().map(fact -> fact(key, fact)).toList(),
        json.has("state") ? state(version, json.object("state")) : null);
  }

  private static void writeFact(JsonGenerator json, CatalogFact fact) throws IOException {
    json.writeStartObject();
    switch (fact) {
      case CatalogFact.ProjectAdded(Project project) -> {
        json.writeStringField("fact", "project");
        writeProject(json, project);
      }
      case CatalogFact.GroupAdded(Group group) -> {
        json.writeStringField("fact", "group");
        writeGroup(json, group);
      }
      case CatalogFact.CollectionAdded(int id, String name, int groupId, ConfigVersion first) -> {
        json.writeStringField("fact", "collection");
        json.writeNumberField("id", id);
        json.writeStringField("name", name);
        json.writeNumberField("group", groupId);
        writeConfigVersion(json, first);
      }
      case CatalogFact.ConfigVersionAdded(int collectionId, ConfigVersion next) -> {
        json.writeStringField("fact", "config");
        json.writeNumberField("collection", collectionId);
        writeConfigVersion(json, next);
      }
      case CatalogFact.FileImported(String contentId, String name, int collectionId, long rows) -> {
        json.writeStringField("fact", "import");
        json.writeStringField("contentId", contentId);
        json.writeStringField("name", name);
        json.writeNumberField("collection", collectionId);
        json.writeNumberField("rows", rows);
      }
      case CatalogFact.FeedBound(FeedBinding binding) -> {
        json.writeStringField("fact", "feed");
        writeBinding(json, binding);
      }
      case CatalogFact.CohortSaved(SavedCohort cohort) -> {
        json.writeStringField("fact", "cohort");
        writeCohort(json, cohort);
      }
      case CatalogFact.CohortDropped(String entity, String name) -> {
        json.writeStringField("fact", "dropped-cohort");
        json.writeStringField("entity", entity);
        json.writeStringField("name", name);
      }
      case CatalogFact.ViewSaved(SavedView view) -> {
        json.writeStringField("fact", "view");
        writeView(json, view);
      }
      case CatalogFact.ViewDropped(String name) -> {
        json.writeStringField("fact", "dropped-view");
        json.writeStringField("name", name);
      }
      case CatalogFact.ItemSaved(SavedItem item) -> {
        json.writeStringField("fact", "saved");
        writeItem(json, item);
      }
      case CatalogFact.ItemDropped(String id) -> {
        json.writeStringField("fact", "dropped-saved");
        json.writeStringField("id", id);
      }
    }
    json.writeEndObject();
  }

  private static CatalogFact fact(String key, JsonFields json) {
    return switch (json.string("fact")) {
      case "project" -> new CatalogFact.ProjectAdded(project(json));
      case "group" -> new CatalogFact.GroupAdded(group(json));
      case "collection" ->
          new CatalogFact.CollectionAdded(
              json.integer("id"), json.string("name"), json.integer("group"), configVersion(json));
      case "config" ->
          new CatalogFact.ConfigVersionAdded(json.integer("collection"), configVersion(json));
      case "import" ->
          new CatalogFact.FileImported(
              json.string("contentId"),
              json.string("name"),
              json.integer("collection"),
              json.number("rows"));
      case "feed" -> new CatalogFact.FeedBound(binding(json));
      case "cohort" -> new CatalogFact.CohortSaved(cohort(json));
      case "dropped-cohort" ->
          new CatalogFact.CohortDropped(json.string("entity"), json.string("name"));
      case "view" -> new CatalogFact.ViewSaved(view(json));
      case "dropped-view" -> new CatalogFact.ViewDropped(json.string("name"));
      case "saved" -> new CatalogFact.ItemSaved(item(json));
      case "dropped-saved" -> new CatalogFact.ItemDropped(json.string("id"));
      // Leaving a fact out would give a wrong state, so it is not an unknown member to be ignored.
      case String unknown ->
          throw new TytoException(
              ErrorCode.STORE_UNSUITABLE,
              "%s records a fact of kind '%s', which this Tyto does not know. Start the newer version that wrote it."
                  .formatted(key, unknown));
    };
  }

  private static void writeState(JsonGenerator json, CatalogState state) throws IOException {
    writeAll(json, "projects", state.projects().values(), CatalogCodec::writeProject);
    writeAll(json, "groups", state.groups().values(), CatalogCodec::writeGroup);
    writeAll(json, "collections", state.collections().values(), CatalogCodec::writeCollection);
    writeAll(json, "imports", state.imports().values(), CatalogCodec::writeImport);
    if (!state.bindings().isEmpty()) {
      writeAll(json, "feeds", state.bindings().values(), CatalogCodec::writeBinding);
    }
    if (!state.cohorts().isEmpty()) {
      writeAll(json, "cohorts", state.cohorts().values(), CatalogCodec::writeCohort);
    }
    if (!state.views().isEmpty()) {
      writeAll(json, "views", state.views().values(), CatalogCodec::writeView);
    }
    if (!state.saved().isEmpty()) {
      writeAll(json, "saved", state.saved().values(), CatalogCodec::writeItem);
    }
  }

  private static CatalogState state(long version, JsonFields json) {
    return new CatalogState(
        version,
        byId(json.objects("projects"), CatalogCodec::project, Project::id),
        byId(json.objects("groups"), CatalogCodec::group, Group::id),
        byId(json.objects("collections"), CatalogCodec::collection, Collection::id),
        byId(json.objects("imports"), CatalogCodec::imported, ImportedFile::contentId),
        json.has("feeds")
            ? byId(json.objects("feeds"), CatalogCodec::binding, FeedBinding::key)
            : new TreeMap<>(),
        json.has("cohorts")
            ? byId(json.objects("cohorts"), CatalogCodec::cohort, SavedCohort::key)
            : new TreeMap<>(),
        json.has("views")
            ? byId(json.objects("views"), CatalogCodec::view, SavedView::name)
            : new TreeMap<>(),
        json.has("saved")
            ? byId(json.objects("saved"), CatalogCodec::item, SavedItem::id)
            : new TreeMap<>());
  }

  @FunctionalInterface
  private interface Members<T> {
    void write(JsonGenerator json, T value) throws IOException;
  }

  private static <T> void writeAll(
      JsonGenerator json, String name, Iterable<T> values, Members<T> members) throws IOException {
    json.writeArrayFieldStart(name);
    for (T value : values) {
      json.writeStartObject();
      members.write(json, value);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static <K extends Comparable<K>, V> SortedMap<K, V> byId(
      List<JsonFields> values, Function<JsonFields, V> reader, Function<V, K> id) {
    SortedMap<K, V> byId = new TreeMap<>();
    for (JsonFields json : values) {
      V value = reader.apply(json);
      byId.put(id.apply(value), value);
    }
    return byId;
  }

  private static void writeProject(JsonGenerator json, Project project) throws IOException {
    json.writeNumberField("id", project.id());
    json.writeStringField("name", project.name());
  }

  private static Project project(JsonFields json) {
    return new Project(json.integer("id"), json.string("name"));
  }

  private static void writeGroup(JsonGenerator json, Group group) throws IOException {
    json.writeNumberField("id", group.id());
    json.writeStringField("name", group.name());
    if (group.entity() != null) {
      json.writeStringField("entity", group.entity());
    }
    json.writeNumberField("partitions", group.partitions());
    json.writeNumberField("generation", group.generation());
    if (!group.placement().equals(Group.OWN_PLACEMENT)) {
      json.writeStringField("placement", group.placement());
    }
  }

  private static Group group(JsonFields json) {
    return new Group(
        json.integer("id"),
        json.string("name"),
        json.stringOrNull("entity"),
        json.integer("partitions"),
        json.integer("generation"),
        json.has("placement") ? json.string("placement") : Group.OWN_PLACEMENT);
  }

  private static void writeCollection(JsonGenerator json, Collection collection)
      throws IOException {
    json.writeNumberField("id", collection.id());
    json.writeStringField("name", collection.name());
    json.writeNumberField("group", collection.groupId());
    json.writeNumberField("nextColumnId", collection.nextColumnId());
    writeAll(json, "versions", collection.versions(), CatalogCodec::writeConfigVersion);
  }

  private static Collection collection(JsonFields json) {
    return new Collection(
        json.integer("id"),
        json.string("name"),
        json.integer("group"),
        json.integer("nextColumnId"),
        json.objects("versions").stream().map(CatalogCodec::configVersion).toList());
  }

  private static void writeConfigVersion(JsonGenerator json, ConfigVersion version)
      throws IOException {
    json.writeNumberField("version", version.version());
    json.writeStringField("config", version.configText());
    writeAll(
        json,
        "columns",
        version.columns(),
        (columns, column) -> {
          columns.writeNumberField("id", column.id());
          columns.writeStringField("name", column.name());
          columns.writeStringField("type", column.type());
          if (column.isDerived()) {
            columns.writeBooleanField("derived", true);
          }
        });
    if (!version.discovered().isEmpty()) {
      writeAll(json, "discovered", version.discovered(), CatalogCodec::writeDiscovered);
    }
  }

  private static ConfigVersion configVersion(JsonFields json) {
    return new ConfigVersion(
        json.integer("version"),
        json.string("config"),
        json.objects("columns").stream().map(CatalogCodec::column).toList(),
        json.has("discovered")
            ? json.objects("discovered").stream().map(CatalogCodec::discovered).toList()
            : List.of());
  }

  private static void writeDiscovered(JsonGenerator json, Discovered column) throws IOException {
    json.writeStringField("name", column.name());
    json.writeStringField("api", column.apiName());
    json.writeStringField("source", column.source());
    json.writeStringField("key", column.key());
    json.writeStringField("type", column.type());
  }

  private static Discovered discovered(JsonFields json) {
    return new Discovered(
        json.string("name"),
        json.string("api"),
        json.string("source"),
        json.string("key"),
        json.string("type"));
  }

  private static Column column(JsonFields json) {
    return new Column(
        json.integer("id"), json.string("name"), json.string("type"), json.flag("derived"));
  }

  private static void writeImport(JsonGenerator json, ImportedFile file) throws IOException {
    json.writeStringField("contentId", file.contentId());
    json.writeArrayFieldStart("names");
    for (String name : file.names()) {
      json.writeString(name);
    }
    json.writeEndArray();
    json.writeNumberField("collection", file.collectionId());
    json.writeNumberField("rows", file.rows());
  }

  private static ImportedFile imported(JsonFields json) {
    return new ImportedFile(
        json.string("contentId"),
        json.strings("names"),
        json.integer("collection"),
        json.number("rows"));
  }

  private static void writeCohort(JsonGenerator json, SavedCohort cohort) throws IOException {
    json.writeStringField("entity", cohort.entity());
    json.writeStringField("name", cohort.name());
    json.writeStringField("definition", cohort.definition());
    json.writeNumberField("version", cohort.version());
  }

  private static SavedCohort cohort(JsonFields json) {
    return new SavedCohort(
        json.string("entity"),
        json.string("name"),
        json.string("definition"),
        json.number("version"));
  }

  private static void writeView(JsonGenerator json, SavedView view) throws IOException {
    json.writeStringField("name", view.name());
    json.writeNumberField("collection", view.collectionId());
    json.writeStringField("definition", view.definition());
    json.writeNumberField("version", view.version());
  }

  private static SavedView view(JsonFields json) {
    return new SavedView(
        json.string("name"),
        json.integer("collection"),
        json.string("definition"),
        json.number("version"));
  }

  private static void writeItem(JsonGenerator json, SavedItem item) throws IOException {
    json.writeStringField("id", item.id());
    json.writeStringField("kind", item.kind());
    json.writeStringField("project", item.project());
    json.writeStringField("name", item.name());
    if (item.document() != null) {
      json.writeStringField("document", item.document());
    }
    json.writeStringField("definition", item.definition());
    json.writeNumberField("version", item.version());
    json.writeNumberField("updated", item.updatedMicros());
  }

  private static SavedItem item(JsonFields json) {
    return new SavedItem(
        json.string("id"),
        json.string("kind"),
        json.string("project"),
        json.string("name"),
        json.stringOrNull("document"),
        json.string("definition"),
        json.integer("version"),
        json.number("updated"));
  }

  private static void writeBinding(JsonGenerator json, FeedBinding binding) throws IOException {
    json.writeNumberField("group", binding.groupId());
    json.writeStringField("kind", binding.kind());
    json.writeStringField("topic", binding.topic());
    json.writeStringField("incarnation", binding.incarnation());
    writeAll(
        json,
        "logs",
        binding.logs(),
        (logs, log) -> {
          logs.writeNumberField("start", log.start());
          if (log.spreadFrom() != BoundLog.NEVER) {
            logs.writeNumberField("spreadFrom", log.spreadFrom());
          }
        });
  }

  private static FeedBinding binding(JsonFields json) {
    return new FeedBinding(
        json.integer("group"),
        json.string("kind"),
        json.string("topic"),
        json.string("incarnation"),
        json.objects("logs").stream()
            .map(log ->
                new BoundLog(
                    log.number("start"),
                    log.has("spreadFrom") ? log.number("spreadFrom") : BoundLog.NEVER))
            .toList());
  }
}
