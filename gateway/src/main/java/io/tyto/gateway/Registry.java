package io.tyto.gateway;

import io.tyto.gateway.http.JsonText;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Guard;
import io.tyto.model.access.Verb;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService;
import io.tyto.model.producer.ProducerSchema;
import io.tyto.model.producer.ProducerSchema.Format;
import io.tyto.model.producer.ProducerSchema.Reference;
import io.tyto.model.schema.Feed;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The schemas of collections as a registry with Confluent's API, for reading: its clients find
/// schemas by subject and by id. A subject is `<collection>-avro`, `-protobuf` or `-json-schema`,
/// or `<topic>-value` in the format of the collection's feed; its versions are those of the
/// collection.
///
/// Only collections that the caller may send events to are in it.
final class Registry {
  private static final String LATEST = "latest";
  private static final int NO_SUBJECT = 40401;
  private static final int NO_VERSION = 40402;
  private static final int NO_SCHEMA = 40403;
  private static final int READ_ONLY = 42205;
  private static final int UNPROCESSABLE = 422;
  private static final int NOT_FOUND = 404;

  private final AdminService admin;
  private final Caller caller;

  Registry(AdminService admin, Caller caller) {
    this.admin = admin;
    this.caller = caller;
  }

  /// What a registry answers.
  record Reply(int status, @Nullable Object body) {
    static Reply of(@Nullable Object body) {
      return new Reply(200, body);
    }

    static Reply error(int status, int code, String message) {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("error_code", code);
      body.put("message", message);
      return new Reply(status, body);
    }
  }

  private record Subject(String name, TableSchema newest, Format format) {}

  private List<TableSchema> collections() {
    return admin.collections().stream()
        .filter(collection -> Guard.may(caller, Verb.INGEST, collection))
        .toList();
  }

  Reply get(List<String> steps) {
    String last = steps.getLast();
    return switch (steps.getFirst()) {
      case "subjects" ->
          switch (steps.size()) {
            case 1 -> Reply.of(subjects().stream().map(Subject::name).toList());
            case 3 -> last.equals("versions") ? versions(steps.get(1)) : nothing();
            case 4 -> steps.get(2).equals("versions") ? version(steps.get(1), last) : nothing();
            case 5 ->
                last.equals("schema") ? plain(version(steps.get(1), steps.get(3))) : nothing();
            default -> nothing();
          };
      case "schemas" -> schemas(steps);
      case "config" ->
          steps.size() == 1 ? Reply.of(Map.of("compatibilityLevel", "BACKWARD")) : nothing();
      case "mode" -> steps.size() == 1 ? Reply.of(Map.of("mode", "READONLY")) : nothing();
      default -> nothing();
    };
  }

  private Reply schemas(List<String> steps) {
    if (steps.size() == 2 && steps.get(1).equals("types")) {
      return Reply.of(List.of("JSON", "PROTOBUF", "AVRO"));
    }
    if (steps.size() < 3 || steps.size() > 4 || !steps.get(1).equals("ids")) {
      return nothing();
    }
    ProducerSchema schema = byId(steps.get(2));
    if (schema == null) {
      return Reply.error(NOT_FOUND, NO_SCHEMA, "Schema " + steps.get(2) + " not found");
    }
    if (steps.size() == 3) {
      return Reply.of(body(schema));
    }
    List<Subject> subjects =
        subjects().stream()
            .filter(subject ->
                subject.format() == schema.format()
                    && subject.newest().collectionId() == schema.collection().collectionId())
            .toList();
    return switch (steps.get(3)) {
      case "schema" -> Reply.of(JsonText.parse(schemaBytes(schema)));
      case "subjects" -> Reply.of(subjects.stream().map(Subject::name).toList());
      case "versions" ->
          Reply.of(
              subjects.stream()
                  .map(subject -> {
                    Map<String, Object> one = new LinkedHashMap<>();
                    one.put("subject", subject.name());
                    one.put("version", schema.collection().version());
                    return one;
                  })
                  .toList());
      default -> nothing();
    };
  }

  /// A schema that is JSON as it is, another one as a string.
  private static byte[] schemaBytes(ProducerSchema schema) {
    return schema.format() == Format.PROTOBUF
        ? JsonText.of(schema.text()).getBytes()
        : schema.text().getBytes(StandardCharsets.UTF_8);
  }

  private @Nullable ProducerSchema byId(String text) {
    if (!text.matches("[0-9]{1,9}|1[0-9]{9}")) {
      return null;
    }
    Reference reference = Reference.of(Integer.parseInt(text));
    if (reference == null) {
      return null;
    }
    for (TableSchema collection : collections()) {
      if (collection.collectionId() == reference.collectionId()) {
        for (TableSchema version : admin.versions(collection.name())) {
          if (version.version() == reference.version()) {
            return ProducerSchema.of(version, reference.format());
          }
        }
      }
    }
    return null;
  }

  private Reply versions(String name) {
    Subject subject = subject(name);
    return subject == null
        ? noSubject(name)
        : Reply.of(
            admin.versions(subject.newest().name()).stream().map(TableSchema::version).toList());
  }

  private Reply version(String name, String version) {
    Subject subject = subject(name);
    if (subject == null) {
      return noSubject(name);
    }
    List<TableSchema> versions = admin.versions(subject.newest().name());
    for (TableSchema schema : versions) {
      boolean isNewest = schema.version() == versions.getLast().version();
      if (String.valueOf(schema.version()).equals(version)
          || isNewest && (version.equals(LATEST) || version.equals("-1"))) {
        return Reply.of(body(subject, ProducerSchema.of(schema, subject.format())));
      }
    }
    return Reply.error(NOT_FOUND, NO_VERSION, "Version " + version + " not found.");
  }

  /// Of a version only its schema.
  private static Reply plain(Reply version) {
    return version.body() instanceof Map<?, ?> body && body.get("schema") instanceof String schema
        ? Reply.of(
            "PROTOBUF".equals(body.get("schemaType"))
                ? schema
                : JsonText.parse(schema.getBytes(StandardCharsets.UTF_8)))
        : version;
  }

  /// Finds a schema that is there; registering another is refused.
  Reply post(List<String> steps, byte[] body) {
    boolean isLookup = steps.size() == 2;
    if (!isLookup && !(steps.size() == 3 && steps.get(2).equals("versions"))) {
      return nothing();
    }
    Subject subject = subject(steps.get(1));
    if (subject == null) {
      return isLookup ? noSubject(steps.get(1)) : readOnly(UNPROCESSABLE, READ_ONLY);
    }
    ProducerSchema known =
        JsonText.parse(body) instanceof Map<?, ?> wanted ? known(subject, wanted) : null;
    if (known != null) {
      return Reply.of(isLookup ? body(subject, known) : Map.of("id", known.id()));
    }
    return isLookup
        ? Reply.error(NOT_FOUND, NO_SCHEMA, "Schema not found")
        : readOnly(UNPROCESSABLE, READ_ONLY);
  }

  private @Nullable ProducerSchema known(Subject subject, Map<?, ?> wanted) {
    Object type = wanted.get("schemaType") == null ? "AVRO" : wanted.get("schemaType");
    if (!subject.format().name().equals(type) || !(wanted.get("schema") instanceof String text)) {
      return null;
    }
    List<TableSchema> versions = admin.versions(subject.newest().name());
    for (TableSchema version : versions.reversed()) {
      ProducerSchema schema = ProducerSchema.of(version, subject.format());
      if (isSame(schema, text)) {
        return schema;
      }
    }
    return null;
  }

  /// Clients print schemas in ways of their own.
  private static boolean isSame(ProducerSchema schema, String text) {
    if (schema.format() == Format.PROTOBUF) {
      return schema.text().replaceAll("\\s+", "").equals(text.replaceAll("\\s+", ""));
    }
    try {
      return Objects.equals(
          JsonText.parse(schema.text().getBytes(StandardCharsets.UTF_8)),
          JsonText.parse(text.getBytes(StandardCharsets.UTF_8)));
    } catch (TytoException e) {
      if (e.code() == ErrorCode.BAD_JSON) {
        return false;
      }
      throw e;
    }
  }

  private static Map<String, Object> body(ProducerSchema schema) {
    Map<String, Object> body = new LinkedHashMap<>();
    if (schema.format() != Format.AVRO) {
      body.put("schemaType", schema.format().name());
    }
    body.put("schema", schema.text());
    return body;
  }

  private static Map<String, Object> body(Subject subject, ProducerSchema schema) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("subject", subject.name());
    body.put("version", schema.collection().version());
    body.put("id", schema.id());
    body.putAll(body(schema));
    return body;
  }

  private @Nullable Subject subject(String name) {
    return subjects().stream()
        .filter(subject -> subject.name().equals(name))
        .findFirst()
        .orElse(null);
  }

  private List<Subject> subjects() {
    Map<String, Subject> subjects = new LinkedHashMap<>();
    List<TableSchema> collections = collections();
    for (TableSchema collection : collections) {
      Feed feed = collection.config().source().feed();
      for (Format format : Format.values()) {
        if (canBeSaid(collection, format)) {
          add(subjects, collection.name() + "-" + format.word(), collection, format);
        }
      }
      Format own = formatOf(feed);
      boolean isAlone =
          feed != null
              && collections.stream()
                      .map(other -> other.config().source().feed())
                      .filter(other -> other != null && other.topic().equals(feed.topic()))
                      .count()
                  == 1;
      if ((feed == null || isAlone) && canBeSaid(collection, own)) {
        add(
            subjects,
            (feed == null ? collection.name() : feed.topic()) + "-value",
            collection,
            own);
      }
    }
    return List.copyOf(subjects.values());
  }

  private static void add(
      Map<String, Subject> subjects, String name, TableSchema collection, Format format) {
    subjects.putIfAbsent(name, new Subject(name, collection, format));
  }

  private static Format formatOf(@Nullable Feed feed) {
    String format = feed == null ? "json" : feed.format();
    return format.equals("avro")
        ? Format.AVRO
        : format.equals("protobuf") ? Format.PROTOBUF : Format.JSON;
  }

  private static boolean canBeSaid(TableSchema collection, Format format) {
    try {
      ProducerSchema.of(collection, format);
      return true;
    } catch (TytoException e) {
      return false; // who asks for it by the collection's name is told why
    }
  }

  private static Reply noSubject(String name) {
    return Reply.error(NOT_FOUND, NO_SUBJECT, "Subject '" + name + "' not found.");
  }

  static Reply nothing() {
    return Reply.error(NOT_FOUND, NOT_FOUND, "HTTP 404 Not Found");
  }

  static Reply readOnly(int status, int code) {
    return Reply.error(
        status,
        code,
        "This registry is read-only: its schemas are made from event configs. Change the config and"
            + " run `tyto config apply`; producers set auto.register.schemas=false");
  }
}
