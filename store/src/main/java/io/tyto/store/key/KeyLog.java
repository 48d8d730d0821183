package io.tyto.store.key;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tyto.model.access.AddressRange;
import io.tyto.model.access.ApiKey;
import io.tyto.model.access.ApiKey.Secret;
import io.tyto.model.access.Scope;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import io.tyto.store.document.JsonFields;
import io.tyto.store.document.WholeLog;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The log of a project's API keys, which all processes that share the store read. Thread-safe.
public final class KeyLog {
  /// Documents whose number is a multiple of this are never collected; see {@link
  /// io.tyto.store.document.NumberedLog}.
  public static final int MILESTONE = 256;

  private final WholeLog<Map<String, ApiKey>> log;

  /// Reads the newest document. MANIFEST_CORRUPT where it is damaged.
  ///
  /// @param writerId UUID of the process start
  public static KeyLog open(Store store, int project, String writerId) {
    return new KeyLog(
        WholeLog.open(
            store,
            StoreKeys.keys(project),
            MILESTONE,
            "the keys",
            writerId,
            Collections.emptyMap(),
            new Form()));
  }

  private KeyLog(WholeLog<Map<String, ApiKey>> log) {
    this.log = log;
  }

  /// By id in the order they were made, as last read or written here; not to be changed.
  public Map<String, ApiKey> keys() {
    return log.state();
  }

  /// Number of the document that {@link #keys} stands in; 0 where there is none.
  public long version() {
    return log.version();
  }

  /// Reads what others wrote since.
  public void refresh() {
    log.refresh();
  }

  /// See {@link WholeLog#change}. Times are kept in microseconds: the edit makes none that are
  /// finer.
  public void change(Consumer<Map<String, ApiKey>> edit) {
    log.change(before -> {
      Map<String, ApiKey> next = new LinkedHashMap<>(before);
      edit.accept(next);
      return Collections.unmodifiableMap(next);
    });
  }

  private static final class Form implements WholeLog.Form<Map<String, ApiKey>> {
    @Override
    public void write(JsonGenerator json, Map<String, ApiKey> keys) throws IOException {
      json.writeArrayFieldStart("keys");
      for (ApiKey key : keys.values()) {
        KeyLog.write(json, key);
      }
      json.writeEndArray();
    }

    @Override
    public Map<String, ApiKey> read(JsonFields json) {
      Map<String, ApiKey> keys = new LinkedHashMap<>();
      json.objects("keys")
          .forEach(one -> {
            ApiKey key = KeyLog.read(one);
            keys.put(key.id(), key);
          });
      return Collections.unmodifiableMap(keys);
    }
  }

  private static void write(JsonGenerator json, ApiKey key) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", key.id());
    json.writeStringField("environment", key.environment());
    json.writeStringField("name", key.name());
    json.writeStringField("project", key.project());
    write(json, "scopes", key.scopes());
    write(json, "roles", key.roles());
    json.writeObjectFieldStart("parameters");
    for (Map.Entry<String, List<String>> parameter : key.parameters().entrySet()) {
      write(json, parameter.getKey(), parameter.getValue());
    }
    json.writeEndObject();
    write(json, "ranges", key.ranges());
    if (key.limits() != null) {
      json.writeStringField("limits", key.limits());
    }
    json.writeStringField("documents", key.documents().name());
    write(json, "created", key.createdAt());
    write(json, "expires", key.expiresAt());
    write(json, "revoked", key.revokedAt());
    write(json, "used", key.lastUsed());
    json.writeArrayFieldStart("secrets");
    for (Secret secret : key.secrets()) {
      json.writeStartObject();
      json.writeStringField("hash", secret.hash());
      write(json, "created", secret.createdAt());
      write(json, "expires", secret.expiresAt());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, String name, List<?> texts) throws IOException {
    json.writeArrayFieldStart(name);
    for (Object text : texts) {
      json.writeString(text.toString());
    }
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, String name, @Nullable Instant time)
      throws IOException {
    if (time != null) {
      json.writeNumberField(name, ChronoUnit.MICROS.between(Instant.EPOCH, time));
    }
  }

  private static ApiKey read(JsonFields json) {
    List<Secret> secrets = new ArrayList<>();
    for (JsonFields secret : json.objects("secrets")) {
      secrets.add(
          new Secret(
              secret.string("hash"), time(secret, "created"), timeOrNull(secret, "expires")));
    }
    JsonFields kept = json.object("parameters");
    TreeMap<String, List<String>> parameters = new TreeMap<>();
    kept.names().forEach(name -> parameters.put(name, kept.strings(name)));
    String id = json.string("id");
    return new ApiKey(
        id,
        json.string("environment"),
        json.string("name"),
        json.string("project"),
        parsed(id, json.strings("scopes"), Scope::parse),
        json.strings("roles"),
        parameters,
        parsed(id, json.strings("ranges"), AddressRange::parse),
        json.stringOrNull("limits"),
        json.constant("documents", ApiKey.Documents.class),
        time(json, "created"),
        timeOrNull(json, "expires"),
        timeOrNull(json, "revoked"),
        secrets,
        timeOrNull(json, "used"));
  }

  private static <T> List<T> parsed(String id, List<String> texts, Function<String, T> parser) {
    try {
      return texts.stream().map(parser).toList();
    } catch (TytoException e) {
      throw new TytoException(
          ErrorCode.MANIFEST_CORRUPT, "the key %s is damaged: %s".formatted(id, e.getMessage()), e);
    }
  }

  private static Instant time(JsonFields json, String name) {
    return Instant.EPOCH.plus(json.number(name), ChronoUnit.MICROS);
  }

  private static @Nullable Instant timeOrNull(JsonFields json, String name) {
    return json.has(name) ? time(json, name) : null;
  }
}
