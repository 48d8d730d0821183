package io.tyto.store.table;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import io.tyto.store.document.JsonFields;
import io.tyto.store.document.WholeLog;
import io.tyto.store.table.StoredTable.Version;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/// The log of a project's dimension tables. Thread-safe.
public final class TableLog {
  /// Documents whose number is a multiple of this are never collected; see {@link
  /// io.tyto.store.document.NumberedLog}.
  public static final int MILESTONE = 256;

  private final WholeLog<SortedMap<String, StoredTable>> log;

  /// Reads the newest document. MANIFEST_CORRUPT where it is damaged.
  ///
  /// @param writerId UUID of the process start
  public static TableLog open(Store store, int project, String writerId) {
    return new TableLog(
        WholeLog.open(
            store,
            StoreKeys.tables(project),
            MILESTONE,
            "the dimension tables",
            writerId,
            Collections.emptySortedMap(),
            new Form()));
  }

  private TableLog(WholeLog<SortedMap<String, StoredTable>> log) {
    this.log = log;
  }

  /// By name, as last read or written here; not to be changed.
  public SortedMap<String, StoredTable> tables() {
    return log.state();
  }

  /// Number of the document that {@link #tables} stands in; 0 where there is none.
  public long version() {
    return log.version();
  }

  /// Reads what others wrote since.
  public void refresh() {
    log.refresh();
  }

  /// See {@link WholeLog#change}.
  public void change(Consumer<SortedMap<String, StoredTable>> edit) {
    log.change(before -> {
      SortedMap<String, StoredTable> next = new TreeMap<>(before);
      edit.accept(next);
      return Collections.unmodifiableSortedMap(next);
    });
  }

  private static final class Form implements WholeLog.Form<SortedMap<String, StoredTable>> {
    @Override
    public void write(JsonGenerator json, SortedMap<String, StoredTable> tables)
        throws IOException {
      json.writeArrayFieldStart("tables");
      for (StoredTable table : tables.values()) {
        TableLog.write(json, table);
      }
      json.writeEndArray();
    }

    @Override
    public SortedMap<String, StoredTable> read(JsonFields json) {
      return decode(json);
    }
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

  private static SortedMap<String, StoredTable> decode(JsonFields json) {
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
