package io.tyto.perf.bench;

import io.tyto.engine.EngineOptions;
import io.tyto.engine.LocalQueryService;
import io.tyto.gateway.Gateway;
import io.tyto.gateway.GatewayOptions;
import io.tyto.gateway.Guards;
import io.tyto.ingest.DataFolder;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.LocalNode;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.EntityService;
import io.tyto.model.port.IngestService.FileImport;
import io.tyto.model.port.IngestService.FileImportResult;
import io.tyto.model.port.LiveService;
import io.tyto.model.port.QueryService;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.ResultColumn;
import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.Disk;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/// Tyto inside this process, over a folder that is kept.
final class TytoStore implements AutoCloseable {
  private static final Duration NEVER = Duration.ofDays(1);
  private static final Duration TIMEOUT = Duration.ofMinutes(5);

  /// As the server has it.
  private static final long QUERY_MEMORY = Runtime.getRuntime().maxMemory() / 4;

  private static final Executor PANELS = work -> Thread.ofVirtual().start(work);

  private final Path folder;
  private final LocalNode node;
  private final LocalQueryService queries;

  private TytoStore(Path folder, LocalNode node, LocalQueryService queries) {
    this.folder = folder;
    this.node = node;
    this.queries = queries;
  }

  /// Defaults of the server in all but this: nothing is compacted while queries are timed, and no
  /// answer is kept, so that what is timed is the answering.
  static TytoStore open(Path folder, int threads) {
    return open(folder, EngineOptions.defaults().withWorkers(threads).withoutCache());
  }

  static TytoStore open(Path folder, EngineOptions queries) {
    IngestOptions options = IngestOptions.DEFAULT.withMaintenanceInterval(NEVER);
    LocalNode node = LocalNode.open(folder, options, Disk.SYSTEM, Clock.systemUTC());
    return new TytoStore(folder, node, new LocalQueryService(node, queries));
  }

  /// The server's gateway over this store, on a free port of this machine.
  Gateway serve() {
    return Gateway.start(GatewayOptions.defaults(), queries, node, node, Clock.systemUTC());
  }

  /// The same on this port, for those whom the guards let in.
  Gateway serve(int port, Guards guards) {
    return Gateway.start(
        GatewayOptions.defaults().withPort(port),
        queries,
        DeadLetterService.NONE,
        EntityService.NONE,
        LiveService.NONE,
        node,
        node,
        guards,
        Clock.systemUTC());
  }

  LocalNode node() {
    return node;
  }

  QueryService queries() {
    return queries;
  }

  TableSchema collection() {
    return node.collections().getFirst();
  }

  /// The collection's field in a GraphQL document.
  String root() {
    return ApiNames.field(collection().name());
  }

  boolean isEmpty() {
    return node.collections().isEmpty()
        || node.status().collections().stream().allMatch(each -> each.rows() == 0);
  }

  long rows() {
    return node.status().collections().getFirst().rows();
  }

  int segments() {
    return node.status().collections().getFirst().segments();
  }

  /// Imports and seals the file; seconds from the first byte read to the last segment committed.
  double load(String config, Path file, String sha256) throws IOException {
    node.applyConfigs(List.of(new ConfigFile("bench.yaml", config)));
    long began = System.nanoTime();
    try (InputStream content = new BufferedInputStream(Files.newInputStream(file), 1 << 20)) {
      FileImportResult result =
          node.importFile(
              new FileImport(collection().name(), file.toString(), sha256, Files.size(file), false),
              content,
              (_, _, _) -> true);
      if (result.rejected() > 0 || result.duplicates() > 0) {
        throw new IllegalStateException("not every event was taken: " + result);
      }
    }
    node.flush();
    return (System.nanoTime() - began) / 1e9;
  }

  /// Compacts what is due and deletes what that leaves behind.
  void compact() {
    int before;
    do {
      before = segments();
      node.maintain();
    } while (segments() != before);
    node.collectGarbage();
  }

  /// All files of the store: segments with their indexes and checksums, entity states, manifests.
  long bytes() throws IOException {
    try (Stream<Path> files = Files.walk(new DataFolder(folder).store())) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  List<Ask> compile(Question question) {
    TableSchema collection = collection();
    return question.parts().stream()
        .map(part -> Ask.compile(collection, root(), part.field()))
        .toList();
  }

  /// Asks all parts, at the same time as the API does with the panels of an operation.
  List<List<ResultColumn>> ask(List<Ask> parts) {
    QueryContext context = new QueryContext("bench", TIMEOUT, QUERY_MEMORY);
    if (parts.size() == 1) {
      return List.of(parts.getFirst().answer(queries, context));
    }
    List<CompletableFuture<List<ResultColumn>>> answers =
        parts.stream()
            .map(part -> CompletableFuture.supplyAsync(() -> part.answer(queries, context), PANELS))
            .toList();
    return answers.stream().map(CompletableFuture::join).toList();
  }

  @Override
  public void close() {
    queries.close();
    node.close();
  }
}
