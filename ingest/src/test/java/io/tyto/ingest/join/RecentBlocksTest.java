package io.tyto.ingest.join;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.row.Row;
import io.tyto.engine.state.EntityStates;
import io.tyto.engine.state.StateElement;
import io.tyto.engine.state.StateFunction;
import io.tyto.engine.state.StateLayout;
import io.tyto.engine.state.StateMemory;
import io.tyto.engine.state.StateOverlay;
import io.tyto.model.schema.Physical;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Events that come in blocks, of which the states take none before all are remembered, are found
/// as a search finds them, or are said not to be known.
class RecentBlocksTest {
  private static final long SEED = Long.getLong("test.seed", 20261122L);
  private static final int CAPACITY = 4;
  private static final int[] POSITIONS = {0};
  private static final List<StateElement> ELEMENTS =
      List.of(new StateElement(StateFunction.LAST, 16, Physical.LONG, "long"));

  @TempDir Path folder;

  private record Event(int entity, long time, @Nullable Long value) {
    Row row() {
      Row row = new Row(1);
      if (value != null) {
        row.setLong(0, value);
      }
      return row;
    }
  }

  @Test
  void blocksBelowAndAboveTheCapacityAnswerLikeASearch() {
    Random random = new Random(SEED);
    int found = 0;
    for (int round = 0; round < 200; round++) {
      try (EntityStates states = states()) {
        StateOverlay unit = states.open();
        RecentEvents recent = new RecentEvents(ELEMENTS, CAPACITY);
        List<Event> events = new ArrayList<>();
        int entities = 1 + random.nextInt(5);
        while (events.size() < 60) {
          List<Event> block = new ArrayList<>();
          for (int i = random.nextInt(3 * CAPACITY); i >= 0; i--) {
            long time = events.size() / 6 + random.nextInt(8);
            Long value = random.nextInt(4) == 0 ? null : (Long) random.nextLong(1_000_000);
            block.add(new Event(1 + random.nextInt(entities), time, value));
          }
          take(block, recent, states, unit);
          events.addAll(block);
          String what = "seed %d, round %d, event %d".formatted(SEED, round, events.size());
          found += check(recent, events, entities, what);
        }
      }
    }
    assertTrue(found > 5_000, "found only " + found);
  }

  private static void take(
      List<Event> block, RecentEvents recent, EntityStates states, StateOverlay unit) {
    long inStates = recent.count();
    for (Event event : block) {
      boolean isKnown = !recent.has(event.entity()) && !recent.isForgotten(inStates);
      recent.add(
          event.entity(),
          event.row(),
          POSITIONS,
          event.time(),
          isKnown ? states.current(event.entity()) : null);
    }
    for (Event event : block) {
      unit.apply(event.entity(), event.row(), POSITIONS, event.time());
    }
  }

  /// Returns how many answers were known.
  private static int check(RecentEvents recent, List<Event> events, int entities, String what) {
    int known = 0;
    for (int entity = 1; entity <= entities; entity++) {
      for (long time = 0; time <= events.size() / 6 + 8; time++) {
        if (recent.find(entity, 0, time)) {
          known++;
          assertEquals(last(events, entity, time), recent.found(), what);
        }
      }
    }
    return known;
  }

  private static @Nullable Long last(List<Event> events, int entity, long time) {
    Event last = null;
    for (Event event : events) {
      boolean isCandidate =
          event.entity() == entity && event.time() <= time && event.value() != null;
      if (isCandidate && (last == null || event.time() >= last.time())) {
        last = event;
      }
    }
    return last == null ? null : last.value();
  }

  @Test
  void whatABlockDroveOutIsNotTakenForNeverSaid() {
    try (EntityStates states = states()) {
      RecentEvents recent = new RecentEvents(ELEMENTS, CAPACITY);
      List<Event> block = new ArrayList<>();
      block.add(new Event(1, 10, 7L));
      for (int other = 2; other <= 1 + CAPACITY; other++) {
        block.add(new Event(other, 11, 8L));
      }
      block.add(new Event(1, 20, 9L));
      take(block, recent, states, states.open());
      assertFalse(recent.find(1, 0, 15));
    }
  }

  @Test
  void aWalkThatIsTooLongIsGivenUp() {
    try (EntityStates states = states()) {
      RecentEvents recent = new RecentEvents(ELEMENTS, 2 * RecentEvents.LONGEST_WALK);
      StateOverlay unit = states.open();
      for (int i = 0; i < RecentEvents.LONGEST_WALK; i++) {
        take(List.of(new Event(1, i, (long) i)), recent, states, unit);
      }
      assertTrue(recent.find(1, 0, 3));
      assertEquals(3L, recent.found());
      take(List.of(new Event(1, 5_000, 1L)), recent, states, unit);
      assertFalse(recent.find(1, 0, 3));
    }
  }

  private EntityStates states() {
    return new EntityStates(new StateLayout(ELEMENTS), new StateMemory(folder, 1 << 20), 10);
  }
}
