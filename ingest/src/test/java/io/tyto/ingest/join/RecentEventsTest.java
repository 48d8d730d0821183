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

/// What is found is what a search through all events finds; and what was said a moment ago is
/// found.
class RecentEventsTest {
  private static final long SEED = Long.getLong("test.seed", 20261122L);
  private static final int CAPACITY = 16;
  private static final int[] POSITIONS = {0, 1};
  private static final List<StateElement> ELEMENTS =
      List.of(
          new StateElement(StateFunction.LAST, 16, Physical.LONG, "long"),
          new StateElement(StateFunction.LAST, 17, Physical.LONG, "long"));

  @TempDir Path folder;

  private record Event(int entity, long time, @Nullable Long one, @Nullable Long other) {
    @Nullable Long value(int element) {
      return element == 0 ? one : other;
    }
  }

  @Test
  void findsWhatASearchFindsOrSaysThatItDoesNotKnow() {
    Random random = new Random(SEED);
    int found = 0;
    for (int round = 0; round < 30; round++) {
      try (EntityStates states =
          new EntityStates(new StateLayout(ELEMENTS), new StateMemory(folder, 1 << 20), 10)) {
        StateOverlay unit = states.open();
        RecentEvents recent = new RecentEvents(ELEMENTS, CAPACITY);
        List<Event> events = new ArrayList<>();
        int entities = 1 + random.nextInt(6);
        // Few times, so that many events have the same one.
        int times = 5 + random.nextInt(20);
        for (int i = 0; i < 100; i++) {
          Event event =
              new Event(
                  1 + random.nextInt(entities),
                  i / 5 + random.nextInt(times),
                  random.nextInt(3) == 0 ? null : (Long) (long) i,
                  random.nextInt(3) == 0 ? null : (Long) (long) -i);
          events.add(event);
          Row row = row(event);
          boolean isKnown = recent.has(event.entity());
          recent.add(
              event.entity(),
              row,
              POSITIONS,
              event.time(),
              isKnown ? null : states.current(event.entity()));
          unit.apply(event.entity(), row, POSITIONS, event.time());
          String what = "seed %d, round %d, event %d".formatted(SEED, round, i);
          found += check(recent, events, 1 + random.nextInt(entities), random, what);
        }
      }
    }
    assertTrue(found > 3_000, "found only " + found);
  }

  /// Returns how many answers were known.
  private static int check(
      RecentEvents recent, List<Event> events, int entity, Random random, String what) {
    int known = 0;
    long newest = events.getLast().time();
    for (int element = 0; element < ELEMENTS.size(); element++) {
      for (long time : new long[] {newest, newest - 1, random.nextLong(newest + 2)}) {
        if (recent.find(entity, element, time)) {
          known++;
          assertEquals(last(events, entity, time, element), recent.found(), what);
        }
      }
    }
    return known;
  }

  private static @Nullable Long last(List<Event> events, int entity, long time, int element) {
    Event last = null;
    for (Event event : events) {
      boolean isCandidate =
          event.entity() == entity && event.time() <= time && event.value(element) != null;
      if (isCandidate && (last == null || event.time() >= last.time())) {
        last = event;
      }
    }
    return last == null ? null : last.value(element);
  }

  @Test
  void anEventOfWhichTheStateBeforeIsNotKnownAnswersForNothing() {
    RecentEvents recent = new RecentEvents(ELEMENTS, CAPACITY);
    assertFalse(recent.find(1, 0, 100));
    recent.add(1, row(new Event(1, 50, 7L, null)), POSITIONS, 50, null);
    assertFalse(recent.find(1, 0, 100));
    assertFalse(recent.find(1, 0, 40));
  }

  private static Row row(Event event) {
    Row row = new Row(2);
    if (event.one() != null) {
      row.setLong(0, event.one());
    }
    if (event.other() != null) {
      row.setLong(1, event.other());
    }
    return row;
  }
}
