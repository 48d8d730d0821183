package io.tyto.engine.state;

import io.tyto.engine.row.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.collections.Int2IntHashMap;
import org.apache.datasketches.hll.HllSketch;
import org.jspecify.annotations.Nullable;

/// The states of the entities that changed in one unit, whole.
///
/// Thread-safety: written by the partition's thread; once its unit is frozen, read by any. Memory
/// is on the heap, in pages, and goes with the overlay.
public final class StateOverlay {
  private static final int PAGE_SHIFT = 9;
  private static final int PAGE = 1 << PAGE_SHIFT;
  private static final int NONE = -1;

  /// What an object takes beside its bytes, roughly.
  private static final int OBJECT_BYTES = 48;

  /// What an entity takes in the table of places.
  private static final int PLACE_BYTES = 2 * 2 * Integer.BYTES;

  private final EntityStates states;
  private final StateLayout layout;
  private final StateUpdate update;
  private final Int2IntHashMap places = new Int2IntHashMap(NONE);
  private final List<long[]> words = new ArrayList<>();
  private final List<@Nullable Object[]> objects = new ArrayList<>();
  private int size;
  private long objectBytes;

  /// Receives the states, one after the other.
  @FunctionalInterface
  public interface Visitor {
    /// @param state valid until it returns
    void state(int entity, StateBytes state);
  }

  StateOverlay(EntityStates states) {
    this.states = states;
    this.layout = states.layout();
    this.update = new StateUpdate(layout);
  }

  public StateLayout layout() {
    return layout;
  }

  /// Moves the states into the map: their unit is committed. Units settle in the order in which
  /// they were opened; where this fails they stay where they are, and it may be called again.
  public void settle() {
    states.settle(this);
  }

  /// Entities that changed.
  public int size() {
    return size;
  }

  /// Memory held.
  public long sizeBytes() {
    long pages = words.size();
    return pages * PAGE * (layout.words() * (long) Long.BYTES + layout.objects() * 4L + PLACE_BYTES)
        + objectBytes;
  }

  /// Brings an event into the state of its entity.
  ///
  /// @param positions of each element's column in the row, any for that of the events; -1: the
  ///   element stays as it is
  /// @param timeMicros of the event
  public void apply(int entity, Row row, int[] positions, long timeMicros) {
    int place = touch(entity);
    update.apply(
        words.get(place >>> PAGE_SHIFT),
        (place & PAGE - 1) * layout.words(),
        objects.get(place >>> PAGE_SHIFT),
        (place & PAGE - 1) * layout.objects(),
        row,
        positions,
        timeMicros);
  }

  /// The state of an entity with every event applied so far, here, in older units or in the map.
  public StateRecord current(int entity) {
    return record(touch(entity));
  }

  /// The state of an entity if it changed here, else null.
  @Nullable StateRecord find(int entity) {
    int place = places.get(entity);
    return place == NONE ? null : record(place);
  }

  private StateRecord record(int place) {
    return new StateRecord(
        layout,
        words.get(place >>> PAGE_SHIFT),
        (place & PAGE - 1) * layout.words(),
        objects.get(place >>> PAGE_SHIFT),
        (place & PAGE - 1) * layout.objects());
  }

  /// Copies a state to a place of another overlay; false where the entity did not change here.
  boolean copyTo(
      int entity, long[] target, int base, @Nullable Object[] targetObjects, int objectBase) {
    int place = places.get(entity);
    if (place == NONE) {
      return false;
    }
    int from = (place & PAGE - 1) * layout.words();
    System.arraycopy(words.get(place >>> PAGE_SHIFT), from, target, base, layout.words());
    @Nullable Object[] held = objects.get(place >>> PAGE_SHIFT);
    for (int i = 0; i < layout.objects(); i++) {
      Object object = held[(place & PAGE - 1) * layout.objects() + i];
      // Bytes are never changed where they stand; a sketch is.
      targetObjects[objectBase + i] = object instanceof HllSketch sketch ? sketch.copy() : object;
    }
    return true;
  }

  /// Visits every state by ascending id of its entity.
  public void forEach(Visitor visitor) {
    long[] idsAndPlaces = new long[size];
    Int2IntHashMap.EntryIterator entries = places.entrySet().iterator();
    for (int i = 0; entries.hasNext(); i++) {
      entries.next();
      idsAndPlaces[i] = (long) entries.getIntKey() << Integer.SIZE | entries.getIntValue();
    }
    Arrays.sort(idsAndPlaces);
    StateBytes bytes = new StateBytes();
    for (long each : idsAndPlaces) {
      int id = (int) (each >>> Integer.SIZE);
      int place = (int) each;
      StateCodec.encode(
          layout,
          words.get(place >>> PAGE_SHIFT),
          (place & PAGE - 1) * layout.words(),
          objects.get(place >>> PAGE_SHIFT),
          (place & PAGE - 1) * layout.objects(),
          bytes);
      visitor.state(id, bytes);
    }
  }

  private int touch(int entity) {
    int known = places.get(entity);
    if (known != NONE) {
      return known;
    }
    int place = size;
    int page = place >>> PAGE_SHIFT;
    if (page == words.size()) {
      words.add(new long[PAGE * layout.words()]);
      objects.add(new Object[PAGE * layout.objects()]);
    }
    @Nullable Object[] held = objects.get(page);
    int objectBase = (place & PAGE - 1) * layout.objects();
    states.copyBefore(
        this, entity, words.get(page), (place & PAGE - 1) * layout.words(), held, objectBase);
    for (int i = 0; i < layout.objects(); i++) {
      objectBytes += OBJECT_BYTES + sizeOf(held[objectBase + i]);
    }
    places.put(entity, place);
    size++;
    return place;
  }

  private static int sizeOf(@Nullable Object object) {
    return switch (object) {
      case byte[] bytes -> bytes.length;
      case HllSketch sketch -> sketch.getUpdatableSerializationBytes();
      case null, default -> 0;
    };
  }
}
