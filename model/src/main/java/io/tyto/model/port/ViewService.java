package io.tyto.model.port;

import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.View;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Views: those of configs, and those that were created while the server ran. Calls block; errors
/// are {@link TytoException}. Thread-safe.
public interface ViewService {
  /// Of a server that has none.
  ViewService NONE = new ViewService() {};

  enum State {
    /// Rows that were there before it are still being added up.
    BUILDING,
    READY,
    /// More was committed since than it may trail.
    STALE,
    /// It is not kept up any more; the message says why.
    FAILED
  }

  /// A view that can be asked.
  ///
  /// @param rows the collection that its rows are
  record ViewCollection(View view, String collection, TableSchema rows) {}

  /// How a view stands.
  ///
  /// @param isConfigured it stands in a config, and goes with its line there
  /// @param progress of the rows that are committed, the part that it has taken in
  /// @param watermark greatest event time that it has taken in; null without any
  /// @param refreshed when all partitions were last brought up to date; null: not since the start
  /// @param bytes on disk
  /// @param message why it failed
  record ViewStatus(
      View view,
      String collection,
      boolean isConfigured,
      State state,
      double progress,
      @Nullable Instant watermark,
      @Nullable Instant refreshed,
      long bytes,
      @Nullable String message) {}

  /// A definition, each part as a config has it.
  record ViewInput(
      String name,
      String collection,
      List<String> dimensions,
      List<String> measures,
      @Nullable String granularity,
      @Nullable String zone,
      @Nullable String strategy,
      @Nullable String refreshEvery,
      @Nullable String backfillFrom) {
    public ViewInput {
      dimensions = List.copyOf(dimensions);
      measures = List.copyOf(measures);
    }
  }

  /// All that can be asked, by name.
  default List<ViewCollection> viewCollections() {
    return List.of();
  }

  /// All, by name.
  default List<ViewStatus> views() {
    return List.of();
  }

  /// Adds a view, which is built in the background. BAD_USER_INPUT with everything that is wrong,
  /// VERSION_CONFLICT where there is one of that name, LIMIT_TOO_LARGE where there are too many,
  /// UNKNOWN_COLLECTION.
  ///
  /// @param caller of whom nothing is told that is not there for it; may define views
  default ViewStatus createView(ViewInput input, Caller caller) {
    throw hasNone();
  }

  /// Has a view brought up to date soon, whatever its interval says. NOT_FOUND.
  default ViewStatus refreshView(String name) {
    throw hasNone();
  }

  /// Lets go of a view that was created here. NOT_FOUND; BAD_USER_INPUT where it stands in a
  /// config.
  default void dropView(String name) {
    throw hasNone();
  }

  private static TytoException hasNone() {
    return new TytoException(ErrorCode.NOT_FOUND, "this server has no views");
  }
}
