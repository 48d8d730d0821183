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
import io.tyto.model.port.SavedService;
import io.tyto.model.port.SavedService.Kind;
import io.tyto.model.port.SavedService.SavedInput;
import io.tyto.model.port.SavedService.SavedItem;
import io.tyto.testkit.storage.UnforcedDisk;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/// Queries and dashboards are there after a restart, each as it was saved last, and bounded.
class SavedItemsTest {
  @TempDir private Path data;

  private static void refused(ErrorCode code, Executable work) {
    assertEquals(code, assertThrows(TytoException.class, work).code());
  }

  private static SavedInput input(
      @Nullable SavedItem before, String name, Object value, @Nullable Integer expected) {
    Map<String, @Nullable Object> definition = new LinkedHashMap<>();
    definition.put("value", value);
    definition.put("nothing", null);
    definition.put("list", List.of(1, 2.5, true, Map.of("a \"b\"", "c\n")));
    return new SavedInput(
        before == null ? null : before.id(),
        Kind.QUERY,
        "acme",
        name,
        "sha256:00",
        definition,
        expected);
  }

  @Test
  void theyOutliveTheProcess() {
    SavedItem first;
    try (LocalNode node = open(data, BY_HAND, new UnforcedDisk(CLOCK))) {
      first = node.saveItem(input(null, "a", 1, 0));
      SavedItem gone = node.saveItem(input(null, "gone", 2, null));
      assertTrue(node.dropItem(gone.id()));
      assertFalse(node.dropItem(gone.id()));
      assertEquals(first, node.saveItem(input(first, "a", 1, 1)));
      // Past the version of the catalog that carries its whole state.
      for (int change = 0; change < 260; change++) {
        node.saveCohort("user", "often changed", "{n: " + change + "}", null);
      }
    }
    try (LocalNode node = open(data, BY_HAND, new UnforcedDisk(CLOCK))) {
      SavedItem kept = node.savedItems().getFirst();
      assertEquals(1, node.savedItems().size());
      assertEquals(first.definition().toString(), kept.definition().toString());
      assertEquals(first.updatedAt(), kept.updatedAt());
      SavedItem second = node.saveItem(input(kept, "b", new BigDecimal("1.50"), 1));
      assertEquals(2, second.version());
      assertEquals(List.of(second), node.savedItems());
      refused(ErrorCode.VERSION_CONFLICT, () -> node.saveItem(input(kept, "c", 1, 1)));
      refused(ErrorCode.VERSION_CONFLICT, () -> node.saveItem(input(kept, "c", 1, 0)));
      refused(ErrorCode.VERSION_CONFLICT, () -> node.saveItem(input(null, "c", 1, 2)));
      node.dropItem(kept.id());
      refused(ErrorCode.NOT_FOUND, () -> node.saveItem(input(kept, "c", 1, null)));
    }
  }

  @Test
  void theyAreBounded() {
    try (LocalNode node = open(data, BY_HAND, new UnforcedDisk(CLOCK))) {
      String text = "x".repeat(SavedService.MAX_DEFINITION_CHARACTERS - 100);
      refused(ErrorCode.LIMIT_TOO_LARGE, () -> node.saveItem(input(null, "a", text + text, 0)));
      refused(ErrorCode.BAD_USER_INPUT, () -> node.saveItem(input(null, " ", 1, 0)));
      String name = "n".repeat(SavedService.MAX_NAME_CHARACTERS + 1);
      refused(ErrorCode.BAD_USER_INPUT, () -> node.saveItem(input(null, name, 1, 0)));
      int fit = SavedService.MAX_PROJECT_CHARACTERS / SavedService.MAX_DEFINITION_CHARACTERS;
      SavedItem last = node.saveItem(input(null, "small", 1, 0));
      for (int i = 1; i < fit; i++) {
        last = node.saveItem(input(null, "large", text, 0));
      }
      SavedItem large = last;
      node.saveItem(input(null, "a little fits", 1, 0));
      node.saveItem(input(null, "one more fits", text.substring(0, 60_000), 0));
      refused(ErrorCode.LIMIT_TOO_LARGE, () -> node.saveItem(input(null, "no", text, 0)));
      // In place of one of the same size there is room.
      node.saveItem(input(large, "renamed", text, 1));
      while (node.savedItems().size() < fit + 10) {
        node.saveItem(input(null, "one more", 1, 0));
      }
    }
  }

  @Test
  void thereAreNotTooManyOfThem() {
    try (LocalNode node = open(data, BY_HAND, new UnforcedDisk(CLOCK))) {
      for (int i = 0; i < SavedService.MAX_DASHBOARDS; i++) {
        node.saveItem(board("acme"));
      }
      refused(ErrorCode.LIMIT_TOO_LARGE, () -> node.saveItem(board("acme")));
      node.saveItem(board("other"));
    }
  }

  private static SavedInput board(String project) {
    return new SavedInput(null, Kind.DASHBOARD, project, "d", null, Map.of(), null);
  }
}
