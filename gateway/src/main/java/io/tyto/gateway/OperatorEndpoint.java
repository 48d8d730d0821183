package io.tyto.gateway;

import io.tyto.gateway.http.Bodies;
import io.tyto.gateway.http.ErrorBody;
import io.tyto.gateway.http.JsonText;
import io.tyto.gateway.http.Replies;
import io.tyto.gateway.http.RequestStream;
import io.tyto.gateway.http.Route;
import io.tyto.gateway.http.Route.Audience;
import io.tyto.gateway.observe.Observatory;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService;
import io.tyto.model.port.AdminService.ApplyResult;
import io.tyto.model.port.AdminService.CollectionPlan;
import io.tyto.model.port.AdminService.CollectionStatus;
import io.tyto.model.port.AdminService.ConfigChange;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.AdminService.ConfigPlan;
import io.tyto.model.port.AdminService.ConfigVersion;
import io.tyto.model.port.AdminService.FeedStatus;
import io.tyto.model.port.AdminService.Joining;
import io.tyto.model.port.AdminService.PartitionStatus;
import io.tyto.model.port.AdminService.Rewriting;
import io.tyto.model.port.AdminService.Status;
import io.tyto.model.port.AdminService.TableStatus;
import io.tyto.model.port.AdminService.TableVersionStatus;
import io.tyto.model.port.AdminService.ViewAge;
import io.tyto.model.port.AuditLog;
import io.tyto.model.port.IngestService;
import io.tyto.model.port.IngestService.FileImport;
import io.tyto.model.port.IngestService.FileImportResult;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What the commands of the same machine ask a running server: status, config, file import, health.
final class OperatorEndpoint {
  private final IngestService ingest;
  private final AdminService admin;
  private final Observatory observatory;
  private final GatewayOptions options;

  OperatorEndpoint(
      IngestService ingest, AdminService admin, Observatory observatory, GatewayOptions options) {
    this.ingest = ingest;
    this.admin = admin;
    this.observatory = observatory;
    this.options = options;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/live", Audience.EVERYBODY, (request, _, _) -> live(request)),
        Route.get("/ready", Audience.EVERYBODY, (request, _, _) -> ready(request)),
        Route.get("/v1/status", Audience.OPERATORS, (request, _, _) -> status(request)),
        Route.post("/v1/feeds/accept", Audience.OPERATORS, (request, _, _) -> acceptFeed(request)),
        Route.post("/v1/seal", Audience.OPERATORS, (request, _, _) -> seal(request)),
        Route.get("/v1/tables", Audience.OPERATORS, (request, _, _) -> tables(request)),
        Route.post(
            "/v1/tables/reload", Audience.OPERATORS, (request, _, _) -> reloadTable(request)),
        Route.post(
            "/v1/config", Audience.OPERATORS, (request, caller, _) -> applyConfig(request, caller)),
        Route.get(
            "/v1/config/history", Audience.OPERATORS, (request, _, _) -> configHistory(request)),
        Route.post("/v1/config/diff", Audience.OPERATORS, (request, _, _) -> diffConfig(request)),
        Route.post(
            "/v1/collections/([A-Za-z0-9_]{1,63})/import",
            Audience.OPERATORS,
            (request, _, path) -> importFile(request, path.group(1))));
  }

  private void live(HttpServerRequest request) {
    Replies.json(request, 200, Map.of("live", true));
  }

  private void ready(HttpServerRequest request) {
    boolean isDraining = observatory.isDraining() || observatory.isDrained();
    boolean ready = admin.isReady() && !isDraining;
    String why =
        observatory.isDraining()
            ? "about to stop"
            : isDraining ? "drained (tyto cluster drain)" : "nothing can be stored";
    Replies.json(
        request,
        ready ? 200 : 503,
        ready ? Map.of("ready", true) : Map.of("ready", false, "why", why));
  }

  private void status(HttpServerRequest request) {
    Replies.onVirtualThread(request, () -> Replies.json(request, 200, statusBody()));
  }

  /// Lets a topic go on that waits for a decision. A page that a browser on this machine shows
  /// cannot say so: what is not sent as JSON is refused, and asking to send that needs our consent.
  private void acceptFeed(HttpServerRequest request) {
    Replies.onVirtualThread(
        request,
        () -> {
          Bodies.requireJson(request, "{}");
          String topic = parameter(request, "topic");
          int partition = partition(request);
          Replies.json(request, 200, Map.of("accepted", admin.acceptFeed(topic, partition)));
        });
  }

  /// Seals what was accepted so far, as before a backup.
  private void seal(HttpServerRequest request) {
    Replies.onVirtualThread(
        request,
        () -> {
          Bodies.requireJson(request, "{}");
          admin.seal();
          Replies.json(request, 200, Map.of("sealed", true));
        });
  }

  /// The dimension tables with their versions.
  private void tables(HttpServerRequest request) {
    Replies.onVirtualThread(
        request,
        () ->
            Replies.json(
                request,
                200,
                Map.of("tables", admin.tables().stream().map(OperatorEndpoint::body).toList())));
  }

  /// Loads the dimension table `table` now.
  private void reloadTable(HttpServerRequest request) {
    Replies.onVirtualThread(
        request,
        () -> {
          Bodies.requireJson(request, "{}");
          Replies.json(
              request, 200, Map.of("isNew", admin.reloadTable(parameter(request, "table"))));
        });
  }

  /// Body: `{"files": [{"name": ..., "text": ...}]}`.
  private void applyConfig(HttpServerRequest request, Caller caller) {
    withConfigs(
        request,
        files -> {
          ApplyResult result = applied(files, caller);
          Map<String, Object> reply = new LinkedHashMap<>();
          reply.put("created", result.created());
          reply.put("changed", result.changed());
          reply.put("unchanged", result.unchanged());
          reply.put("plan", body(result.plan()));
          Replies.json(request, 200, reply);
        });
  }

  private ApplyResult applied(List<ConfigFile> files, Caller caller) {
    AuditLog audit = observatory.audit();
    try {
      ApplyResult result = admin.applyConfigs(files);
      result.entries(caller.id()).forEach(audit::record);
      return result;
    } catch (TytoException e) {
      audit.record(
          new AuditLog.Entry(caller.id(), "config.apply", "", e.code().name(), Map.of(), true));
      throw e;
    }
  }

  /// The same body; nothing is changed.
  private void diffConfig(HttpServerRequest request) {
    withConfigs(
        request,
        files -> Replies.json(request, 200, Map.of("plan", body(admin.diffConfigs(files)))));
  }

  /// Every version of the config of `collection`, ascending.
  private void configHistory(HttpServerRequest request) {
    Replies.onVirtualThread(
        request,
        () -> {
          List<Object> versions = new ArrayList<>();
          for (ConfigVersion version : admin.configHistory(parameter(request, "collection"))) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("version", version.version());
            entry.put("text", version.text());
            entry.put("changes", version.changes());
            entry.put("discovered", version.discovered());
            versions.add(entry);
          }
          Replies.json(request, 200, Map.of("versions", versions));
        });
  }

  private void withConfigs(HttpServerRequest request, Consumer<List<ConfigFile>> action) {
    Bodies.requireJson(request, "{\"files\": [{\"name\": \"a.yaml\", \"text\": \"...\"}]}");
    Bodies.read(request, options.queryBytes(), options.http(), "http.queryBytes")
        .whenComplete((body, failure) -> {
          if (body == null) {
            Replies.failure(
                request, failure == null ? new IllegalStateException("no body") : failure);
          } else {
            Replies.onVirtualThread(request, () -> action.accept(configFiles(body)));
          }
        });
  }

  /// The file's bytes as the body, its name, size and hash as parameters; the reply is NDJSON:
  /// progress lines, then one with `result` or `error`.
  private void importFile(HttpServerRequest request, String collection) {
    RequestStream content = new RequestStream(request, options.http().bodyIdle());
    Replies.onVirtualThread(
        request,
        () -> {
          FileImport file =
              new FileImport(
                  collection,
                  parameter(request, "source"),
                  parameter(request, "contentId"),
                  Long.parseLong(parameter(request, "bytes")),
                  Boolean.parseBoolean(request.getParam("again", "false")));
          HttpServerResponse response =
              request.response().setChunked(true).putHeader("Content-Type", "application/x-ndjson");
          try {
            FileImportResult result =
                ingest.importFile(
                    file,
                    content,
                    (records, bytes, rate) -> {
                      line(response, Map.of("records", records, "bytes", bytes, "rate", rate));
                      return !response.closed();
                    });
            line(response, Map.of("result", body(result)));
          } catch (TytoException e) {
            line(response, ErrorBody.of(e.code(), String.valueOf(e.getMessage())));
          }
          response.end();
        });
  }

  private static void line(HttpServerResponse response, Map<String, ?> value) {
    if (!response.closed()) {
      response.write(Buffer.buffer().appendBuffer(JsonText.of(value)).appendString("\n"));
    }
  }

  private static int partition(HttpServerRequest request) {
    String text = request.getParam("partition", "-1");
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "the parameter `partition` is '%s', expected a number".formatted(text),
          e);
    }
  }

  private static String parameter(HttpServerRequest request, String name) {
    String value = request.getParam(name);
    if (value == null || value.isEmpty()) {
      throw new TytoException(ErrorCode.BAD_USER_INPUT, "the parameter `" + name + "` is missing");
    }
    return value;
  }

  private static List<ConfigFile> configFiles(byte[] body) {
    List<ConfigFile> files = new ArrayList<>();
    if (JsonText.parse(body) instanceof Map<?, ?> map && map.get("files") instanceof List<?> list) {
      for (Object file : list) {
        if (file instanceof Map<?, ?> entry
            && entry.get("name") instanceof String name
            && entry.get("text") instanceof String text) {
          files.add(new ConfigFile(name, text));
        }
      }
    }
    if (files.isEmpty()) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "expected {\"files\": [{\"name\": \"recharge.yaml\", \"text\": \"...\"}]}");
    }
    return files;
  }

  private static List<Object> body(ConfigPlan plan) {
    List<Object> collections = new ArrayList<>();
    for (CollectionPlan collection : plan.collections()) {
      List<Map<String, Object>> changes = new ArrayList<>();
      for (ConfigChange change : collection.changes()) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("verdict", change.verdict().name());
        entry.put("what", change.what());
        entry.put("consequence", change.consequence());
        changes.add(entry);
      }
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("collection", collection.collection());
      entry.put("from", collection.fromVersion());
      entry.put("to", collection.toVersion());
      entry.put("changes", changes);
      collections.add(entry);
    }
    return collections;
  }

  private static Map<String, Object> body(FileImportResult result) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("accepted", result.accepted());
    body.put("duplicates", result.duplicates());
    body.put("rejected", result.rejected());
    body.put("alreadyImported", result.alreadyImported());
    body.put("examples", result.examples().stream().map(IngestEndpoint::rejection).toList());
    return body;
  }

  private Map<String, Object> statusBody() {
    Map<String, Object> body = body(admin.status());
    body.put("pipeline", PipelineBody.of(admin.pipeline()));
    return body;
  }

  private static Map<String, Object> body(Status status) {
    List<Map<String, @Nullable Object>> collections = new ArrayList<>();
    for (CollectionStatus collection : status.collections()) {
      Map<String, @Nullable Object> entry = new LinkedHashMap<>();
      entry.put("name", collection.name());
      entry.put("rows", collection.rows());
      entry.put("tailRows", collection.tailRows());
      entry.put("segments", collection.segments());
      entry.put("bytes", collection.bytes());
      entry.put("deadLetters", collection.deadLetters());
      entry.put("logLagRecords", collection.logLagRecords());
      entry.put("sealAgeMillis", collection.sealAgeMillis());
      entry.put("alarm", collection.alarm());
      Rewriting rewriting = collection.rewriting();
      if (rewriting != null) {
        Map<String, Object> progress = new LinkedHashMap<>();
        progress.put("version", rewriting.version());
        progress.put("done", rewriting.done());
        progress.put("segments", rewriting.segments());
        progress.put("isCleaningUp", rewriting.isCleaningUp());
        entry.put("rewriting", progress);
      }
      Joining joining = collection.joining();
      if (joining != null) {
        entry.put("joinedLate", joining.late());
        entry.put("segmentsToRejoin", joining.due());
      }
      collections.add(entry);
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("diskBytes", status.diskBytes());
    body.put("freeDiskBytes", status.freeDiskBytes());
    body.put("collections", collections);
    body.put("partitions", status.partitions().stream().map(OperatorEndpoint::body).toList());
    body.put("feeds", status.feeds().stream().map(OperatorEndpoint::body).toList());
    body.put("views", status.views().stream().map(OperatorEndpoint::body).toList());
    body.put("alarms", status.alarms());
    return body;
  }

  private static Map<String, @Nullable Object> body(ViewAge view) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("name", view.name());
    body.put("collection", view.collection());
    body.put("state", view.state().name());
    body.put("progressMillionths", (long) (view.progress() * 1e6));
    body.put("ageMillis", view.ageMillis());
    body.put("problem", view.problem());
    return body;
  }

  private static Map<String, @Nullable Object> body(PartitionStatus partition) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("group", partition.group());
    body.put("partition", partition.partition());
    body.put("owner", partition.owner());
    body.put("followedMillis", partition.followedMillis());
    body.put("epoch", partition.epoch());
    body.put("manifest", partition.manifest());
    body.put("sealAgeMillis", partition.sealAgeMillis());
    body.put("waitingSeals", partition.waitingSeals());
    body.put("gaps", partition.gaps());
    body.put("problem", partition.problem());
    return body;
  }

  private static Map<String, @Nullable Object> body(TableStatus table) {
    List<Map<String, Object>> versions = new ArrayList<>();
    for (TableVersionStatus version : table.versions()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("version", version.number());
      entry.put("from", version.from().toString());
      entry.put("loaded", version.loaded().toString());
      entry.put("rows", version.rows());
      entry.put("bytes", version.bytes());
      versions.add(entry);
    }
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("name", table.name());
    body.put("key", table.key());
    body.put("origin", table.origin());
    body.put("versions", versions);
    body.put("checked", table.checked() == null ? null : table.checked().toString());
    body.put("failure", table.failure());
    return body;
  }

  private static Map<String, @Nullable Object> body(FeedStatus feed) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("collections", feed.collections());
    body.put("topic", feed.topic());
    body.put("partition", feed.partition());
    body.put("state", feed.state().name());
    body.put("position", feed.position());
    body.put("committed", feed.committed());
    body.put("lagRecords", feed.lagRecords());
    body.put("lagMillis", feed.lagMillis());
    body.put("events", feed.events());
    body.put("refused", feed.refused());
    body.put("misplaced", feed.misplaced());
    body.put("problem", feed.problem());
    return body;
  }
}
