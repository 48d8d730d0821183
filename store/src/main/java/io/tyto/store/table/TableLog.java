package io.tyto.store.table;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import io.tyto.store.document.JsonFields;
import io.tyto.store.document.NumberedLog;
import io.tyto.store.document.SealedJson;
import io.tyto.store.table.StoredTable.Version;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;

/// The log of a project's dimension tables. Each document says everything, so that opening reads
/// the newest one; it is written by conditional put, so that of two writers one learns that it was
/// too late. Thread-safe.
public final class TableLog {
  /// Documents whose number is a multiple of this are never collected; see {@link NumberedLog}.
  public static final int MILESTONE = 256;

  private static final int FORMAT = 1;
  private static final int MAX_RIVALS = 100;

  private final NumberedLog log;
  private final String writerId;
  private volatile Tip tip = new Tip(0, "", new TreeMap<>());

  private record Tip(long version, String sha256, SortedMap<String, StoredTable> tables) {}

  /// Reads the newest document. MANIFEST_CORRUPT where it is damaged.
  ///
  /// @param writerId UUID of the process start
  public static TableLog open(Store store, int project, String writerId) {
    TableLog log = new TableLog(store, project, writerId);
    log.reload();
    return log;
  }

  private TableLog(Store store, int project, String writerId) {
    this.log = new NumberedLog(store, StoreKeys.tables(project), MILESTONE);
    this.writerId = writerId;
  }

  /// By name, as last read or written here; not to be changed.
  public SortedMap<String, StoredTable> tables() {
    return tip.tables();
  }

  /// Number of the document that {@link #tables} stands in; 0 where there is none.
  public long version() {
    return tip.version();
  }

  /// Reads what others wrote since.
  public synchronized void refresh() {
    long version = tip.version();
    if (log.read(version + 1).isPresent() || log.isLeftBehind(version)) {
      reload();
    }
  }

  private void reload() {
    OptionalLong newest = log.newest();
    if (newest.isEmpty()) {
      return;
    }
    long version = newest.getAsLong();
    byte[] document =
        log.read(version)
            .orElseThrow(
                () -> JsonFields.corrupt(log.key(version), "a listed document", "no such file"));
    tip = new Tip(version, SealedJson.sha256(document), decode(log.key(version), document));
    log.settle();
  }

  /// Records a change. Where a rival was faster, the edit runs again on the rival's state. An edit
  /// that changes nothing writes nothing. OVERLOADED; STORE_FAILED: the outcome is unknown.
  public synchronized void change(Consumer<SortedMap<String, StoredTable>> edit) {
    for (int rivals = 0; rivals < MAX_RIVALS; rivals++) {
      SortedMap<String, StoredTable> next = new TreeMap<>(tables());
      edit.accept(next);
      if (next.equals(tables())) {
        return;
      }
      long version = tip.version() + 1;
      byte[] document = encode(version, next);
      if (log.append(version, document)) {
        tip =
            new Tip(version, SealedJson.sha256(document), Collections.unmodifiableSortedMap(next));
        return;
      }
      reload();
    }
    throw new TytoException(
        ErrorCode.OVERLOADED,
        "%d other changes of the dimension tables came first. Repeat the change later."
            .formatted(MAX_RIVALS));
  }

  private byte[] encode(long version, SortedMap<String, StoredTable> tables) {
    return SealedJson.seal(json -> {
      json.writeNumberField("format", FORMAT);
      json.writeArrayFieldStart("requires");
      json.writeEndArray();
      json.writeNumberField("v", version);
      json.writeStringField("prevSha", tip.sha256());
      json.writeStringField("writerId", writerId);
      json.writeStringField("commitId", UUID.randomUUID().toString());
      json.writeArrayFieldStart("tables");
      for (StoredTable table : tables.values()) {
        write(json, table);
      }
      json.writeEndArray();
    });
  }

  private static void write(JsonGenerator json, StoredTable table) throws IOException {
    json.writeStartObject();
    json.writeNumberField("id", table.id());
    json.writeStringField("name", table.name());
    json.writeNumberField("configVersion", table.configVersion());
    json.writeStringField("config", table.config());
    json.writeNumberField("nextVersion", table.nextVersion());
    json.writeArrayFieldStart("versions");
    for (Version version : table.versions()) {
      json.writeStartObject();
      json.writeNumberField("version", version.number());
      json.writeNumberField("from", version.fromMicros());
      json.writeNumberField("loaded", version.loadedMicros());
      json.writeStringField("sha256", version.sha256());
      json.writeNumberField("bytes", version.bytes());
      json.writeNumberField("rows", version.rows());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static SortedMap<String, StoredTable> decode(String key, byte[] document) {
    JsonFields json = SealedJson.open(key, document).requireReadable(FORMAT, Set.of());
    SortedMap<String, StoredTable> tables = new TreeMap<>();
    for (JsonFields table : json.objects("tables")) {
      List<Version> versions =
          table.objects("versions").stream()
              .map(version ->
                  new Version(
                      version.number("version"),
                      version.number("from"),
                      version.number("loaded"),
                      version.string("sha256"),
                      version.number("bytes"),
                      version.number("rows")))
              .toList();
      tables.put(
          table.string("name"),
          new StoredTable(
              table.integer("id"),
              table.string("name"),
              table.integer("configVersion"),
              table.string("config"),
              versions,
              table.number("nextVersion")));
    }
    return Collections.unmodifiableSortedMap(tables);
  }
}
