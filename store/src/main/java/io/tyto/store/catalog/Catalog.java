package io.tyto.store.catalog;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import io.tyto.store.catalog.CatalogState.Project;
import io.tyto.store.document.JsonFields;
import io.tyto.store.document.NumberedLog;
import io.tyto.store.document.SealedJson;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// The catalog log of one project.
///
/// A version is one change, applied whole or not at all; every 256th also carries the whole state,
/// so opening reads at most 256 objects. Thread-safe.
public final class Catalog {
  /// Versions whose number is a multiple of this carry the whole state and are never collected.
  public static final int WHOLE_STATE_EVERY = 256;

  private static final int MAX_RIVALS = 100;

  private final NumberedLog log;
  private final int project;
  private final String writerId;
  private final Supplier<String> commitIds;
  private volatile CatalogState state = CatalogState.EMPTY;
  private String sha256 = "";

  /// Reads the newest state. MANIFEST_CORRUPT where a version is damaged.
  ///
  /// @param project numeric id, {@link StoreKeys#DEFAULT_PROJECT} if nobody says otherwise
  /// @param writerId UUID of the process start
  public static Catalog open(Store store, int project, String writerId) {
    return open(store, project, writerId, () -> UUID.randomUUID().toString());
  }

  /// For tests, which need the same ids again.
  ///
  /// @param commitIds gives an id that no other change has
  public static Catalog open(
      Store store, int project, String writerId, Supplier<String> commitIds) {
    Catalog catalog = new Catalog(store, project, writerId, commitIds);
    catalog.reload();
    return catalog;
  }

  private Catalog(Store store, int project, String writerId, Supplier<String> commitIds) {
    this.log = new NumberedLog(store, StoreKeys.catalog(project), WHOLE_STATE_EVERY);
    this.project = project;
    this.writerId = writerId;
    this.commitIds = commitIds;
  }

  /// As last read or written by this object; never blocks.
  public CatalogState state() {
    return state;
  }

  /// Reads versions that others wrote since.
  public synchronized CatalogState refresh() {
    if (log.isLeftBehind(state.version()) && log.read(state.version() + 1).isEmpty()) {
      reload();
    } else {
      replay();
    }
    return state;
  }

  /// Starts from the newest whole state.
  private synchronized void reload() {
    OptionalLong newest = log.newest();
    long whole = newest.orElse(0) / WHOLE_STATE_EVERY * WHOLE_STATE_EVERY;
    if (whole > 0) {
      byte[] document =
          log.read(whole)
              .orElseThrow(
                  () -> JsonFields.corrupt(log.key(whole), "a whole state", "no such file"));
      CatalogState found = decode(whole, document).state();
      if (found == null) {
        throw JsonFields.corrupt(log.key(whole), "a whole state", "a single change");
      }
      state = found;
      sha256 = SealedJson.sha256(document);
    }
    replay();
    if (state.version() < newest.orElse(0)) {
      throw JsonFields.corrupt(
          log.key(state.version() + 1),
          "a version, because version %d exists".formatted(newest.orElse(0)),
          "no such file");
    }
  }

  private void replay() {
    CatalogState next = state;
    Optional<byte[]> document = log.read(next.version() + 1);
    while (document.isPresent()) {
      CatalogCodec.Entry entry = decode(next.version() + 1, document.get());
      if (!entry.previousSha256().equals(sha256)) {
        throw JsonFields.corrupt(
            log.key(entry.version()),
            "a predecessor with sha256 " + entry.previousSha256(),
            "sha256 " + sha256);
      }
      for (CatalogFact fact : entry.facts()) {
        next = next.with(fact);
      }
      next = next.atVersion(entry.version());
      sha256 = SealedJson.sha256(document.get());
      document = log.read(next.version() + 1);
      state = next;
    }
  }

  private CatalogCodec.Entry decode(long version, byte[] document) {
    CatalogCodec.Entry entry = CatalogCodec.decode(log.key(version), document);
    if (entry.version() != version) {
      throw JsonFields.corrupt(
          log.key(version), "version " + version, "version " + entry.version());
    }
    return entry;
  }

  /// Records a change. Where a rival was faster, the edit runs again on the rival's state, so it
  /// must depend on the draft alone. An edit that adds nothing writes nothing. What the edit throws
  /// is thrown and nothing is recorded. STORE_FAILED: the outcome is unknown; {@link #refresh}
  /// tells.
  public synchronized CatalogState change(Consumer<CatalogDraft> edit) {
    for (int rivals = 0; rivals < MAX_RIVALS; rivals++) {
      refresh();
      CatalogDraft draft = new CatalogDraft(state);
      if (!state.projects().containsKey(project)) {
        draft.addProject(new Project(project, nameOf(project)));
      }
      int implied = draft.facts().size();
      edit.accept(draft);
      if (draft.facts().size() == implied || record(draft)) {
        return state;
      }
    }
    throw new TytoException(
        ErrorCode.OVERLOADED,
        "%d other changes of catalog %d came first. Repeat the change later."
            .formatted(MAX_RIVALS, project));
  }

  private static String nameOf(int project) {
    return project == StoreKeys.DEFAULT_PROJECT ? "default" : "project-" + project;
  }

  private boolean record(CatalogDraft draft) {
    long version = state.version() + 1;
    CatalogState next = draft.state().atVersion(version);
    byte[] document =
        CatalogCodec.encode(
            new CatalogCodec.Entry(
                version,
                sha256,
                writerId,
                commitIds.get(),
                draft.facts(),
                version % WHOLE_STATE_EVERY == 0 ? next : null));
    if (!log.append(version, document)) {
      return false;
    }
    sha256 = SealedJson.sha256(document);
    state = next;
    return true;
  }
}
