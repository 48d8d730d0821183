package io.tyto.model.port;

import io.tyto.model.access.Caller;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Takes events. Thread-safe.
public interface IngestService {

  /// UNKNOWN_COLLECTION, FORBIDDEN where nothing that the caller sends would be taken. Asked before
  /// a body is read; does not block.
  void requireMay(String collection, Caller caller);

  /// Decodes, validates and appends a body of JSON events; completes when every accepted event is
  /// durable in the log. Fails with BAD_JSON where the body as a whole cannot be read (nothing is
  /// appended then), OVERLOADED or DISK_FULL where the log cannot take more.
  ///
  /// FORBIDDEN, and nothing is appended, where the caller may not send events, or a row policy
  /// allows it only rows that some event is none of.
  ///
  /// BAD_USER_INPUT where there is a key and the collection cannot recognise events by it;
  /// IDEMPOTENCY_CONFLICT, and nothing is appended, where another body came under the key.
  ///
  /// @param body NDJSON or a JSON array, not compressed
  /// @param idempotencyKey gives an id to each event that has none, by its place: the same body
  ///   sent again under the same key is made of duplicates; null: events without an id are new
  CompletableFuture<IngestResult> ingest(
      String collection, byte[] body, Caller caller, @Nullable String idempotencyKey);

  /// The same without a key.
  default CompletableFuture<IngestResult> ingest(String collection, byte[] body, Caller caller) {
    return ingest(collection, body, caller, null);
  }

  /// Imports records of a file as a log of its own: `source` names it for people, `contentId` is
  /// the SHA-256 of its content. Blocks until every record is committed or refused.
  FileImportResult importFile(FileImport request, InputStream content, ImportProgress progress);

  /// @param rejected index in the body and why; these became dead letters
  record IngestResult(int accepted, int duplicates, List<Rejected> rejected) {}

  record Rejected(int index, @Nullable String field, String code, String message) {}

  /// @param again import a second time although the content is known
  record FileImport(
      String collection, String source, String contentId, long contentBytes, boolean again) {}

  record FileImportResult(
      long accepted,
      long duplicates,
      long rejected,
      long alreadyImported,
      List<Rejected> examples) {}

  /// Told from time to time; returns false to stop in a consistent state.
  interface ImportProgress {
    boolean progress(long recordsRead, long bytesRead, long rowsPerSecond);
  }
}
