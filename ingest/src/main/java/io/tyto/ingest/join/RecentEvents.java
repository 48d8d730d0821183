package io.tyto.ingest.join;

import io.tyto.engine.join.AsOfJoin;
import io.tyto.engine.row.Row;
import io.tyto.engine.state.StateElement;
import io.tyto.engine.state.StateRecord;
import java.util.List;
import org.agrona.collections.Int2IntHashMap;
import org.jspecify.annotations.Nullable;

/// The last events of a collection that others take fields of, so that a row whose time is a little
/// before the newest state of its entity finds what was said before.
///
/// A ring of {@link #CAPACITY} events; those of one entity are linked, and the oldest of them knows
/// the state before it. Where even that is after the time asked for, the answer is not known here.
/// Not thread-safe. Takes some 100 bytes an event.
public final class RecentEvents {
  /// Events that are remembered.
  public static final int CAPACITY = 1 << 14;

  /// Events of one entity that are looked at for one answer.
  static final int LONGEST_WALK = 1 << 10;

  private static final int NONE = -1;

  private final List<StateElement> elements;
  private final int[] entities;
  private final long[] times;

  /// Slot of the entity's event that arrived before, and after.
  private final int[] older;

  private final int[] newer;

  /// By element and slot.
  private final @Nullable Object[][] values;

  /// The state before the event, where it is the entity's oldest here.
  private final @Nullable Object[][] valuesBefore;

  private final long[][] timesBefore;
  private final boolean[] isBeforeKnown;

  /// Entity -> slot of its event that arrived last.
  private final Int2IntHashMap newest = new Int2IntHashMap(NONE);

  private long count;
  private @Nullable Object found;

  /// @param elements that are taken
  public RecentEvents(List<StateElement> elements) {
    this(elements, CAPACITY);
  }

  RecentEvents(List<StateElement> elements, int capacity) {
    this.elements = List.copyOf(elements);
    int columns = this.elements.size();
    entities = new int[capacity];
    times = new long[capacity];
    older = new int[capacity];
    newer = new int[capacity];
    values = new Object[columns][capacity];
    valuesBefore = new Object[columns][capacity];
    timesBefore = new long[columns][capacity];
    isBeforeKnown = new boolean[capacity];
  }

  public List<StateElement> elements() {
    return elements;
  }

  /// Whether an event of the entity is remembered.
  public boolean has(int entity) {
    return newest.get(entity) != NONE;
  }

  /// Events that were added so far.
  public long count() {
    return count;
  }

  /// Whether the next event to come drives out one that was added after so many, or one did before:
  /// a state that has only those events until then lacks it.
  public boolean isForgotten(long after) {
    return count - after >= entities.length;
  }

  /// Remembers an event.
  ///
  /// @param positions of each element's column in the row; negative where it lacks one
  /// @param before the state of its entity, this event not counted, but all that are forgotten; not
  ///   looked at where an event of the entity is remembered. Null, or without an element: not known
  public void add(
      int entity, Row row, int[] positions, long timeMicros, @Nullable StateRecord before) {
    int slot = (int) (count % entities.length);
    if (count >= entities.length) {
      forget(slot);
    }
    count++;
    entities[slot] = entity;
    times[slot] = timeMicros;
    newer[slot] = NONE;
    older[slot] = newest.get(entity);
    for (int i = 0; i < values.length; i++) {
      boolean isNull = positions[i] < 0 || row.isNull(positions[i]);
      values[i][slot] = isNull ? null : AsOfJoin.valueOf(row, positions[i]);
    }
    if (older[slot] == NONE) {
      setBefore(slot, before);
    } else {
      newer[older[slot]] = slot;
    }
    newest.put(entity, slot);
  }

  private void setBefore(int slot, @Nullable StateRecord before) {
    isBeforeKnown[slot] = before != null;
    for (int i = 0; before != null && i < values.length; i++) {
      int element = before.layout().indexOf(elements.get(i));
      isBeforeKnown[slot] &= element >= 0;
      boolean hasValue = element >= 0 && before.has(element);
      valuesBefore[i][slot] = hasValue ? before.value(element) : null;
      timesBefore[i][slot] = hasValue ? before.timeOf(element) : 0;
    }
  }

  /// The oldest of all leaves: what it said is part of what was before the entity's next.
  private void forget(int slot) {
    int next = newer[slot];
    if (next == NONE) {
      newest.remove(entities[slot]);
      return;
    }
    older[next] = NONE;
    isBeforeKnown[next] = isBeforeKnown[slot];
    for (int i = 0; i < values.length; i++) {
      boolean isLater =
          values[i][slot] != null
              && (valuesBefore[i][slot] == null || times[slot] >= timesBefore[i][slot]);
      valuesBefore[i][next] = isLater ? values[i][slot] : valuesBefore[i][slot];
      timesBefore[i][next] = isLater ? times[slot] : timesBefore[i][slot];
    }
  }

  /// Looks for the value of an element as of a time, every event that was applied counted; false
  /// where it is not known here. {@link #found} has it.
  public boolean find(int entity, int element, long timeMicros) {
    found = null;
    long foundTime = Long.MIN_VALUE;
    int slot = newest.get(entity);
    int steps = 0;
    while (slot != NONE && steps++ < LONGEST_WALK) {
      Object value = values[element][slot];
      // Met from the newest on: of events of one time the first that is met arrived last.
      boolean isBetter = found == null || times[slot] > foundTime;
      if (value != null && times[slot] <= timeMicros && isBetter) {
        found = value;
        foundTime = times[slot];
      }
      if (older[slot] == NONE) {
        return takeBefore(slot, element, timeMicros, foundTime);
      }
      slot = older[slot];
    }
    return false;
  }

  private boolean takeBefore(int slot, int element, long timeMicros, long foundTime) {
    Object before = valuesBefore[element][slot];
    if (!isBeforeKnown[slot] || before != null && timesBefore[element][slot] > timeMicros) {
      return false;
    }
    if (before != null && (found == null || timesBefore[element][slot] > foundTime)) {
      found = before;
    }
    return true;
  }

  /// What the last {@link #find} found: a Long, a Double or bytes; null where there was nothing.
  public @Nullable Object found() {
    return found;
  }
}
