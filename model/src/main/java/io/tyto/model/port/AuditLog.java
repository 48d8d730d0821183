package io.tyto.model.port;

import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Who did what, in an order that nobody can change unseen. Thread-safe.
public interface AuditLog {
  /// Of a server that notes nothing.
  AuditLog NONE = _ -> CompletableFuture.completedFuture(null);

  /// How long an entry may take to be written before what it is about is refused.
  Duration DEADLINE = Duration.ofSeconds(5);

  /// Of a target; what is longer is cut: it was refused for its length, or will be.
  int MAX_TARGET_CHARACTERS = 200;

  /// One thing that was done or refused. Holds no secrets and no values of rows or requests: ids,
  /// names and hashes only.
  ///
  /// @param caller its id
  /// @param action such as `query`, `key.create`, `refused`
  /// @param target what it was done to: the hash of a document, the id of a key; empty: nothing
  /// @param outcome `ok`, or the code of an error
  /// @param figures such as `cost` and `rows`
  /// @param isChange whether it changed something: then it must survive the loss of power
  record Entry(
      String caller,
      String action,
      String target,
      String outcome,
      Map<String, Long> figures,
      boolean isChange) {
    public Entry {
      figures = new TreeMap<>(figures);
      if (target.length() > MAX_TARGET_CHARACTERS) {
        target = target.substring(0, MAX_TARGET_CHARACTERS);
      }
    }
  }

  /// Notes an entry. The answer comes when it is written: it then survives the end of the process,
  /// and, of a change, the loss of power too. OVERLOADED at once where too many wait.
  CompletableFuture<@Nullable Void> submit(Entry entry);

  /// The same, and waits. What cannot be noted must not be done: OVERLOADED, STORE_FAILED.
  default void record(Entry entry) {
    try {
      submit(entry).get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new TytoException(
          ErrorCode.STORE_FAILED, "the audit log cannot be written: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new TytoException(
          ErrorCode.STORE_FAILED, "the audit log was not written within %s".formatted(DEADLINE), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted while the audit log was written");
    }
  }

  /// Does a change, and notes that it was done, or the code of the error that it threw.
  default <T> T noted(Caller caller, String action, String target, Supplier<T> change) {
    return noted(caller, action, target, change, _ -> target);
  }

  /// The same of what gets its name only when it is done.
  ///
  /// @param asked what is known of the target before
  default <T> T noted(
      Caller caller, String action, String asked, Supplier<T> change, Function<T, String> target) {
    T done;
    try {
      done = change.get();
    } catch (TytoException e) {
      record(new Entry(caller.id(), action, asked, e.code().name(), Map.of(), true));
      throw e;
    }
    record(new Entry(caller.id(), action, target.apply(done), "ok", Map.of(), true));
    return done;
  }
}
