package io.tyto.model.port;

import io.tyto.model.access.Caller;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Takes events. Thread-safe.
public interface IngestService {

  /// Decodes, validates and appends a body of JSON events; completes when every accepted event is
  /// durable in the log. Fails with BAD_JSON where the body as a whole cannot be read (nothing is
  /// appended then), OVERLOADED or DISK_FULL where the log cannot take more.
  ///
  /// FORBIDDEN, and nothing is appended, where the caller may not send events, or a row policy
  /// allows it only rows that some event is none of.
  ///
  /// @param body NDJSON or a JSON array, not compressed
  CompletableFuture<IngestResult> ingest(String collection, byte[] body, Caller caller);

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
