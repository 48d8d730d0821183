package io.tyto.server.settings;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Every setting there is: one row of the table in docs/operations.md.
///
/// The key `seal.rows` is the environment variable `TYTO_SEAL_ROWS` and the flag `--seal-rows`.
public enum Setting {
  LISTEN(
      "listen",
      Kind.TEXT,
      "127.0.0.1:8080",
      "host:port to serve on; loopback only unless you say otherwise"),
  ADMIN_LISTEN(
      "admin.listen",
      Kind.TEXT,
      "auto",
      "host:port of status, configs, imports and what else operators ask; auto: 127.0.0.1 and the port after that of `listen`, or any where that is taken"),
  DATA("data", Kind.TEXT, "data", "folder of logs, segments, manifests and catalog"),
  CONFIG("config", Kind.TEXT, "config", "folder of event configs, one YAML file a collection"),
  MEMORY(
      "memory",
      Kind.BYTES,
      "auto",
      "memory of the process, half of it heap; auto: half of the machine's or container's"),
  STORE(
      "store",
      Kind.TEXT,
      "file",
      "where segments and manifests live; file: below data; s3://BUCKET/PREFIX: in a bucket, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment"),
  S3_ENDPOINT(
      "s3.endpoint",
      Kind.TEXT,
      "",
      "URL of a server of S3's protocol, such as http://localhost:9000; empty: AWS_ENDPOINT_URL_S3, or Amazon's own"),
  S3_REGION("s3.region", Kind.TEXT, "", "region of the bucket; empty: AWS_REGION, or us-east-1"),
  CACHE_SEGMENTS(
      "cache.segments",
      Kind.BYTES,
      "20GB",
      "with a bucket, local disk that copies of segments take; those nobody reads go first"),
  OWNERSHIP(
      "ownership",
      Kind.TEXT,
      "all",
      "all: this process owns every partition of its folder; group: several share them, fed by Kafka"),
  NODE(
      "node",
      Kind.TEXT,
      "",
      "with `ownership: group`, name of this process, unlike those of the others and always the same"),
  ROLE(
      "role",
      Kind.TEXT,
      "all",
      "all: takes events and answers callers; gateway: answers callers only, with what the others of the cluster have; node: takes events and answers gateways only, so `listen` is not used"),
  CLUSTER_LISTEN(
      "cluster.listen",
      Kind.TEXT,
      "",
      "host:port for calls of other processes, which find each other on the port behind; empty: each answers by itself"),
  CLUSTER_ANNOUNCE(
      "cluster.announce",
      Kind.TEXT,
      "",
      "host:port by which other processes reach this one, and on the port behind, where something stands between; empty: that of `cluster.listen`"),
  CLUSTER_SEEDS(
      "cluster.seeds",
      Kind.TEXT,
      "",
      "host:port where others of the cluster listen, with commas; a name may stand for several"),
  CLUSTER_NAME(
      "cluster.name", Kind.TEXT, "tyto", "whom a process joins: others with the same name"),
  CLUSTER_ZONE("cluster.zone", Kind.TEXT, "", "what fails together with this process"),
  CLUSTER_TAIL_REPLICAS(
      "cluster.tailReplicas",
      Kind.NUMBER,
      "2",
      "processes of a cluster that read the newest rows of a partition, its owner among them; 1: the owner alone"),
  CLUSTER_CERTIFICATE(
      "cluster.certificate",
      Kind.TEXT,
      "",
      "PEM file that this process shows others of the cluster; with `cluster.key` and `cluster.authority`; empty: calls go in clear text"),
  CLUSTER_KEY("cluster.key", Kind.TEXT, "", "PEM file of the certificate's key"),
  CLUSTER_AUTHORITY(
      "cluster.authority", Kind.TEXT, "", "PEM file of who signs the certificates of the cluster"),
  LOG_DURABILITY(
      "log.durability",
      Kind.TEXT,
      "group",
      "when an event counts as durable: group (one fsync for all waiting), request, os (no fsync)"),
  LOG_FILE_BYTES("log.fileBytes", Kind.BYTES, "64MB", "size at which a log file is rolled"),
  LOG_GAP_POLICY(
      "log.gapPolicy",
      Kind.TEXT,
      "halt",
      "where log records are lost: halt (do not start, name the place; a topic's log waits for `tyto"
          + " feeds accept`) or continue (record a gap; of a topic's log an alarm says so until the"
          + " restart)"),
  DISK_PAUSE_BELOW(
      "disk.pauseBelow",
      Kind.BYTES,
      "2GB",
      "free disk below which imports of files and the reading of topics wait"),
  DISK_READ_ONLY_BELOW(
      "disk.readOnlyBelow",
      Kind.BYTES,
      "1GB",
      "free disk below which nothing is taken (DISK_FULL)"),
  PARTITIONS(
      "partitions",
      Kind.NUMBER,
      "4",
      "partitions of a collection group made from now on (1 to 1024)"),
  SEAL_ROWS("seal.rows", Kind.NUMBER, "1000000", "rows at which the tail is sealed"),
  SEAL_BYTES("seal.bytes", Kind.BYTES, "64MB", "tail size at which it is sealed"),
  SEAL_AGE(
      "seal.age", Kind.DURATION, "60s", "age at which a tail of at least 65,536 rows is sealed"),
  SEAL_SMALL_AGE("seal.smallAge", Kind.DURATION, "10m", "age at which a smaller tail is sealed"),
  KAFKA_BROKERS(
      "kafka.brokers",
      Kind.TEXT,
      "",
      "host:port of Kafka's brokers, with commas; for collections with source.kafka"),
  KAFKA_GROUP(
      "kafka.group",
      Kind.TEXT,
      "tyto",
      "consumer group under which committed offsets are shown to lag tools; those who share a folder have the same, and nobody else"),
  KAFKA_PROPERTIES(
      "kafka.properties",
      Kind.TEXT,
      "",
      "file with further settings of Kafka's clients, such as those of SASL and TLS"),
  KAFKA_DEADLINE("kafka.deadline", Kind.DURATION, "10s", "longest wait for an answer of Kafka"),
  NATS_SERVERS(
      "nats.servers",
      Kind.TEXT,
      "",
      "such as nats://host:4222, with commas; for collections with source.nats"),
  NATS_CREDENTIALS(
      "nats.credentials", Kind.TEXT, "", "file with the JWT and key of a user of NATS"),
  NATS_DEADLINE("nats.deadline", Kind.DURATION, "10s", "longest wait for an answer of NATS"),
  DEDUP_WINDOW(
      "dedup.window", Kind.NUMBER, "1000000", "log offsets within which an event id is recognised"),
  DEAD_LETTERS_ALARM_RATIO(
      "deadLetters.alarmRatio",
      Kind.TEXT,
      "0.05",
      "share of a collection's last 1,000 records (0 to 1) beyond which refused ones are an alarm"),
  DEAD_LETTERS_PAUSE(
      "deadLetters.pause",
      Kind.TEXT,
      "false",
      "whether the log of a topic halts at that alarm until somebody decides: true or false"),
  QUERY_TIMEOUT("query.timeout", Kind.DURATION, "30s", "deadline of a query"),
  QUERY_MEMORY(
      "query.memory", Kind.BYTES, "auto", "memory of one query; auto: a quarter of the heap"),
  QUERY_CACHE(
      "query.cache",
      Kind.BYTES,
      "auto",
      "memory of answers that are kept until rows change; auto: a 32nd of the heap; 0: none"),
  QUERY_THREADS("query.threads", Kind.NUMBER, "auto", "worker threads; auto: all cores"),
  QUERY_CONCURRENCY(
      "query.concurrency",
      Kind.NUMBER,
      "auto",
      "scans at once, twice the cores by default; others wait for their turn, and reads of cubes wait for none of them"),
  LOG_FORMAT(
      "log.format",
      Kind.TEXT,
      "text",
      "how messages are written to standard error: text, or json (one object a line)"),
  QUERY_SLOW_LOG(
      "query.slowLog",
      Kind.DURATION,
      "5s",
      "operations that take longer are logged, without the values in them; 0s: all"),
  TRACES_ENDPOINT(
      "traces.endpoint",
      Kind.TEXT,
      "",
      "URL of a collector that takes OTLP over HTTP, such as http://localhost:4318/v1/traces; empty:"
          + " nothing is traced"),
  TRACES_SAMPLE_RATIO(
      "traces.sampleRatio", Kind.TEXT, "0.01", "share of requests that are traced (0 to 1)"),
  LIVE_QUERIES(
      "live.queries",
      Kind.NUMBER,
      "500",
      "different aggregates that subscriptions follow at once; each is computed once for all of them"),
  LIVE_SUBSCRIBERS("live.subscribers", Kind.NUMBER, "5000", "subscriptions to aggregates at once"),
  LIVE_EVENT_SUBSCRIBERS(
      "live.eventSubscribers", Kind.NUMBER, "100", "subscriptions to raw events at once"),
  LIVE_CONNECTIONS(
      "live.connections", Kind.NUMBER, "5000", "WebSockets and event streams open at once"),
  HTTP_PROFILE(
      "http.profile",
      Kind.TEXT,
      "compatible",
      "edition of GraphQL over HTTP: compatible (JSON unless asked otherwise, 400 for wrong requests) or 2026 (its own media type, 422)"),
  TLS_CERTIFICATE(
      "tls.certificate",
      Kind.TEXT,
      "",
      "PEM file of the certificate and its chain; with it `listen` takes TLS 1.2 and 1.3 alone, and HTTP/2"),
  TLS_KEY(
      "tls.key", Kind.TEXT, "", "PEM file of the key to it; both are read anew when they change"),
  HTTP_ADDRESS_CONNECTIONS(
      "http.addressConnections",
      Kind.NUMBER,
      "1000",
      "connections of one address at once; behind a proxy all of them come from its own"),
  HTTP_CORS_ORIGINS(
      "http.corsOrigins",
      Kind.TEXT,
      "",
      "origins whose pages may ask, such as https://app.example.com, with commas; `*` is all"),
  HTTP_DOCUMENTS(
      "http.documents",
      Kind.TEXT,
      "any",
      "documents that callers may send: any, apq (with their hash), or trusted-only"),
  HTTP_DOCUMENT_FOLDER(
      "http.documentFolder", Kind.TEXT, "", "folder of trusted documents, files `*.graphql`"),
  EXPORT_TIMEOUT(
      "export.timeout",
      Kind.DURATION,
      "15m",
      "deadline of a result in bulk, from the question to the last byte"),
  EXPORT_CONCURRENCY(
      "export.concurrency",
      Kind.NUMBER,
      "4",
      "results in bulk that are streamed at once, and as many that are made to be fetched later; one caller has half of them at most"),
  EXPORT_BYTES(
      "export.bytes", Kind.BYTES, "4GB", "disk that results to be fetched later take together"),
  EXPORT_KEEP(
      "export.keep", Kind.DURATION, "1h", "how long a result can be fetched once it is complete"),
  HTTP_QUERY_BYTES("http.queryBytes", Kind.BYTES, "1MB", "largest body of a GraphQL request"),
  HTTP_INGEST_BYTES(
      "http.ingestBytes",
      Kind.BYTES,
      "8MB",
      "largest body of an ingest request, as sent; all bodies under way together take an eighth of the heap, then `OVERLOADED`"),
  HTTP_UNZIPPED_BYTES(
      "http.unzippedBytes", Kind.BYTES, "32MB", "largest ingest body after gzip decompression"),
  ACCESS(
      "access",
      Kind.TEXT,
      "keys",
      "who may come: keys (those with an API key or a token) or open (everybody; on loopback)"),
  ACCESS_FILE(
      "access.file",
      Kind.TEXT,
      "",
      "file of roles, issuers of tokens, limits and projects; heeded again when it changes"),
  ACCESS_OPEN_ANYWHERE(
      "access.openAnywhere",
      Kind.TEXT,
      "false",
      "true: `access: open` on an address that others reach; something else keeps strangers out"),
  AUDIT_KEEP(
      "audit.keep",
      Kind.BYTES,
      "4GB",
      "size of the audit log at which its oldest files are dropped"),
  PRIVACY_KEY_FILE(
      "privacy.keyFile",
      Kind.TEXT,
      "",
      "file of the secret behind private fields; empty: keys/1.key below data"),
  PIPELINE(
      "pipeline",
      Kind.TEXT,
      "",
      "enrichers in order, such as `[{url: {field: page}}]`; see plugins.md"),
  PLUGINS(
      "plugins",
      Kind.TEXT,
      "plugins",
      "folder of plug-in jars; where the default is not there, there are none");

  /// How the text of a value is read.
  public enum Kind {
    TEXT,
    NUMBER,
    /// 65536, 64KB, 64MB, 2GB (powers of 1024), or auto.
    BYTES,
    /// 500ms, 60s, 10m, 2h, 7d.
    DURATION
  }

  private final String key;
  private final Kind kind;
  private final String defaultValue;
  private final String description;

  Setting(String key, Kind kind, String defaultValue, String description) {
    this.key = key;
    this.kind = kind;
    this.defaultValue = defaultValue;
    this.description = description;
  }

  public String key() {
    return key;
  }

  public Kind kind() {
    return kind;
  }

  public String defaultValue() {
    return defaultValue;
  }

  public String description() {
    return description;
  }

  public String environmentVariable() {
    return "TYTO_" + words("_").toUpperCase(Locale.ROOT);
  }

  public String flag() {
    return "--" + words("-");
  }

  private String words(String separator) {
    return key.replaceAll("([a-z])([A-Z])", "$1.$2")
        .toLowerCase(Locale.ROOT)
        .replace(".", separator);
  }

  public static Optional<Setting> byKey(String key) {
    return Arrays.stream(values()).filter(s -> s.key.equals(key)).findFirst();
  }
}
