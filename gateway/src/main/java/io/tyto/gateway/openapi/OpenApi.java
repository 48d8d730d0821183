package io.tyto.gateway.openapi;

import io.tyto.graphqlschema.GraphQlApi;
import io.tyto.graphqlschema.bulk.BulkKind;
import io.tyto.graphqlschema.bulk.BulkOffers;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Verb;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Writes the document for one caller.
final class OpenApi {
  private static final String JSON = "application/json";
  private static final List<String> FORMATS =
      List.of(
          JSON,
          "application/x-ndjson",
          "text/csv",
          "application/vnd.apache.arrow.stream",
          "application/vnd.apache.parquet");

  /// Of parameters of URLs.
  private static final Set<String> OPTIONAL = Set.of("again", "partition");

  private static final Pattern NAME = Pattern.compile("\\{([a-z]+)}");
  private static final Map<String, Object> DONE = object("200", object("description", "Done"));

  private final Map<String, Map<String, Object>> paths = new LinkedHashMap<>();

  private OpenApi() {}

  /// @param isForOperators whether what they do is answered where the document is asked for
  /// @param isOpen whether nobody has to say who they are
  static Map<String, Object> of(
      GraphQlApi api, Caller caller, boolean isForOperators, boolean isOpen) {
    OpenApi document = new OpenApi();
    BulkOffers offers = api.bulkOffers();
    offers.offers().forEach(document::bulk);
    document.kept();
    for (String collection : api.collections()) {
      if (caller.access().may(Verb.INGEST, collection)) {
        document.events(collection);
      }
    }
    document.common();
    document.registry();
    if (isForOperators && caller.access().isAdmin()) {
      document.operators();
    }
    return document.write(api.schemaVersion(), offers, isOpen);
  }

  private Map<String, Object> write(String version, BulkOffers offers, boolean isOpen) {
    Map<String, Object> schemas = new TreeMap<>(offers.schemas());
    schemas.put("Errors", errors());
    schemas.put("Export", export());
    schemas.put("Rows", rows());
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("openapi", "3.1.0");
    document.put(
        "info",
        object(
            "title", "Tyto",
            "version", version,
            "description",
                "What there is over HTTP beside GraphQL, as far as these credentials go. The version changes with the schema."));
    document.put("servers", List.of(object("url", "/")));
    document.put(
        "security",
        isOpen ? List.of() : List.of(object("bearer", List.of()), object("apiKey", List.of())));
    document.put("paths", paths);
    document.put(
        "components",
        object(
            "schemas",
            schemas,
            "securitySchemes",
            object(
                "bearer", object("type", "http", "scheme", "bearer"),
                "apiKey", object("type", "apiKey", "in", "header", "name", "X-Api-Key"))));
    return document;
  }

  /// Members in this order: name, value, name, value.
  private static Map<String, Object> object(Object... members) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < members.length; i += 2) {
      object.put((String) members[i], members[i + 1]);
    }
    return object;
  }

  private void add(String method, String path, Map<String, Object> operation) {
    paths.computeIfAbsent(path, _ -> new LinkedHashMap<>()).put(method, operation);
  }

  private static Map<String, Object> reference(String schema) {
    return object("$ref", "#/components/schemas/" + schema);
  }

  private static Map<String, Object> reply(String description, String type, Object schema) {
    return object("description", description, "content", object(type, object("schema", schema)));
  }

  private static Map<String, Object> refusal() {
    return reply("An error, in the shape of GraphQL's", JSON, reference("Errors"));
  }

  private static Map<String, Object> operation(
      String id, String tag, String summary, Map<String, Object> responses) {
    Map<String, Object> all = new LinkedHashMap<>(responses);
    all.put("default", refusal());
    return object("operationId", id, "tags", List.of(tag), "summary", summary, "responses", all);
  }

  private void bulk(BulkOffers.Offer offer) {
    String word = offer.kind().word();
    Map<String, Object> whole = new LinkedHashMap<>();
    for (String format : FORMATS) {
      boolean isRows = format.equals(JSON) && offer.kind() != BulkKind.TABLE;
      whole.put(format, isRows ? object("schema", reference("Rows")) : Map.of());
    }
    Map<String, Object> operation =
        operation(
            offer.collection() + "_" + word,
            offer.collection(),
            (offer.kind() == BulkKind.RECORDS ? "Raw rows: " : "Rows of groups: ") + offer.title(),
            object(
                "200",
                object(
                    "description",
                    "All rows, as fast as they are read; what breaks off was not all",
                    "headers",
                    object("Tyto-Query-Id", object("schema", object("type", "string"))),
                    "content",
                    whole),
                "202",
                object(
                    "description",
                    "The result is being made, and is fetched where Location says",
                    "headers",
                    object("Location", object("schema", object("type", "string"))),
                    "content",
                    object(JSON, object("schema", reference("Export"))))));
    operation.put(
        "parameters",
        List.of(
            object(
                "name", "Prefer",
                "in", "header",
                "description", "respond-async: the result is made to be fetched later",
                "schema", object("type", "string")),
            object(
                "name", "formulas",
                "in", "query",
                "description",
                    "Of CSV: whether texts that a spreadsheet would compute get an apostrophe",
                "schema",
                    object(
                        "type",
                        "string",
                        "enum",
                        List.of("escape", "keep"),
                        "default",
                        "escape"))));
    operation.put(
        "requestBody",
        object("required", true, "content", object(JSON, object("schema", offer.body()))));
    add("post", "/v1/collections/" + offer.collection() + "/" + word, operation);
  }

  private static List<Object> parameters(String where, String... names) {
    List<Object> parameters = new ArrayList<>();
    for (String name : names) {
      parameters.add(
          object(
              "name",
              name,
              "in",
              where,
              "required",
              !OPTIONAL.contains(name),
              "schema",
              object("type", "string")));
    }
    return parameters;
  }

  private void add(
      String method, String path, Map<String, Object> operation, String... parameters) {
    if (parameters.length > 0) {
      operation.put("parameters", parameters("path", parameters));
    }
    add(method, path, operation);
  }

  private void kept() {
    String tag = "exports";
    Map<String, Object> status = object("200", reply("How it stands", JSON, reference("Export")));
    add(
        "get",
        "/v1/exports/{id}",
        operation("export", tag, "How a result that is made to be fetched stands", status),
        "id");
    add(
        "delete",
        "/v1/exports/{id}",
        operation(
            "deleteExport",
            tag,
            "Deletes a result, or stops making it",
            object("204", object("description", "It is gone"))),
        "id");
    add(
        "get",
        "/v1/exports/{id}/result",
        operation(
            "exportResult",
            tag,
            "The result, in the format that was asked for",
            object(
                "200", object("description", "All of it"),
                "202", reply("It is not complete", JSON, reference("Export")))),
        "id");
  }

  private void events(String collection) {
    Map<String, Object> operation =
        operation(
            collection + "_events",
            collection,
            "Takes events, each once",
            object(
                "202",
                reply(
                    "Every accepted event is on disk",
                    JSON,
                    object(
                        "type",
                        "object",
                        "properties",
                        object(
                            "accepted", object("type", "integer"),
                            "duplicates", object("type", "integer"),
                            "rejectedCount", object("type", "integer"),
                            "rejected",
                                object("type", "array", "items", object("type", "object")))))));
    operation.put(
        "requestBody",
        object(
            "required",
            true,
            "description",
            "The schema of one event: /v1/collections/%s/schemas/latest".formatted(collection),
            "content",
            object(
                JSON,
                object("schema", object("type", "array", "items", object("type", "object"))),
                "application/x-ndjson",
                Map.of())));
    add("post", "/v1/collections/" + collection + "/events", operation);
  }

  private void common() {
    add(
        "get",
        "/v1/collections/{name}/schemas/{version}",
        operation(
            "eventSchema",
            "schemas",
            "Schema of the events of a version, a number or latest, for producers",
            object("200", object("description", "JSON Schema, Avro or Protocol Buffers"))),
        "name",
        "version");
    Map<String, Object> byUrl =
        operation(
            "graphqlByUrl",
            "graphql",
            "Everything else: GraphQL over HTTP, queries alone",
            object("200", reply("The answer", "application/graphql-response+json", Map.of())));
    byUrl.put("parameters", parameters("query", "query"));
    add("get", "/graphql", byUrl);
    add(
        "put",
        "/graphql",
        operation(
            "reserveStream",
            "graphql",
            "Reserves an event stream that many operations answer on",
            object("201", reply("Its token", "text/plain", object("type", "string")))));
    Map<String, Object> complete =
        operation(
            "completeOperation",
            "graphql",
            "Ends an operation on an event stream",
            object("200", object("description", "It is over")));
    complete.put("parameters", parameters("query", "operationId"));
    add("delete", "/graphql", complete);
    add(
        "post",
        "/graphql",
        operation(
            "graphql",
            "graphql",
            "Everything else: GraphQL over HTTP",
            object("200", reply("The answer", "application/graphql-response+json", Map.of()))));
    add(
        "get",
        "/schema.graphql",
        operation(
            "schema",
            "graphql",
            "The schema of GraphQL",
            object("200", object("description", "Its text"))));
    add(
        "get",
        "/openapi.json",
        operation(
            "openapi", "graphql", "This document", object("200", object("description", "It"))));
    add("get", "/live", forAll(operation("live", "health", "Whether the process runs", DONE)));
    add(
        "get",
        "/ready",
        forAll(
            operation(
                "ready",
                "health",
                "Whether the process serves",
                object(
                    "200", object("description", "It does"),
                    "503", object("description", "Not now")))));
  }

  /// Whoever asks need not say who they are.
  private static Map<String, Object> forAll(Map<String, Object> operation) {
    operation.put("security", List.of());
    return operation;
  }

  /// Schemas as clients of a Confluent registry ask for them.
  private void registry() {
    registry("get", "/subjects", "subjects", "Subjects that the caller may send events of");
    registry("post", "/subjects/{subject}", "findSchema", "Finds a schema of a subject");
    registry("get", "/subjects/{subject}/versions", "subjectVersions", "Versions of a subject");
    registry(
        "post",
        "/subjects/{subject}/versions",
        "registerSchema",
        "The id of a schema that is there; any other is refused");
    registry(
        "get",
        "/subjects/{subject}/versions/{version}",
        "subjectVersion",
        "A version of a subject");
    registry(
        "get",
        "/subjects/{subject}/versions/{version}/schema",
        "subjectSchema",
        "The schema of a version alone");
    registry("get", "/schemas/types", "schemaTypes", "Formats of schemas");
    registry("get", "/schemas/ids/{id}", "schemaById", "A schema by its id");
    registry("get", "/schemas/ids/{id}/schema", "schemaTextById", "Its text alone");
    registry("get", "/schemas/ids/{id}/subjects", "subjectsById", "Subjects that it is of");
    registry("get", "/schemas/ids/{id}/versions", "versionsById", "Versions that it is of");
    registry("get", "/config", "registryConfig", "How versions fit each other");
    registry("get", "/mode", "registryMode", "Whether schemas can be registered");
  }

  private void registry(String method, String path, String id, String summary) {
    Map<String, Object> operation =
        operation(
            id,
            "registry",
            summary,
            object(
                "200",
                reply(
                    "As a registry answers", "application/vnd.schemaregistry.v1+json", Map.of())));
    if (method.equals("post")) {
      operation.put("requestBody", jsonBody());
    }
    add(method, path, operation, inPath(path));
  }

  /// The names in braces.
  private static String[] inPath(String path) {
    return NAME.matcher(path).results().map(name -> name.group(1)).toArray(String[]::new);
  }

  private static Map<String, Object> jsonBody() {
    return object(
        "required", true, "content", object(JSON, object("schema", object("type", "object"))));
  }

  /// What only those who run the server can ask.
  private void operators() {
    operator("get", "/v1/status", "status", "How the server stands");
    operator("get", "/v1/cluster", "cluster", "Processes of the cluster, and what each owns");
    operator(
        "get", "/v1/cluster/places", "places", "Who is to own which partition", "with", "without");
    operator(
        "post",
        "/v1/cluster/drain",
        "drain",
        "Has a process hand over what it owns",
        "process",
        "force",
        "dryRun");
    operator(
        "post",
        "/v1/cluster/resume",
        "resume",
        "Has a drained process take its share again",
        "process");
    operator("post", "/v1/cluster/stop", "stop", "Ends a process in order", "process");
    operator("get", "/metrics", "metrics", "Numbers, as Prometheus reads them");
    operator(
        "post",
        "/v1/feeds/accept",
        "acceptFeed",
        "Takes a feed that halted as it is now",
        "topic",
        "partition");
    operator("post", "/v1/seal", "seal", "Seals what was accepted so far");
    operator("get", "/v1/tables", "tables", "Dimension tables and their versions");
    operator("post", "/v1/tables/reload", "reloadTable", "Loads a dimension table now", "table");
    operator("post", "/v1/config", "applyConfig", "Applies configs");
    operator(
        "get",
        "/v1/config/history",
        "configHistory",
        "Versions of the config of a collection",
        "collection");
    operator("post", "/v1/config/diff", "diffConfig", "What configs would change");
    operator("get", "/v1/documents", "documents", "Trusted documents");
    operator("put", "/v1/documents/{id}", "registerDocument", "Trusts a document from now on");
    operator("delete", "/v1/documents/{id}", "removeDocument", "Trusts it no longer");
    operator("get", "/v1/keys", "keys", "Keys, without their secrets");
    operator("post", "/v1/keys", "createKey", "Makes a key, which is shown once");
    operator("post", "/v1/keys/rotate", "rotateKey", "Makes another secret of a key");
    operator("post", "/v1/keys/revoke", "revokeKey", "Ends a key");
    operator("get", "/v1/queries", "queries", "What runs now");
    operator("delete", "/v1/queries/{id}", "cancelQuery", "Ends what runs");
    operator(
        "post",
        "/v1/collections/{name}/import",
        "importFile",
        "Imports a file of events, the body",
        "source",
        "contentId",
        "bytes",
        "again");
  }

  /// @param query names of parameters of the URL
  private void operator(String method, String path, String id, String summary, String... query) {
    Map<String, Object> operation = operation(id, "operators", summary, DONE);
    List<Object> parameters = new ArrayList<>(parameters("path", inPath(path)));
    parameters.addAll(parameters("query", query));
    if (!parameters.isEmpty()) {
      operation.put("parameters", parameters);
    }
    if (method.equals("put")) {
      operation.put(
          "requestBody", object("required", true, "content", object("text/plain", Map.of())));
    } else if (path.endsWith("/import")) {
      operation.put(
          "requestBody",
          object("required", true, "content", object("application/octet-stream", Map.of())));
    } else if (method.equals("post")) {
      operation.put("requestBody", jsonBody());
    }
    add(method, path, operation);
  }

  private static Map<String, Object> errors() {
    return object(
        "type", "object",
        "required", List.of("errors"),
        "properties",
            object(
                "errors",
                object(
                    "type",
                    "array",
                    "items",
                    object(
                        "type",
                        "object",
                        "properties",
                        object(
                            "message", object("type", "string"),
                            "extensions",
                                object(
                                    "type",
                                    "object",
                                    "properties",
                                    object(
                                        "code", object("type", "string"),
                                        "retryable", object("type", "boolean"))))))));
  }

  private static Map<String, Object> export() {
    Map<String, Object> text = object("type", "string");
    Map<String, Object> number = object("type", "integer", "format", "int64");
    Map<String, Object> time = object("type", "string", "format", "date-time");
    return object(
        "type", "object",
        "required", List.of("id", "state", "format", "bytes"),
        "properties",
            object(
                "id", text,
                "collection", text,
                "kind", text,
                "format", text,
                "state",
                    object(
                        "type", "string", "enum", List.of("WAITING", "RUNNING", "DONE", "FAILED")),
                "created", time,
                "expires", time,
                "bytes", number,
                "rows", number,
                "queryId", text,
                "result", text,
                "errors", object("type", "array", "items", object("type", "object"))));
  }

  private static Map<String, Object> rows() {
    return object(
        "type", "object",
        "required", List.of("columns", "rows", "meta"),
        "properties",
            object(
                "columns", object("type", "array", "items", object("type", "object")),
                "rows", object("type", "array", "items", object("type", "object")),
                "meta", object("type", "object")));
  }
}
