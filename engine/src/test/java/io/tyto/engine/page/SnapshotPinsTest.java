package io.tyto.engine.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tyto.engine.plan.GameTable;
import io.tyto.engine.snapshot.TableSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SnapshotPinsTest {
  private final Set<String> open = new HashSet<>();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final SnapshotPins pins = new SnapshotPins(Duration.ofMinutes(15), 3, 100, () -> now);

  @Test
  void keepsASnapshotForItsLifetimeAfterTheLastUse() {
    pin("a");
    now = now.plus(Duration.ofMinutes(14));
    pin("a");
    now = now.plus(Duration.ofMinutes(14));
    use(pins.find("game", "a"));
    assertEquals(Set.of("a"), open);
    now = now.plus(Duration.ofMinutes(1));
    assertNull(pins.find("game", "a"));
    assertEquals(Set.of(), open);
  }

  @Test
  void atTheBoundTheOldestGoesFirst() {
    List.of("a", "b", "c").forEach(this::pin);
    pin("a");
    pin("d");
    assertEquals(Set.of("a", "c", "d"), open);
    assertEquals(3, pins.size());
  }

  @Test
  void whatTakesMemoryIsBoundedByIt() {
    pin("a", 60);
    pin("b", 40);
    assertEquals(Set.of("a", "b"), open);
    pin("c", 1);
    assertEquals(Set.of("b", "c"), open);
    pin("d", 200);
    assertEquals(Set.of("d"), open, "one may take more alone");
  }

  @Test
  void sweepReleasesWhatNobodyAsksForAnyMore() {
    pin("a");
    now = now.plus(Duration.ofMinutes(16));
    pins.sweep();
    assertEquals(Set.of(), open);
  }

  @Test
  void anExpiredSnapshotStaysOpenForTheQueryThatReadsIt() {
    pin("a");
    TableSnapshot reading = pins.find("game", "a");
    assertNotNull(reading);
    now = now.plus(Duration.ofHours(1));
    pins.sweep();
    assertEquals(Set.of("a"), open);
    reading.close();
    assertEquals(Set.of(), open);
  }

  @Test
  void closeReleasesEverything() {
    List.of("a", "b").forEach(this::pin);
    pins.close();
    assertEquals(Set.of(), open);
  }

  /// As a query does: takes a snapshot, pins it, closes it.
  private void pin(String id) {
    pin(id, 0);
  }

  private void pin(String id, long heldBytes) {
    open.add(id);
    TableSnapshot.Facts facts =
        new TableSnapshot.Facts(0, null, new TableSnapshot.Made("view:x", null, heldBytes));
    try (TableSnapshot snapshot =
        new TableSnapshot(new GameTable().schema(), id, List.of(), facts, () -> open.remove(id))) {
      pins.pin(snapshot);
    }
    open.add(id);
  }

  private static void use(@Nullable TableSnapshot snapshot) {
    assertNotNull(snapshot);
    snapshot.close();
  }
}
