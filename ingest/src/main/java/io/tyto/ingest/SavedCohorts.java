package io.tyto.ingest;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.CohortService;
import io.tyto.model.port.CohortService.SavedCohort;
import io.tyto.store.catalog.CatalogState;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Cohorts that the catalog keeps by name. Thread-safe.
final class SavedCohorts {
  private final CollectionDirectory directory;

  SavedCohorts(CollectionDirectory directory) {
    this.directory = directory;
  }

  /// Cohorts that are kept by name.
  List<SavedCohort> all() {
    return directory.state().cohorts().values().stream().map(SavedCohorts::cohort).toList();
  }

  private static SavedCohort cohort(CatalogState.SavedCohort kept) {
    return new SavedCohort(kept.entity(), kept.name(), kept.definition(), kept.version());
  }

  /// See {@link io.tyto.model.port.CohortService#saveCohort}.
  SavedCohort save(String entity, String name, String definition, @Nullable Long expectedVersion) {
    if (name.isBlank() || name.length() > CohortService.MAX_NAME_CHARACTERS) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "a cohort's name has 1 to %d characters".formatted(CohortService.MAX_NAME_CHARACTERS));
    }
    if (definition.length() > CohortService.MAX_DEFINITION_CHARACTERS) {
      throw new TytoException(
          ErrorCode.LIMIT_TOO_LARGE,
          "the cohort takes %,d characters written out, at most %,d"
              .formatted(definition.length(), CohortService.MAX_DEFINITION_CHARACTERS));
    }
    String key = CatalogState.SavedCohort.keyOf(entity, name);
    CatalogState saved =
        directory.change(draft -> {
          CatalogState.@Nullable SavedCohort before = draft.state().cohorts().get(key);
          requireVersion(name, before == null ? 0 : before.version(), expectedVersion);
          if (before == null && draft.state().cohorts().size() >= CohortService.MAX_COHORTS) {
            throw new TytoException(
                ErrorCode.LIMIT_TOO_LARGE,
                "%,d cohorts are kept already: drop one first"
                    .formatted(CohortService.MAX_COHORTS));
          }
          draft.saveCohort(entity, name, definition);
        });
    return cohort(Objects.requireNonNull(saved.cohorts().get(key)));
  }

  private static void requireVersion(String name, long version, @Nullable Long expected) {
    if (expected != null && expected != version) {
      throw new TytoException(
          ErrorCode.VERSION_CONFLICT,
          version == 0
              ? "there is no cohort '%s' yet: expect version 0".formatted(name)
              : "cohort '%s' is of version %d, not %d: read it again"
                  .formatted(name, version, expected));
    }
  }

  /// False where there is none.
  boolean drop(String entity, String name) {
    boolean[] isThere = {false};
    String key = CatalogState.SavedCohort.keyOf(entity, name);
    directory.change(draft -> {
      isThere[0] = draft.state().cohorts().containsKey(key);
      draft.dropCohort(entity, name);
    });
    return isThere[0];
  }
}
