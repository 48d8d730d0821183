package io.tyto.store.document;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// Documents numbered from 1 in one folder of a store, each written once by conditional put: of two
/// writers of the same number exactly one wins and both learn it.
///
/// Old numbers may be collected, except the *milestones* (multiples of a fixed number), as long as
/// at least that many of the newest stay. So a writer that slept while its number was taken,
/// superseded and collected is told by one look at the next milestone, instead of by listing the
/// folder.
///
/// Thread-safe: no state of its own.
public final class NumberedLog {
  private static final int ATTEMPTS = 4;
  private static final Pattern NAME = Pattern.compile("\\d{20}");

  private final Store store;
  private final String folder;
  private final int milestone;

  public NumberedLog(Store store, String folder, int milestone) {
    this.store = store;
    this.folder = folder;
    this.milestone = milestone;
  }

  public int milestone() {
    return milestone;
  }

  public String key(long version) {
    return StoreKeys.numbered(folder, version);
  }

  public Optional<byte[]> read(long version) {
    return store.get(key(version));
  }

  /// Stores a document once more that another process wrote, before anything is built on it.
  public void renew(long version) {
    read(version).ifPresent(document -> store.renew(key(version), document));
  }

  /// Whether the log goes on behind a number.
  public boolean goesOnBehind(long version) {
    return store.exists(key(version + 1)) || isLeftBehind(version);
  }

  /// Makes durable what was found.
  public void settle() {
    store.settle(folder);
  }

  /// Every number that exists, ascending.
  public List<Long> versions() {
    List<Long> versions = new ArrayList<>();
    for (String key : store.list(folder + "/")) {
      String name = key.substring(folder.length() + 1);
      if (!NAME.matcher(name).matches()) {
        throw JsonFields.corrupt(key, "a name of 20 digits", "'" + name + "'");
      }
      versions.add(Long.parseLong(name));
    }
    return versions;
  }

  public OptionalLong newest() {
    List<Long> versions = versions();
    return versions.isEmpty() ? OptionalLong.empty() : OptionalLong.of(versions.getLast());
  }

  /// Whether the log has gone on so far beyond a number that the number may have been collected.
  public boolean isLeftBehind(long version) {
    return store.exists(key((version / milestone + 1) * milestone));
  }

  /// Writes a document under its number. True: it stands there, durable, whether this call's
  /// acknowledgements arrived or not. False: the number belongs to another document, or the log has
  /// gone far beyond it; this writer is out.
  ///
  /// STORE_FAILED leaves the outcome unknown; a later call with the same bytes resolves it.
  /// DISK_FULL means that this call wrote nothing.
  public boolean append(long version, byte[] document) {
    TytoException last = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        return tryAppend(version, document);
      } catch (TytoException e) {
        // Once an attempt had an unknown outcome, a full disk at the next one settles nothing.
        if (e.code() != ErrorCode.STORE_FAILED && last == null) {
          throw e;
        }
        last = e.code() == ErrorCode.STORE_FAILED || last == null ? e : last;
      }
    }
    throw new TytoException(
        ErrorCode.STORE_FAILED,
        "Whether %s was written is unknown after %d attempts: %s"
            .formatted(key(version), ATTEMPTS, last == null ? "" : last.getMessage()),
        last);
  }

  private boolean tryAppend(long version, byte[] document) {
    boolean created = store.putIfAbsent(key(version), document) == Store.Put.CREATED;
    // A document that stands there already is ours if an earlier attempt succeeded without telling:
    // every document carries a unique commit id.
    boolean ours = created || Arrays.equals(read(version).orElse(null), document);
    // If the log has gone on that far, either the number had been used and collected, and what was
    // just written is not part of the log, or it was ours and others have built on it for long.
    // Which of the two cannot be told, so it stays for the collector; the writer is out in both
    // cases.
    return ours && !isLeftBehind(version);
  }
}
