package io.tyto.engine.state;

/// The states of neighbouring entities as one entry of a map holds them: of each its length plus
/// one and its bytes, or 0 where there is none. Not thread-safe.
final class StateBlock {
  private final StateBytes[] states;
  private final boolean[] isThere;

  /// @param size entities of a block
  StateBlock(int size) {
    states = new StateBytes[size];
    isThere = new boolean[size];
    for (int i = 0; i < size; i++) {
      states[i] = new StateBytes();
    }
  }

  /// Makes room for another block.
  void clear() {
    for (int slot = 0; slot < states.length; slot++) {
      isThere[slot] = false;
    }
  }

  /// Takes in what an entry holds.
  void read(StateBytes entry) {
    for (int slot = 0; slot < states.length; slot++) {
      isThere[slot] = take(entry, states[slot]);
    }
  }

  /// True where the slot was empty.
  boolean put(int slot, StateBytes state) {
    boolean isNew = !isThere[slot];
    states[slot].set(state.data(), 0, state.length());
    isThere[slot] = true;
    return isNew;
  }

  void write(StateBytes entry) {
    entry.clear();
    for (int slot = 0; slot < states.length; slot++) {
      if (isThere[slot]) {
        entry.putVarint(states[slot].length() + 1L);
        entry.append(states[slot]);
      } else {
        entry.putVarint(0);
      }
    }
  }

  /// Reads one state of an entry without the others; false where there is none.
  static boolean find(StateBytes entry, int slot, StateBytes target) {
    for (int before = 0; before < slot; before++) {
      long stored = entry.varint();
      entry.skip((int) Math.max(0, stored - 1));
    }
    return take(entry, target);
  }

  private static boolean take(StateBytes entry, StateBytes target) {
    int stored = (int) entry.varint();
    if (stored == 0) {
      return false;
    }
    entry.take(stored - 1, target);
    return true;
  }
}
