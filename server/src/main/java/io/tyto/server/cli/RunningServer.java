package io.tyto.server.cli;

import io.tyto.ingest.DataFolder;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ApplyResult;
import io.tyto.model.port.AdminService.CollectionPlan;
import io.tyto.model.port.AdminService.CollectionStatus;
import io.tyto.model.port.AdminService.ConfigChange;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.AdminService.ConfigPlan;
import io.tyto.model.port.AdminService.ConfigVersion;
import io.tyto.model.port.AdminService.FeedState;
import io.tyto.model.port.AdminService.FeedStatus;
import io.tyto.model.port.AdminService.Joining;
import io.tyto.model.port.AdminService.PartitionStatus;
import io.tyto.model.port.AdminService.PipelineField;
import io.tyto.model.port.AdminService.PipelineStatus;
import io.tyto.model.port.AdminService.PipelineStep;
import io.tyto.model.port.AdminService.PluginJar;
import io.tyto.model.port.AdminService.Rewriting;
import io.tyto.model.port.AdminService.Status;
import io.tyto.model.port.AdminService.TableStatus;
import io.tyto.model.port.AdminService.TableVersionStatus;
import io.tyto.model.port.AdminService.Verdict;
import io.tyto.model.port.AdminService.ViewAge;
import io.tyto.model.port.IngestService.FileImport;
import io.tyto.model.port.IngestService.FileImportResult;
import io.tyto.model.port.IngestService.ImportProgress;
import io.tyto.model.port.IngestService.Rejected;
import io.tyto.model.port.ViewService;
import io.tyto.model.query.RunningQuery;
import io.tyto.server.OperatorToken;
import io.tyto.store.DataLock;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The server that holds a data folder, asked over HTTP by the other commands of the same machine.
final class RunningServer {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /// A load of a dimension table may take ten minutes, and wait for another.
  private static final Duration LOAD_TIMEOUT = Duration.ofMinutes(21);

  private static final Duration LONG_TIMEOUT = Duration.ofMinutes(15);

  private final String address;
  private final @Nullable String token;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  /// One that lets everybody in.
  RunningServer(String address) {
    this(address, null);
  }

  /// With the credential that whoever may read the data folder has.
  RunningServer(DataLock.Holder holder) {
    this(
        holder.address(),
        OperatorToken.read(holder.folder().resolve(DataFolder.OPERATOR_TOKEN)).orElse(null));
  }

  private RunningServer(String address, @Nullable String token) {
    this.address = address;
    this.token = token;
  }

  Status status() {
    Json.Node reply = send(request("/v1/status").timeout(TIMEOUT).GET().build());
    List<CollectionStatus> collections = new ArrayList<>();
    for (Json.Node one : reply.get("collections").elements()) {
      collections.add(
          new CollectionStatus(
              one.get("name").text(),
              one.get("rows").number(),
              one.get("tailRows").number(),
              (int) one.get("segments").number(),
              one.get("bytes").number(),
              one.get("deadLetters").number(),
              one.get("logLagRecords").number(),
              one.get("sealAgeMillis").number(),
              one.get("alarm").textOrNull(),
              rewriting(one.get("rewriting")),
              joining(one)));
    }
    return new Status(
        reply.get("diskBytes").number(),
        reply.get("freeDiskBytes").number(),
        collections,
        reply.get("partitions").elements().stream().map(RunningServer::partition).toList(),
        reply.get("feeds").elements().stream().map(RunningServer::feed).toList(),
        reply.get("views").elements().stream().map(RunningServer::view).toList(),
        reply.get("alarms").elements().stream().map(Json.Node::text).toList());
  }

  private static @Nullable Rewriting rewriting(Json.Node one) {
    return one.isMissing()
        ? null
        : new Rewriting(
            (int) one.get("version").number(),
            (int) one.get("done").number(),
            (int) one.get("segments").number(),
            one.get("isCleaningUp").isTrue());
  }

  private static @Nullable Joining joining(Json.Node one) {
    return one.get("segmentsToRejoin").isMissing()
        ? null
        : new Joining(
            one.get("joinedLate").number(),
            (int) one.get("segmentsToRejoin").number(),
            (int) one.get("segments").number());
  }

  private static ViewAge view(Json.Node one) {
    return new ViewAge(
        one.get("name").text(),
        one.get("collection").text(),
        ViewService.State.valueOf(one.get("state").text()),
        one.get("progressMillionths").number() / 1e6,
        one.get("ageMillis").number(),
        one.get("problem").textOrNull());
  }

  private static PartitionStatus partition(Json.Node one) {
    return new PartitionStatus(
        one.get("group").text(),
        (int) one.get("partition").number(),
        one.get("owner").text(),
        one.get("followedMillis").number(),
        one.get("epoch").number(),
        one.get("manifest").number(),
        one.get("sealAgeMillis").number(),
        (int) one.get("waitingSeals").number(),
        one.get("gaps").number(),
        one.get("problem").textOrNull());
  }

  private static FeedStatus feed(Json.Node one) {
    return new FeedStatus(
        texts(one.get("collections")),
        one.get("topic").text(),
        (int) one.get("partition").number(),
        FeedState.valueOf(one.get("state").text()),
        one.get("position").number(),
        one.get("committed").number(),
        one.get("lagRecords").number(),
        one.get("lagMillis").number(),
        one.get("events").number(),
        one.get("refused").number(),
        one.get("misplaced").number(),
        one.get("problem").textOrNull());
  }

  List<String> acceptFeed(String topic, int partition) {
    String path = "/v1/feeds/accept?topic=%s&partition=%d".formatted(encode(topic), partition);
    Json.Node reply =
        send(request(path).timeout(TIMEOUT).POST(HttpRequest.BodyPublishers.noBody()).build());
    return texts(reply.get("accepted"));
  }

  /// Has what was accepted so far sealed; returns when it is committed.
  void seal() {
    send(
        request("/v1/seal")
            .timeout(LONG_TIMEOUT)
            .POST(HttpRequest.BodyPublishers.noBody())
            .build());
  }

  List<TableStatus> tables() {
    Json.Node reply = send(request("/v1/tables").timeout(TIMEOUT).GET().build()).get("tables");
    List<TableStatus> tables = new ArrayList<>();
    for (Json.Node one : reply.elements()) {
      List<TableVersionStatus> versions = new ArrayList<>();
      for (Json.Node version : one.get("versions").elements()) {
        versions.add(
            new TableVersionStatus(
                version.get("version").number(),
                Instant.parse(version.get("from").text()),
                Instant.parse(version.get("loaded").text()),
                version.get("rows").number(),
                version.get("bytes").number()));
      }
      String checked = one.get("checked").textOrNull();
      tables.add(
          new TableStatus(
              one.get("name").text(),
              one.get("key").text(),
              one.get("origin").text(),
              versions,
              checked == null ? null : Instant.parse(checked),
              one.get("failure").textOrNull()));
    }
    return tables;
  }

  /// Returns whether the load brought a new version.
  boolean reloadTable(String table) {
    String path = "/v1/tables/reload?table=" + encode(table);
    return send(request(path)
            .timeout(LOAD_TIMEOUT)
            .POST(HttpRequest.BodyPublishers.noBody())
            .build())
        .get("isNew")
        .isTrue();
  }

  PipelineStatus pipeline() {
    Json.Node reply = send(request("/v1/status").timeout(TIMEOUT).GET().build()).get("pipeline");
    List<PipelineStep> steps = new ArrayList<>();
    for (Json.Node one : reply.get("steps").elements()) {
      Map<String, List<String>> collections = new LinkedHashMap<>();
      one.get("collections")
          .entries()
          .forEach((name, columns) -> collections.put(name, texts(columns)));
      steps.add(
          new PipelineStep(
              (int) one.get("position").number(),
              one.get("enricher").text(),
              one.get("dataVersion").text(),
              fields(one.get("reads")),
              fields(one.get("adds")),
              collections,
              one.get("calls").number(),
              one.get("hits").number(),
              one.get("failures").number(),
              one.get("microsPerCall").real(),
              one.get("lastFailure").textOrNull()));
    }
    List<PluginJar> plugins = new ArrayList<>();
    for (Json.Node one : reply.get("plugins").elements()) {
      plugins.add(new PluginJar(one.get("file").text(), texts(one.get("provides"))));
    }
    return new PipelineStatus(steps, plugins);
  }

  private static List<PipelineField> fields(Json.Node list) {
    return list.elements().stream()
        .map(one ->
            new PipelineField(
                one.get("name").text(), one.get("type").text(), one.get("description").text()))
        .toList();
  }

  ApplyResult applyConfigs(List<ConfigFile> files) {
    Json.Node reply = sendConfigs("/v1/config", files);
    return new ApplyResult(
        texts(reply.get("created")),
        texts(reply.get("changed")),
        texts(reply.get("unchanged")),
        plan(reply.get("plan")));
  }

  List<ConfigVersion> configHistory(String collection) {
    String path = "/v1/config/history?collection=" + encode(collection);
    List<ConfigVersion> versions = new ArrayList<>();
    for (Json.Node version :
        send(request(path).timeout(TIMEOUT).GET().build()).get("versions").elements()) {
      versions.add(
          new ConfigVersion(
              (int) version.get("version").number(),
              version.get("text").text(),
              texts(version.get("changes")),
              texts(version.get("discovered"))));
    }
    return versions;
  }

  ConfigPlan diffConfigs(List<ConfigFile> files) {
    return plan(sendConfigs("/v1/config/diff", files).get("plan"));
  }

  private Json.Node sendConfigs(String path, List<ConfigFile> files) {
    List<Map<String, String>> list =
        files.stream().map(file -> Map.of("name", file.name(), "text", file.text())).toList();
    return send(
        request(path)
            .timeout(TIMEOUT)
            .POST(HttpRequest.BodyPublishers.ofString(Json.write(Map.of("files", list))))
            .build());
  }

  private static ConfigPlan plan(Json.Node plan) {
    List<CollectionPlan> collections = new ArrayList<>();
    for (Json.Node collection : plan.elements()) {
      List<ConfigChange> changes = new ArrayList<>();
      for (Json.Node change : collection.get("changes").elements()) {
        changes.add(
            new ConfigChange(
                Verdict.valueOf(change.get("verdict").text()),
                change.get("what").text(),
                change.get("consequence").text()));
      }
      collections.add(
          new CollectionPlan(
              collection.get("collection").text(),
              (int) collection.get("from").number(),
              (int) collection.get("to").number(),
              changes));
    }
    return new ConfigPlan(collections);
  }

  /// Sends a file and follows its progress. No deadline: the server's progress lines show life.
  FileImportResult importFile(FileImport file, InputStream content, ImportProgress progress) {
    String path =
        "/v1/collections/%s/import?source=%s&contentId=%s&bytes=%d&again=%s"
            .formatted(
                encode(file.collection()),
                encode(file.source()),
                encode(file.contentId()),
                file.contentBytes(),
                file.again());
    try (ImportUpload upload = new ImportUpload(URI.create(address + path), content)) {
      return follow(upload, progress);
    } catch (IOException e) {
      throw unreachable(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted", e);
    }
  }

  /// Listens to a subscription until so many updates have come.
  void listen(String subscription, int updates, Consumer<Json.Node> each) {
    HttpRequest request =
        request("/graphql")
            .timeout(TIMEOUT)
            .header("Accept", "text/event-stream")
            .POST(HttpRequest.BodyPublishers.ofString(Json.write(Map.of("query", subscription))))
            .build();
    try {
      HttpResponse<Stream<String>> reply = http.send(request, HttpResponse.BodyHandlers.ofLines());
      try (Stream<String> lines = reply.body()) {
        lines
            .filter(line -> line.startsWith("data: {"))
            .limit(updates)
            .forEach(line -> each.accept(Json.parse(line.substring("data: ".length()))));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// What runs there now, the oldest first.
  List<RunningQuery> queries() {
    List<RunningQuery> queries = new ArrayList<>();
    for (Json.Node one :
        send(request("/v1/queries").timeout(TIMEOUT).GET().build()).get("queries").elements()) {
      queries.add(
          new RunningQuery(
              one.get("id").text(),
              one.get("requestId").textOrNull(),
              one.get("caller").text(),
              one.get("what").text(),
              one.get("hash").text(),
              texts(one.get("collections")),
              one.get("lane").text(),
              Instant.parse(one.get("started").text()),
              one.get("runningMillis").number(),
              one.get("rowsScanned").number(),
              one.get("costMillionths").number() / 1e6,
              one.get("isCancelled").isTrue()));
    }
    return queries;
  }

  /// NOT_FOUND where nothing runs under the id.
  void cancel(String id) {
    send(request("/v1/queries/" + encode(id)).timeout(TIMEOUT).DELETE().build());
  }

  /// An operation that may take long, such as a mutation.
  Json.Node graphQl(String query, Map<String, Object> variables) {
    return send(
        request("/graphql")
            .timeout(LONG_TIMEOUT)
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    Json.write(Map.of("query", query, "variables", variables))))
            .build());
  }

  Json.Node graphQl(String query) {
    return send(
        request("/graphql")
            .timeout(TIMEOUT)
            .POST(HttpRequest.BodyPublishers.ofString(Json.write(Map.of("query", query))))
            .build());
  }

  /// The cluster that it is in, as the server writes it.
  Json.Node cluster() {
    return send(request("/v1/cluster").timeout(TIMEOUT).GET().build());
  }

  /// Who is to own which partition, as the server writes it.
  ///
  /// @param with names of processes as if they were there, with commas
  /// @param without names of processes as if they were gone, with commas
  List<Json.Node> places(String with, String without) {
    String path = "/v1/cluster/places?with=%s&without=%s".formatted(encode(with), encode(without));
    return send(request(path).timeout(TIMEOUT).GET().build()).get("places").elements();
  }

  /// Begins to drain a process, unless a check says no; what was found, as the server writes it.
  Json.Node drain(String process, boolean isForced, boolean isTrial) {
    return send(
        request(
                "/v1/cluster/drain?process=%s&force=%s&dryRun=%s"
                    .formatted(encode(process), isForced, isTrial))
            .timeout(TIMEOUT)
            .POST(HttpRequest.BodyPublishers.ofString("{}"))
            .build());
  }

  /// Begins what is done with a process.
  ///
  /// @param what `resume` or `stop`
  void changeProcess(String what, String process) {
    send(
        request("/v1/cluster/%s?process=%s".formatted(what, encode(process)))
            .timeout(TIMEOUT)
            .POST(HttpRequest.BodyPublishers.ofString("{}"))
            .build());
  }

  /// The API keys, as the server writes them.
  List<Json.Node> keys() {
    return send(request("/v1/keys").timeout(TIMEOUT).GET().build()).get("keys").elements();
  }

  /// Makes, rotates or revokes a key.
  ///
  /// @param path below `/v1/keys`
  Json.Node changeKey(String path, Map<String, Object> body) {
    return send(
        request("/v1/keys" + path)
            .timeout(TIMEOUT)
            .POST(HttpRequest.BodyPublishers.ofString(Json.write(body)))
            .build());
  }

  private FileImportResult follow(ImportUpload upload, ImportProgress progress)
      throws IOException, InterruptedException {
    long records = 0;
    long bytes = 0;
    long rate = 0;
    for (String line = upload.next(); line != null; line = upload.next()) {
      if (!line.isBlank()) {
        Json.Node node = Json.parse(line);
        refuse(node);
        Json.Node result = node.get("result");
        if (!result.isMissing()) {
          return result(result);
        }
        records = node.get("records").number();
        bytes = node.get("bytes").number();
        rate = node.get("rate").number();
      }
      if (!progress.progress(records, bytes, rate)) {
        throw new TytoException(
            ErrorCode.CANCELLED,
            "stopped after %,d records; the same command goes on where this one ended"
                .formatted(records));
      }
    }
    throw new TytoException(
        ErrorCode.STORE_FAILED,
        "the server at " + address + " ended the import without a result; run the command again");
  }

  private static FileImportResult result(Json.Node result) {
    List<Rejected> examples = new ArrayList<>();
    for (Json.Node one : result.get("examples").elements()) {
      examples.add(
          new Rejected(
              (int) one.get("index").number(),
              one.get("field").textOrNull(),
              one.get("code").text(),
              one.get("message").text()));
    }
    return new FileImportResult(
        result.get("accepted").number(),
        result.get("duplicates").number(),
        result.get("rejected").number(),
        result.get("alreadyImported").number(),
        examples);
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + path))
            .header("Content-Type", "application/json");
    return token == null ? request : request.header("Authorization", "Bearer " + token);
  }

  private Json.Node send(HttpRequest request) {
    try {
      Json.Node reply = Json.parse(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
      refuse(reply);
      return reply;
    } catch (IOException e) {
      throw unreachable(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted", e);
    }
  }

  private static void refuse(Json.Node reply) {
    List<Json.Node> errors = reply.get("errors").elements();
    if (!errors.isEmpty()) {
      throw new TytoException(code(errors.getFirst()), errors.getFirst().get("message").text());
    }
  }

  private static ErrorCode code(Json.Node error) {
    String name = error.get("extensions").get("code").textOrNull();
    for (ErrorCode code : ErrorCode.values()) {
      if (code.name().equals(name)) {
        return code;
      }
    }
    return ErrorCode.INTERNAL;
  }

  private TytoException unreachable(@Nullable IOException cause) {
    return new TytoException(
        ErrorCode.STORE_LOCKED,
        "the server that holds the data folder does not answer at %s: %s"
            .formatted(address, cause == null ? "" : cause.getMessage()),
        cause);
  }

  private static List<String> texts(Json.Node list) {
    return list.elements().stream().map(Json.Node::text).toList();
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
