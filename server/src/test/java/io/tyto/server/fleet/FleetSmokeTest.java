package io.tyto.server.fleet;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two nodes and a gateway as real processes, of which a node dies under load: what NemesisTest
/// does for long, once.
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("fleet")
final class FleetSmokeTest {
  private static final long SEED = Long.getLong("test.seed", 5_2026L);
  private static final Duration RECOVERY = Duration.ofMinutes(2);

  @TempDir Path folder;

  @Test
  void aNodeThatDiesUnderLoadTakesNothingWithIt() throws Exception {
    FleetStore store = new FleetStore.Folder(folder.resolve("data"));
    try (LedgerFleet fleet = LedgerFleet.start(folder, store, List.of("a", "b"), Map.of(), SEED)) {
      fleet.awaitCounted(RECOVERY);
      fleet.node("b").kill();
      fleet.awaitCounted(RECOVERY);
      fleet.finish();
      fleet.assertNothingWrong();
      assertTrue(fleet.tally().exact() > 0, "nothing was asked, so nothing is shown");
    }
  }
}
