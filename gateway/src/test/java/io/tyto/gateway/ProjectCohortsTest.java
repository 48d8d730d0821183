package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.access.Caller;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.CohortService;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProjectCohortsTest {
  private final List<CohortService.SavedCohort> kept = new ArrayList<>();

  private final CohortService all =
      new CohortService() {
        @Override
        public List<SavedCohort> cohorts() {
          return List.copyOf(kept);
        }

        @Override
        public SavedCohort saveCohort(
            String entity, String name, String definition, @Nullable Long expectedVersion) {
          SavedCohort cohort = new SavedCohort(entity, name, definition, 1);
          kept.add(cohort);
          return cohort;
        }

        @Override
        public boolean dropCohort(String entity, String name) {
          return kept.removeIf(cohort -> cohort.name().equals(name));
        }
      };

  private CohortService of(String project) {
    return ProjectCohorts.of(project, all);
  }

  private static List<String> names(CohortService cohorts) {
    return cohorts.cohorts().stream().map(CohortService.SavedCohort::name).toList();
  }

  @Test
  void eachProjectHasItsOwn() {
    assertEquals("payers", of("acme").saveCohort("user", "payers", "a", null).name());
    of("acme-eu").saveCohort("user", "payers", "b", null);
    of(Caller.DEFAULT_PROJECT).saveCohort("user", "payers", "c", null);
    assertEquals(List.of("payers"), names(of("acme")));
    assertEquals("a", of("acme").cohorts().getFirst().definition());
    assertEquals("b", of("acme-eu").cohorts().getFirst().definition());
    assertEquals("c", of(Caller.DEFAULT_PROJECT).cohorts().getFirst().definition());
    assertEquals(3, names(ProjectCohorts.of(null, all)).size());
    assertTrue(of("acme").dropCohort("user", "payers"));
    assertFalse(of("acme").dropCohort("user", "payers"));
    assertEquals(List.of("payers"), names(of("acme-eu")));
  }

  @Test
  void nobodySavesUnderTheNameOfAnotherProject() {
    assertThrows(
        TytoException.class,
        () -> of(Caller.DEFAULT_PROJECT).saveCohort("user", "project:acme/payers", "x", null));
  }
}
