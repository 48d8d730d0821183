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

  /// The newest version that this object wrote, or renewed.
  private long lastingVersion;

  private volatile Tip tip = new Tip(CatalogState.EMPTY, "");

  /// The newest version known here, with the hash of its document.
  private record Tip(CatalogState state, String sha256) {}

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
    return tip.state();
  }

  /// Reads versions that others wrote since.
  public synchronized CatalogState refresh() {
    long version = state().version();
    if (log.isLeftBehind(version) && log.read(version + 1).isEmpty()) {
      reload();
    } else {
      replay(tip);
    }
    return state();
  }

  /// Starts from the newest whole state.
  private synchronized void reload() {
    long newest = log.newest().orElse(0);
    long whole = newest / WHOLE_STATE_EVERY * WHOLE_STATE_EVERY;
    replay(whole == 0 ? new Tip(CatalogState.EMPTY, "") : readWhole(whole));
    if (state().version() < newest) {
      throw JsonFields.corrupt(
          log.key(state().version() + 1),
          "a version, because version %d exists".formatted(newest),
          "no such file");
    }
  }

  private Tip readWhole(long version) {
    byte[] document =
        log.read(version)
            .orElseThrow(
                () -> JsonFields.corrupt(log.key(version), "a whole state", "no such file"));
    CatalogState state = decode(version, document).state();
    if (state == null) {
      throw JsonFields.corrupt(log.key(version), "a whole state", "a single change");
    }
    return new Tip(state, SealedJson.sha256(document));
  }

  private void replay(Tip from) {
    Tip next = from;
    Optional<byte[]> document = log.read(from.state().version() + 1);
    while (document.isPresent()) {
      next = after(next, document.get());
      document = log.read(next.state().version() + 1);
    }
    if (next.state().version() > state().version()) {
      // Manifests will rest on these ids, in other folders.
      log.settle();
    }
    tip = next;
  }

  private Tip after(Tip before, byte[] document) {
    CatalogCodec.Entry entry = decode(before.state().version() + 1, document);
    if (!entry.previousSha256().equals(before.sha256())) {
      throw JsonFields.corrupt(
          log.key(entry.version()),
          "a predecessor with sha256 " + entry.previousSha256(),
          "sha256 " + before.sha256());
    }
    CatalogState state = before.state();
    for (CatalogFact fact : entry.facts()) {
      state = state.with(fact);
    }
    return new Tip(state.atVersion(entry.version()), SealedJson.sha256(document));
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
      renew();
      CatalogDraft draft = new CatalogDraft(state());
      if (!state().projects().containsKey(project)) {
        draft.addProject(new Project(project, nameOf(project)));
      }
      int implied = draft.facts().size();
      edit.accept(draft);
      if (draft.facts().size() == implied || record(draft)) {
        return state();
      }
    }
    throw new TytoException(
        ErrorCode.OVERLOADED,
        "%d other changes of catalog %d came first. Repeat the change later."
            .formatted(MAX_RIVALS, project));
  }

  /// Whoever changes the catalog, or learns that there is nothing to change, builds on what is
  /// there.
  private void renew() {
    long version = state().version();
    if (version != lastingVersion) {
      log.renew(version);
      lastingVersion = version;
    }
  }

  private static String nameOf(int project) {
    return project == StoreKeys.DEFAULT_PROJECT ? "default" : "project-" + project;
  }

  private boolean record(CatalogDraft draft) {
    Tip before = tip;
    long version = before.state().version() + 1;
    CatalogState next = draft.state().atVersion(version);
    byte[] document =
        CatalogCodec.encode(
            new CatalogCodec.Entry(
                version,
                before.sha256(),
                writerId,
                commitIds.get(),
                draft.facts(),
                version % WHOLE_STATE_EVERY == 0 ? next : null));
    if (!log.append(version, document)) {
      return false;
    }
    tip = new Tip(next, SealedJson.sha256(document));
    lastingVersion = version;
    return true;
  }
}
