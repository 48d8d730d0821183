package io.tyto.gateway.observe;

import java.util.List;

/// Every number that `/metrics` tells: one row of the table in docs/operations.md, beside those of
/// the JVM.
///
/// Values of labels come from closed sets, or from names that somebody configured; nothing that a
/// client sends is one. No meter has more than {@link Meters#MAX_SERIES} of them.
public enum Meter {
  OPERATION(
      "tyto.operation",
      Kind.TIMER,
      "GraphQL operations and exports, from the request to the answer; outcome: ok, partial, failed",
      "outcome"),
  OPERATIONS_RUNNING(
      "tyto.operations.running", Kind.GAUGE, "operations under way, those that wait included"),
  OPERATIONS_SLOW(
      "tyto.operations.slow", Kind.COUNTER, "operations that took longer than `query.slowLog`"),
  QUERY(
      "tyto.query",
      Kind.TIMER,
      "questions to the engine, of which an operation may ask several; lane: cube, scan, none;"
          + " outcome: ok, or what ended it",
      "lane",
      "outcome"),
  QUERY_WAIT(
      "tyto.query.wait", Kind.TIMER, "how long questions waited for their turn", "lane", "outcome"),
  LANE_RUNNING("tyto.lane.running", Kind.GAUGE, "questions that run in a lane: cube, scan", "lane"),
  LANE_WAITING("tyto.lane.waiting", Kind.GAUGE, "questions that wait for a lane", "lane"),
  QUERY_ANSWERS(
      "tyto.query.answers",
      Kind.COUNTER,
      "answers by kind of question, by what they were read from (segments, cube, cube+segments,"
          + " view) and by whether they were kept from before (hit, miss, bypass)",
      "kind",
      "served",
      "cache"),
  QUERY_ROWS("tyto.query.rows", Kind.COUNTER, "rows and cells scanned", "collection"),
  QUERY_BYTES("tyto.query.bytes", Kind.COUNTER, "bytes of columns read", "collection"),
  QUERY_COST("tyto.query.cost", Kind.COUNTER, "units of cost that operations were charged"),
  REFUSED(
      "tyto.refused",
      Kind.COUNTER,
      "operations, requests and single questions that ended in an error, by its code",
      "code"),
  AUTH_FAILURES(
      "tyto.auth.failures", Kind.COUNTER, "requests whose sender was not let in, by code", "code"),
  HTTP(
      "tyto.http",
      Kind.TIMER,
      "HTTP requests until their answer is written; status: 2xx, 3xx, 4xx, 5xx, gone",
      "route",
      "status"),
  SCHEMA_BUILDS(
      "tyto.schema.builds",
      Kind.COUNTER,
      "GraphQL schemas built: one for all callers who see the same, and again with every change of a config"),
  CONNECTIONS("tyto.connections", Kind.GAUGE, "WebSockets and event streams that are open"),
  SUBSCRIPTIONS(
      "tyto.subscriptions",
      Kind.GAUGE,
      "subscriptions; kind: aggregate, events; queries: different aggregates among them",
      "kind"),
  INGEST("tyto.ingest", Kind.TIMER, "requests with events, until these are durable", "outcome"),
  INGEST_EVENTS(
      "tyto.ingest.events",
      Kind.COUNTER,
      "events that came over HTTP; outcome: accepted, duplicate, rejected",
      "collection",
      "outcome"),
  INGEST_BYTES(
      "tyto.ingest.bytes", Kind.COUNTER, "bytes of them after decompression", "collection"),
  INGEST_REJECTS("tyto.ingest.rejects", Kind.COUNTER, "those rejected, by reason", "code"),
  ROWS("tyto.collection.rows", Kind.GAUGE, "rows of a collection", "collection"),
  TAIL_ROWS("tyto.collection.tail.rows", Kind.GAUGE, "of these not sealed yet", "collection"),
  SEGMENTS("tyto.collection.segments", Kind.GAUGE, "segments of a collection", "collection"),
  STORED_BYTES("tyto.collection.bytes", Kind.GAUGE, "bytes of them on disk", "collection"),
  DEAD_LETTERS("tyto.collection.dead.letters", Kind.GAUGE, "dead letters kept", "collection"),
  LOG_LAG(
      "tyto.collection.log.lag",
      Kind.GAUGE,
      "records of the log that are not in a segment yet",
      "collection"),
  WATERMARK_AGE(
      "tyto.collection.watermark.age.seconds",
      Kind.GAUGE,
      "how far the greatest event time lies back",
      "collection"),
  PARTITIONS(
      "tyto.partitions",
      Kind.GAUGE,
      "partitions of a group; state: own, followed, failed",
      "group",
      "state"),
  SEAL_AGE(
      "tyto.partitions.seal.age.seconds",
      Kind.GAUGE,
      "age of the oldest row of a group that is in no segment",
      "group"),
  FOLLOWED_AGE(
      "tyto.partitions.followed.age.seconds",
      Kind.GAUGE,
      "how old the oldest of the partitions that other processes own is here",
      "group"),
  WAITING_SEALS("tyto.partitions.waiting.seals", Kind.GAUGE, "seals that wait", "group"),
  LOG_GAPS("tyto.partitions.gaps", Kind.GAUGE, "offsets of logs that were lost, ever", "group"),
  FEED_LAG(
      "tyto.feed.lag.records",
      Kind.GAUGE,
      "records of a log that are not read yet",
      "topic",
      "partition"),
  FEED_AGE(
      "tyto.feed.lag.seconds",
      Kind.GAUGE,
      "how far the last one read lies back",
      "topic",
      "partition"),
  FEED_EVENTS("tyto.feed.events", Kind.GAUGE, "events read since the start", "topic", "partition"),
  FEED_REFUSED("tyto.feed.refused", Kind.GAUGE, "of these dead letters", "topic", "partition"),
  FEED_RUNNING(
      "tyto.feed.running",
      Kind.GAUGE,
      "1 where a log is read, 0 where it waits",
      "topic",
      "partition"),
  VIEW_AGE("tyto.view.age.seconds", Kind.GAUGE, "since a view was brought up to date", "view"),
  CLUSTER_MEMBERS(
      "tyto.cluster.members",
      Kind.GAUGE,
      "processes of the cluster; state: joining, serving, draining, or silent: it did not answer",
      "state"),
  CLUSTER_MISSING(
      "tyto.cluster.missing.partitions",
      Kind.GAUGE,
      "partitions that something is missing of; why: unowned (nobody takes its events), left,"
          + " silent (questions fail, as nobody else has the newest rows)",
      "why"),
  CLUSTER_CALLS(
      "tyto.cluster.calls",
      Kind.TIMER,
      "calls to other processes of the cluster; outcome: ok, failed, unreachable, left (nobody"
          + " waited for the end)",
      "method",
      "outcome"),
  DISK_USED("tyto.disk.used.bytes", Kind.GAUGE, "bytes of logs and segments"),
  DISK_FREE("tyto.disk.free.bytes", Kind.GAUGE, "bytes that are free on their disk"),
  ALARMS("tyto.alarms", Kind.GAUGE, "alarms that `tyto status` shows"),
  SNAPSHOTS_PINNED("tyto.snapshots.pinned", Kind.GAUGE, "snapshots that cursors keep readable"),
  SCAN_THREADS_BUSY("tyto.scan.threads.busy", Kind.GAUGE, "threads that scan now"),
  SCAN_TASKS_WAITING(
      "tyto.scan.tasks.waiting", Kind.GAUGE, "pieces of scans that wait for a thread"),
  READY("tyto.ready", Kind.GAUGE, "1 where `/ready` says yes, else 0"),
  BUILD("tyto.build", Kind.GAUGE, "always 1", "version", "java");

  /// What becomes of the name where it is told.
  public enum Kind {
    /// `_total`
    COUNTER,
    GAUGE,
    /// `_seconds_count`, `_seconds_sum`, `_seconds_bucket`
    TIMER
  }

  /// What a gauge tells of all series together that are beyond its bound: the smallest, or the
  /// greatest where the least is what matters.
  enum Rest {
    SUM,
    GREATEST,
    LEAST
  }

  private final String id;
  private final Kind kind;
  private final String description;
  private final List<String> labels;

  Meter(String id, Kind kind, String description, String... labels) {
    this.id = id;
    this.kind = kind;
    this.description = description;
    this.labels = List.of(labels);
  }

  String id() {
    return id;
  }

  Kind kind() {
    return kind;
  }

  /// As `/metrics` writes it, without what a kind appends to it but for its unit.
  String told() {
    String name = id.replace('.', '_');
    return switch (kind) {
      case COUNTER -> name + "_total";
      case GAUGE -> name;
      case TIMER -> name + "_seconds";
    };
  }

  Rest rest() {
    return switch (this) {
      case WATERMARK_AGE, SEAL_AGE, FOLLOWED_AGE, FEED_AGE, VIEW_AGE -> Rest.GREATEST;
      case FEED_RUNNING -> Rest.LEAST;
      default -> Rest.SUM;
    };
  }

  String description() {
    return description;
  }

  List<String> labels() {
    return labels;
  }
}
