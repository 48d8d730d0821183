package io.tyto.model.port;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Cohorts that are kept by name. What is kept is the question, not its answer. Calls block; errors
/// are {@link TytoException}. Thread-safe.
public interface CohortService {
  /// Of a server that keeps none.
  CohortService NONE = new CohortService() {};

  /// Cohorts of a project.
  int MAX_COHORTS = 1_000;

  int MAX_NAME_CHARACTERS = 100;
  int MAX_DEFINITION_CHARACTERS = 16_384;

  /// @param definition text that only the API that wrote it reads
  /// @param version grows with every change
  record SavedCohort(String entity, String name, String definition, long version) {}

  /// All, by entity and name.
  default List<SavedCohort> cohorts() {
    return List.of();
  }

  /// Keeps a cohort, in place of one of that name. VERSION_CONFLICT where it is not of the version
  /// that was expected; LIMIT_TOO_LARGE where there are too many, or it is too long.
  ///
  /// @param expectedVersion 0: there must be none of that name yet; null: whatever there is
  default SavedCohort saveCohort(
      String entity, String name, String definition, @Nullable Long expectedVersion) {
    throw keepsNone();
  }

  /// False where there is none.
  default boolean dropCohort(String entity, String name) {
    throw keepsNone();
  }

  private static TytoException keepsNone() {
    return new TytoException(ErrorCode.NOT_FOUND, "this server keeps no cohorts");
  }
}
