package io.tyto.engine.state;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The states of the entities of one collection in one partition.
///
/// Thread-safety: the partition's thread opens overlays, writes the newest and reads; the sealer's
/// thread {@link #settle}s the oldest. Lifetime: until {@link #close}, after which nothing may be
/// called.
public final class EntityStates implements AutoCloseable {
  /// States of an entry of the map, where all are as small as numbers are.
  private static final int NEIGHBOURS = 16;

  private final StateLayout layout;
  private final StateMap map;

  /// Of units that are not settled, oldest first; replaced and never changed.
  private volatile List<StateOverlay> overlays = List.of();

  /// Bytes of the map's answers; only the partition's thread reads.
  private final StateBytes read = new StateBytes();

  private final StateBytes scratch = new StateBytes();

  /// @param expected entities; there may be more
  public EntityStates(StateLayout layout, StateMemory memory, long expected) {
    this.layout = layout;
    this.map = new StateMap(memory, expected, layout.objects() == 0 ? NEIGHBOURS : 1);
  }

  public StateLayout layout() {
    return layout;
  }

  /// Puts back what segments hold; what is newer is put later.
  ///
  /// @param stored tells its visitor of each state
  public void restore(Consumer<StateOverlay.Visitor> stored) {
    stored.accept(map::put);
    map.flush();
  }

  /// The changes of a new unit, on top of all others.
  public synchronized StateOverlay open() {
    List<StateOverlay> more = new ArrayList<>(overlays);
    StateOverlay fresh = new StateOverlay(this);
    more.add(fresh);
    overlays = List.copyOf(more);
    return fresh;
  }

  /// See {@link StateOverlay#settle}.
  void settle(StateOverlay overlay) {
    overlay.forEach(map::put);
    map.flush();
    synchronized (this) {
      List<StateOverlay> rest = new ArrayList<>(overlays);
      rest.remove(overlay);
      overlays = List.copyOf(rest);
    }
  }

  /// The state of an entity with every event applied so far; empty where it has none.
  public StateRecord current(int entity) {
    StateRecord found = find(entity);
    return found == null ? StateRecord.empty(layout) : found;
  }

  /// The same; null where it has none.
  public @Nullable StateRecord find(int entity) {
    List<StateOverlay> all = overlays;
    for (int i = all.size() - 1; i >= 0; i--) {
      StateRecord found = all.get(i).find(entity);
      if (found != null) {
        return found;
      }
    }
    return stored(entity);
  }

  private @Nullable StateRecord stored(int entity) {
    return map.get(entity, scratch, read) ? StateRecord.decode(layout, read) : null;
  }

  /// Fills in the state of an entity before a unit; nothing, which is zeros, where it has none.
  void copyBefore(
      StateOverlay unit,
      int entity,
      long[] words,
      int base,
      @Nullable Object[] objects,
      int objectBase) {
    List<StateOverlay> all = overlays;
    for (int i = all.size() - 1; i >= 0; i--) {
      boolean isFound =
          all.get(i) != unit && all.get(i).copyTo(entity, words, base, objects, objectBase);
      if (isFound) {
        return;
      }
    }
    if (map.get(entity, scratch, read)) {
      StateCodec.decode(layout, read, words, base, objects, objectBase);
    }
  }

  /// Copies the elements that both layouts have into states of another layout.
  ///
  /// @param lastEntity the highest id there is
  public void copyTo(EntityStates other, int lastEntity) {
    StateBytes bytes = new StateBytes();
    for (int entity = 1; entity <= lastEntity; entity++) {
      StateRecord from = stored(entity);
      if (from != null) {
        StateRecord to = StateRecord.empty(other.layout);
        to.takeOver(from);
        to.encode(bytes);
        other.map.put(entity, bytes);
      }
    }
    other.map.flush();
  }

  /// Visits every state in the map by ascending id of its entity.
  ///
  /// @param lastEntity the highest id there is
  public void forEach(int lastEntity, StateOverlay.Visitor visitor) {
    StateBytes entry = new StateBytes();
    StateBytes bytes = new StateBytes();
    for (int entity = 1; entity <= lastEntity; entity++) {
      if (map.get(entity, entry, bytes)) {
        visitor.state(entity, bytes);
      }
    }
  }

  /// Whether the map has every change.
  public boolean isSettled() {
    return overlays.isEmpty();
  }

  /// Entities in the map.
  public long size() {
    return map.size();
  }

  /// Bytes of the map, in memory or in its file.
  public long sizeBytes() {
    return map.sizeBytes();
  }

  @Override
  public void close() {
    map.close();
  }
}
