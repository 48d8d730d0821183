package io.tyto.ingest;

import static io.tyto.ingest.NodeFixture.BY_HAND;
import static io.tyto.ingest.NodeFixture.CLOCK;
import static io.tyto.ingest.NodeFixture.open;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.CohortService;
import io.tyto.model.port.CohortService.SavedCohort;
import io.tyto.testkit.storage.UnforcedDisk;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/// Cohorts that are kept by name are there after a restart, each as it was kept last.
class SavedCohortsTest {
  /// Past the version of the catalog that carries its whole state.
  private static final int CHANGES = 260;

  @TempDir private Path data;

  private static void refused(ErrorCode code, Executable work) {
    assertEquals(code, assertThrows(TytoException.class, work).code());
  }

  @Test
  void theyOutliveTheProcess() {
    SavedCohort first;
    try (LocalNode node = open(data, BY_HAND, new UnforcedDisk(CLOCK))) {
      first = node.saveCohort("user", "whales", "{a: 1}", 0L);
      for (int change = 0; change < CHANGES; change++) {
        node.saveCohort("user", "often changed", "{n: " + change + "}", null);
      }
      node.saveCohort("user", "gone", "{}", null);
      node.saveCohort("player", "whales", "{b: 2}", null);
      assertTrue(node.dropCohort("user", "gone"));
      assertFalse(node.dropCohort("user", "gone"));
    }
    try (LocalNode node = open(data, BY_HAND, new UnforcedDisk(CLOCK))) {
      List<SavedCohort> kept = node.cohorts();
      assertEquals(
          List.of("player whales {b: 2}", "user often changed {n: 259}", "user whales {a: 1}"),
          kept.stream()
              .map(each -> each.entity() + " " + each.name() + " " + each.definition())
              .toList());
      assertEquals(first, kept.getLast());
      SavedCohort second = node.saveCohort("user", "whales", "{a: 3}", first.version());
      assertTrue(second.version() > first.version());
      refused(
          ErrorCode.VERSION_CONFLICT,
          () -> node.saveCohort("user", "whales", "{a: 4}", first.version()));
      refused(ErrorCode.VERSION_CONFLICT, () -> node.saveCohort("user", "whales", "{a: 4}", 0L));
      refused(ErrorCode.VERSION_CONFLICT, () -> node.saveCohort("user", "new", "{a: 4}", 7L));
      assertEquals("{a: 3}", node.cohorts().getLast().definition());
    }
  }

  @Test
  void theyAreBounded() {
    try (LocalNode node = open(data, BY_HAND, new UnforcedDisk(CLOCK))) {
      String longest = "x".repeat(CohortService.MAX_DEFINITION_CHARACTERS);
      node.saveCohort("user", "long", longest, null);
      refused(
          ErrorCode.LIMIT_TOO_LARGE, () -> node.saveCohort("user", "longer", longest + "x", null));
      String name = "n".repeat(CohortService.MAX_NAME_CHARACTERS + 1);
      refused(ErrorCode.BAD_USER_INPUT, () -> node.saveCohort("user", name, "{}", null));
      refused(ErrorCode.BAD_USER_INPUT, () -> node.saveCohort("user", " ", "{}", null));
    }
  }
}
