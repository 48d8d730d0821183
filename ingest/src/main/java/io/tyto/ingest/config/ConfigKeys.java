package io.tyto.ingest.config;

import java.util.List;

/// The keys of every section of a config, in the order in which they are best written.
/// docs/config.schema.json lists the same ones; `ConfigSchemaTest` compares them.
final class ConfigKeys {
  static final List<String> TOP =
      List.of(
          "collection",
          "api",
          "description",
          "time",
          "timeBounds",
          "entity",
          "eventId",
          "fields",
          "source",
          "retention",
          "expose",
          "annotations",
          "cubes",
          "lifetime",
          "anomalies",
          "join",
          "views",
          "project",
          "access");

  static final List<String> ACCESS = List.of("rows", "minGroup");

  static final List<String> ENTITY = List.of("name", "key");

  static final List<String> FIELD =
      List.of(
          "type",
          "derive",
          "state",
          "aliases",
          "discover",
          "enriched",
          "api",
          "description",
          "role",
          "unit",
          "deprecated",
          "privacy",
          "scope",
          "annotations");

  static final List<String> PRIVACY = List.of("policy", "mask");
  static final List<String> MASK = List.of("shown");
  static final List<String> DISCOVER = List.of("max", "after", "ignore");
  static final List<String> TIME_BOUNDS = List.of("past", "future");
  static final List<String> SOURCE = List.of("kafka", "nats", "alertsOf", "map", "formats", "file");

  static final List<String> KAFKA =
      List.of(
          "topic", "format", "start", "partitioner", "registry", "schema", "message", "envelope");

  static final List<String> NATS =
      List.of("stream", "subject", "format", "start", "registry", "schema", "message", "envelope");

  static final List<String> ENVELOPE = List.of("type", "is", "sequence", "published", "content");

  /// Of a document behind the config.
  static final List<String> ATTACHED = List.of("file", "base64");

  static final List<String> FILE =
      List.of(
          "format", "delimiter", "quote", "columns", "nullTokens", "emptyIsNull", "listSeparator");

  static final List<String> RETENTION = List.of("raw", "dead", "cubes");
  static final List<String> EXPOSE = List.of("aggregate", "table", "records", "cubes", "values");
  static final List<String> CUBE =
      List.of("dimensions", "measures", "granularities", "zones", "finest");

  static final List<String> ANOMALY = List.of("value", "deviations", "of", "after");

  static final List<String> VIEW =
      List.of(
          "dimensions",
          "measures",
          "granularity",
          "zone",
          "strategy",
          "refreshEvery",
          "backfillFrom");

  /// Of an entry of either kind.
  static final List<String> JOIN = List.of("table", "on", "take", "asOf", "from", "wait");

  static final List<String> JOIN_TABLE = List.of("table", "on", "take", "asOf");
  static final List<String> JOIN_EVENTS = List.of("from", "take", "wait");

  /// Of a dimension table.
  static final List<String> TABLE =
      List.of("table", "description", "key", "fields", "source", "limits");

  static final List<String> TABLE_SOURCE =
      List.of("file", "http", "jdbc", "kafka", "refresh", "read", "map", "formats");

  static final List<String> JDBC = List.of("url", "query", "user", "passwordEnv", "properties");
  static final List<String> TABLE_KAFKA = List.of("topic");
  static final List<String> LIMITS = List.of("timeout", "rows", "bytes", "versions");

  /// Of the access file.
  static final List<String> ACCESS_FILE = List.of("roles", "limits", "issuers", "projects");

  static final List<String> ACCESS_ROLE = List.of("scopes", "limits");

  static final List<String> ACCESS_LIMITS =
      List.of(
          "costPerSecond",
          "burst",
          "costPerQuery",
          "concurrentQueries",
          "subscriptions",
          "costPerDay");

  static final List<String> ACCESS_PROJECT = List.of("limits");

  static final List<String> ACCESS_ISSUER =
      List.of("issuer", "audience", "keys", "algorithms", "project", "roles", "parameters");

  static final List<String> ACCESS_CLAIM = List.of("claim");
  static final List<String> ACCESS_ROLES = List.of("claim", "map", "default");

  private ConfigKeys() {}
}
