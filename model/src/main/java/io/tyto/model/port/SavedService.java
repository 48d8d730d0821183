package io.tyto.model.port;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Queries and dashboards that are kept for a project. Calls block; errors are {@link
/// TytoException}. Thread-safe.
public interface SavedService {
  /// Of a server that keeps none.
  SavedService NONE = new SavedService() {};

  /// Of a project.
  int MAX_QUERIES = 1_000;

  /// Of a project.
  int MAX_DASHBOARDS = 200;

  int MAX_NAME_CHARACTERS = 200;

  /// Of one definition, written out.
  int MAX_DEFINITION_CHARACTERS = 65_536;

  /// Of all definitions of a project.
  int MAX_PROJECT_CHARACTERS = 4 << 20;

  enum Kind {
    QUERY("query"),
    DASHBOARD("dashboard");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /// As ids begin.
    public String word() {
      return word;
    }

    /// How many a project may have.
    public int most() {
      return this == QUERY ? MAX_QUERIES : MAX_DASHBOARDS;
    }
  }

  /// @param id names it for ever: the word of its kind, a colon, and digits
  /// @param document names the text of a query by its hash; null of a dashboard
  /// @param definition plain values that only the API that wrote it understands: maps, lists,
  ///   strings, numbers, bools, null
  /// @param version from 1, one more with every change
  record SavedItem(
      String id,
      Kind kind,
      String project,
      String name,
      @Nullable String document,
      Map<String, @Nullable Object> definition,
      int version,
      Instant updatedAt) {}

  /// What is to be kept.
  ///
  /// @param id of what it takes the place of; null: it is new
  /// @param expectedVersion of what it takes the place of, 0: there is none; null: whatever there
  ///   is
  record SavedInput(
      @Nullable String id,
      Kind kind,
      String project,
      String name,
      @Nullable String document,
      Map<String, @Nullable Object> definition,
      @Nullable Integer expectedVersion) {}

  /// Of all projects, by id.
  default List<SavedItem> savedItems() {
    return List.of();
  }

  /// Keeps it. NOT_FOUND where the project has none of that id and kind; VERSION_CONFLICT where it
  /// is not of the version that was expected; LIMIT_TOO_LARGE where there are too many, or it is
  /// too long. What changes nothing makes no version.
  default SavedItem saveItem(SavedInput input) {
    throw keepsNone();
  }

  /// False where there is none.
  default boolean dropItem(String id) {
    throw keepsNone();
  }

  private static TytoException keepsNone() {
    return new TytoException(
        ErrorCode.NOT_FOUND, "this server keeps neither queries nor dashboards");
  }
}
