package io.tyto.store.document;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.Store;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;

/// A numbered log of which each document says everything, so that opening reads the newest one. It
/// is written by conditional put: of two writers one learns that it was too late, and changes what
/// the other wrote. Thread-safe.
///
/// @param <S> what a document says, immutable, with equality
public final class WholeLog<S> {
  private static final int FORMAT = 1;
  private static final int MAX_RIVALS = 100;

  private final NumberedLog log;
  private final String what;
  private final String writerId;
  private final Form<S> form;
  private volatile Tip<S> tip;

  /// How a state stands in a document, beside the members that all documents have.
  public interface Form<S> {
    void write(JsonGenerator json, S state) throws IOException;

    S read(JsonFields json);
  }

  private record Tip<S>(long version, String sha256, S state) {}

  /// Reads the newest document. MANIFEST_CORRUPT where it is damaged.
  ///
  /// @param folder of the store
  /// @param milestone see {@link NumberedLog}
  /// @param what the log is about, for messages
  /// @param writerId UUID of the process start
  /// @param nothing the state where there is no document yet
  public static <S> WholeLog<S> open(
      Store store,
      String folder,
      int milestone,
      String what,
      String writerId,
      S nothing,
      Form<S> form) {
    WholeLog<S> log =
        new WholeLog<>(new NumberedLog(store, folder, milestone), what, writerId, nothing, form);
    log.reload();
    return log;
  }

  private WholeLog(NumberedLog log, String what, String writerId, S nothing, Form<S> form) {
    this.log = log;
    this.what = what;
    this.writerId = writerId;
    this.form = form;
    this.tip = new Tip<>(0, "", nothing);
  }

  /// As last read or written here.
  public S state() {
    return tip.state();
  }

  /// Number of the document that {@link #state} stands in; 0 where there is none.
  public long version() {
    return tip.version();
  }

  /// Reads what others wrote since.
  public synchronized void refresh() {
    long version = tip.version();
    if (log.read(version + 1).isPresent() || log.isLeftBehind(version)) {
      reload();
    }
  }

  private void reload() {
    OptionalLong newest = log.newest();
    if (newest.isEmpty()) {
      return;
    }
    long version = newest.getAsLong();
    String key = log.key(version);
    byte[] document =
        log.read(version)
            .orElseThrow(() -> JsonFields.corrupt(key, "a listed document", "no such file"));
    JsonFields json = SealedJson.open(key, document).requireReadable(FORMAT, Set.of());
    tip = new Tip<>(version, SealedJson.sha256(document), form.read(json));
    log.settle();
  }

  /// Records a change. Where a rival was faster, the edit runs again on the rival's state. An edit
  /// that changes nothing writes nothing. OVERLOADED; STORE_FAILED: the outcome is unknown.
  ///
  /// @return the state as it was written, or as it is
  public synchronized S change(UnaryOperator<S> edit) {
    for (int rivals = 0; rivals < MAX_RIVALS; rivals++) {
      S next = edit.apply(state());
      if (next.equals(state())) {
        return state();
      }
      long version = tip.version() + 1;
      byte[] document = encode(version, next);
      if (log.append(version, document)) {
        tip = new Tip<>(version, SealedJson.sha256(document), next);
        return next;
      }
      reload();
    }
    throw new TytoException(
        ErrorCode.OVERLOADED,
        "%d other changes of %s came first. Repeat the change later.".formatted(MAX_RIVALS, what));
  }

  private byte[] encode(long version, S state) {
    return SealedJson.seal(json -> {
      json.writeNumberField("format", FORMAT);
      json.writeArrayFieldStart("requires");
      json.writeEndArray();
      json.writeNumberField("v", version);
      json.writeStringField("prevSha", tip.sha256());
      json.writeStringField("writerId", writerId);
      json.writeStringField("commitId", UUID.randomUUID().toString());
      form.write(json, state);
    });
  }
}
