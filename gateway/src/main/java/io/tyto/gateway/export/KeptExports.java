package io.tyto.gateway.export;

import io.tyto.gateway.http.Replies;
import io.tyto.gateway.observe.Observatory;
import io.tyto.graphqlschema.GraphQlApi;
import io.tyto.graphqlschema.bulk.BulkAnswer;
import io.tyto.graphqlschema.bulk.BulkKind;
import io.tyto.graphqlschema.bulk.BulkQuestion;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.QueryContext;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Results that are made without a client waiting, lie on disk for a while and are fetched by
/// whoever asked for them. Thread-safe.
///
/// *Lifetime*: of the process; nothing of it outlives a restart.
final class KeptExports implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(KeptExports.class.getName());
  private static final int ID_BYTES = 16;
  private static final int BUFFER_BYTES = 1 << 16;
  private static final String POLL_SECONDS = "1";

  /// Exports that one caller may have here, made or not, and all callers together.
  static final int MAX_OF_CALLER = 50;

  private static final int MAX = 10_000;

  private final ExportOptions options;
  private final Observatory observatory;
  private final Presence presence;
  private final Places unfinished;
  private final Places running;
  private final AtomicLong bytes = new AtomicLong();
  private final Map<String, Kept> all = new ConcurrentHashMap<>();
  private final SecureRandom random = new SecureRandom();

  /// A question and what it is asked with.
  ///
  /// @param place of those that are made at once
  record Work(GraphQlApi api, BulkQuestion question, QueryContext query, Places.Place place) {}

  private enum State {
    WAITING,
    RUNNING,
    DONE,
    FAILED
  }

  private static final class Kept {
    final String id;
    final Caller caller;
    final String queryId;
    final String path;
    final String collection;
    final BulkKind kind;
    final Format format;
    final boolean keepsFormulas;
    final Path file;
    final Instant created = Instant.now();
    final AtomicLong bytes = new AtomicLong();

    /// Null once it is made: it may be kept for long.
    volatile @Nullable QueryContext query;

    volatile State state = State.WAITING;
    volatile long rows;
    volatile @Nullable Instant expires;
    volatile @Nullable List<Map<String, Object>> errors;

    Kept(
        String id,
        QueryContext query,
        String path,
        String collection,
        BulkKind kind,
        Format format,
        boolean keepsFormulas,
        Path folder) {
      this.id = id;
      this.caller = query.caller();
      this.queryId = query.queryId();
      this.query = query;
      this.path = path;
      this.collection = collection;
      this.kind = kind;
      this.format = format;
      this.keepsFormulas = keepsFormulas;
      this.file = folder.resolve(id + "." + format.extension());
    }

    boolean isOf(Caller other) {
      return caller.id().equals(other.id()) && caller.project().equals(other.project());
    }

    void cancel() {
      QueryContext running = query;
      if (running != null) {
        running.cancel();
      }
    }
  }

  KeptExports(ExportOptions options, Presence presence, Observatory observatory) {
    this.options = options;
    this.observatory = observatory;
    this.presence = presence;
    this.unfinished = new Places(2 * options.concurrency(), "come back later");
    this.running = new Places(options.concurrency(), "come back later");
    deleteFiles();
  }

  /// Where a caller's export is made, when it is its turn.
  Places.Place place(Caller caller) {
    return running.of(caller);
  }

  /// Makes a result in the background; its id. OVERLOADED where too many are being made or kept,
  /// CONCURRENCY_LIMITED where they are the caller's.
  ///
  /// @param path what is exported, for the audit log and the list of what runs
  String begin(
      Work work,
      String path,
      String collection,
      BulkKind kind,
      Format format,
      boolean keepsFormulas) {
    Places.Place begun = unfinished.of(work.query().caller());
    begun.take();
    byte[] id = new byte[ID_BYTES];
    random.nextBytes(id);
    Kept kept =
        new Kept(
            HexFormat.of().formatHex(id),
            work.query(),
            path,
            collection,
            kind,
            format,
            keepsFormulas,
            options.folder());
    try {
      add(kept);
    } catch (RuntimeException e) {
      begun.close();
      throw e;
    }
    Thread.ofVirtual()
        .name("export " + kept.id)
        .start(() -> {
          try (begun) {
            make(kept, work);
          }
        });
    return kept.id;
  }

  private synchronized void add(Kept kept) {
    if (all.size() >= MAX) {
      throw new TytoException(
          ErrorCode.OVERLOADED, "%,d exports are kept; come back later".formatted(MAX));
    }
    if (all.values().stream().filter(other -> other.isOf(kept.caller)).count() >= MAX_OF_CALLER) {
      throw new TytoException(
          ErrorCode.CONCURRENCY_LIMITED,
          "%d exports of these credentials are kept, which is as many as one caller may have: delete those that were fetched"
              .formatted(MAX_OF_CALLER));
    }
    all.put(kept.id, kept);
  }

  private void make(Kept kept, Work work) {
    try {
      // It can be fetched only when its end is noted.
      observatory.export(kept.path, work.query(), () -> written(kept, work));
      kept.state = State.DONE;
    } catch (RuntimeException | Error e) {
      fail(kept, e);
    } finally {
      kept.query = null;
      kept.expires = Instant.now().plus(options.keep());
      CompletableFuture.delayedExecutor(options.keep().toMillis(), TimeUnit.MILLISECONDS)
          .execute(() -> forget(kept));
      if (!all.containsKey(kept.id)) {
        deleteFile(kept); // was deleted while it was made
      }
    }
  }

  /// Makes the result when it is its turn; nobody was told anything.
  private List<String> written(Kept kept, Work work) {
    try (Places.Place place = work.place();
        Presence.Stay _ = presence.of(kept.caller, work.query()::cancel)) {
      place.await(work.query());
      kept.state = State.RUNNING;
      write(kept, work);
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void fail(Kept kept, Throwable cause) {
    kept.errors = Replies.errors(cause);
    kept.state = State.FAILED;
    deleteFile(kept);
  }

  private void write(Kept kept, Work work) throws IOException {
    createFolder();
    try (BulkAnswer answer = work.api().ask(work.question(), work.query());
        OutputStream out =
            new BufferedOutputStream(
                new Counted(Files.newOutputStream(kept.file), kept), BUFFER_BYTES)) {
      RowsWriter writer =
          kept.format.writer(kept.kind, work.question().columns(), out, kept.keepsFormulas);
      kept.rows = Exporting.write(answer, answer.next(), writer, work.query());
    }
  }

  private void createFolder() throws IOException {
    Path folder = options.folder();
    if (Files.isDirectory(folder)) {
      return;
    }
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } else {
      Files.createDirectories(folder);
    }
  }

  /// Counts what goes to disk, and stops at the bound.
  private final class Counted extends FilterOutputStream {
    private final Kept kept;

    Counted(OutputStream out, Kept kept) {
      super(out);
      this.kept = kept;
    }

    @Override
    public void write(byte[] data, int offset, int length) throws IOException {
      kept.bytes.addAndGet(length);
      if (bytes.addAndGet(length) > options.maxBytes()) {
        throw new TytoException(
            kept.bytes.get() > options.maxBytes() / 2
                ? ErrorCode.LIMIT_TOO_LARGE
                : ErrorCode.OVERLOADED,
            "results that are kept take at most %,d MB together: delete those that were fetched, ask for less, or stream"
                .formatted(options.maxBytes() >> 20));
      }
      out.write(data, offset, length);
    }
  }

  /// Rows were chosen by what whoever asked might see then: the same caller, when it may do
  /// something else now, asks again. Admins see all rows of what they oversee.
  private static boolean isFor(Kept kept, Caller caller) {
    return caller.oversees(kept.caller)
        && (caller.access().isAdmin() || kept.caller.access().equals(caller.access()));
  }

  private Kept find(String id, Caller caller) {
    Kept kept = all.get(id);
    if (kept == null || !isFor(kept, caller)) {
      throw new TytoException(
          ErrorCode.NOT_FOUND,
          "there is no such export: they are kept for %d minutes after they are complete"
              .formatted(options.keep().toMinutes()));
    }
    return kept;
  }

  Map<String, Object> describe(String id, Caller caller) {
    return describe(find(id, caller));
  }

  private static Map<String, Object> describe(Kept kept) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("id", kept.id);
    body.put("collection", kept.collection);
    body.put("kind", kept.kind.word());
    body.put("format", kept.format.mediaType());
    body.put("state", kept.state.name());
    body.put("created", Formats.time(kept.created));
    body.put("bytes", kept.bytes.get());
    body.put("queryId", kept.queryId);
    Instant expires = kept.expires;
    if (expires != null) {
      body.put("expires", Formats.time(expires));
    }
    if (kept.state == State.DONE) {
      body.put("rows", kept.rows);
      body.put("result", "/v1/exports/" + kept.id + "/result");
    }
    List<Map<String, Object>> errors = kept.errors;
    if (errors != null) {
      body.put("errors", errors);
    }
    return body;
  }

  void status(HttpServerRequest request, Caller caller, String id) {
    Kept kept = find(id, caller);
    if (kept.state == State.WAITING || kept.state == State.RUNNING) {
      request.response().putHeader("Retry-After", POLL_SECONDS);
    }
    Replies.json(request, 200, describe(kept));
  }

  /// @param fetched told of what is about to be sent, by its path
  void result(HttpServerRequest request, Caller caller, String id, Consumer<String> fetched) {
    Kept kept = find(id, caller);
    switch (kept.state) {
      case DONE -> {
        fetched.accept(kept.path);
        send(request, caller, kept);
      }
      case FAILED ->
          throw new TytoException(
              ErrorCode.NOT_FOUND, "the export failed; GET /v1/exports/" + id + " says why");
      case WAITING, RUNNING -> {
        request.response().putHeader("Retry-After", POLL_SECONDS);
        Replies.json(request, 202, describe(kept));
      }
    }
  }

  private void send(HttpServerRequest request, Caller caller, Kept kept) {
    HttpServerResponse response = request.response();
    Future<Void> sent =
        response
            .putHeader("Content-Type", kept.format.contentType())
            .putHeader("Cache-Control", "no-store")
            .putHeader("Tyto-Rows", Long.toString(kept.rows))
            .putHeader(
                "Content-Disposition",
                "attachment; filename=\"%s.%s\""
                    .formatted(kept.collection, kept.format.extension()))
            .sendFile(kept.file.toString());
    Presence.Stay stay = presence.of(caller, response::reset);
    sent.onComplete(_ -> stay.close())
        .onFailure(cause -> {
          if (!response.headWritten()) {
            Replies.failure(
                request, new TytoException(ErrorCode.NOT_FOUND, "the export was deleted", cause));
          }
        });
  }

  void delete(HttpServerRequest request, Caller caller, String id) {
    Kept kept = find(id, caller);
    kept.cancel();
    Thread.startVirtualThread(() -> {
      forget(kept);
      request.response().setStatusCode(204).end();
    });
  }

  private void forget(Kept kept) {
    if (all.remove(kept.id) != null && (kept.state == State.DONE || kept.state == State.FAILED)) {
      deleteFile(kept);
    }
  }

  private void deleteFile(Kept kept) {
    bytes.addAndGet(-kept.bytes.getAndSet(0));
    try {
      Files.deleteIfExists(kept.file);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "cannot delete " + kept.file, e);
    }
  }

  /// Of an earlier run, which nobody can ask for any more.
  private void deleteFiles() {
    if (!Files.isDirectory(options.folder())) {
      return;
    }
    try (Stream<Path> files = Files.list(options.folder())) {
      for (Path file : files.filter(KeptExports::isOurs).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot empty the folder of exports " + options.folder(), e);
    }
  }

  private static boolean isOurs(Path file) {
    return file.getFileName().toString().matches("[0-9a-f]{32}\\.[a-z]+");
  }

  @Override
  public void close() {
    for (Kept kept : all.values()) {
      kept.cancel();
      forget(kept);
    }
  }
}
