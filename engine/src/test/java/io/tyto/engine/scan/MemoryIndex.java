package io.tyto.engine.scan;

import io.tyto.index.InvertedIndex;
import io.tyto.index.RowSet;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// An inverted index of plain bit sets.
final class MemoryIndex implements InvertedIndex {
  private final List<BitSet> rows = new ArrayList<>();

  MemoryIndex(int ordinals) {
    for (int i = 0; i < ordinals; i++) {
      rows.add(new BitSet());
    }
  }

  void add(int ordinal, int row) {
    rows.get(ordinal).set(row);
  }

  @Override
  public int ordinals() {
    return rows.size();
  }

  @Override
  public RowSet rows(int ordinal) {
    return new Bits((BitSet) rows.get(ordinal).clone());
  }

  @Override
  public RowSet rowsBetween(int from, int to) {
    BitSet all = new BitSet();
    rows.subList(from, to).forEach(all::or);
    return new Bits(all);
  }

  @Override
  public RowSet rowsOfAny(int[] ordinals, int count) {
    BitSet all = new BitSet();
    for (int i = 0; i < count; i++) {
      all.or(rows.get(ordinals[i]));
    }
    return new Bits(all);
  }

  @Override
  public int cardinality(int ordinal) {
    return rows.get(ordinal).cardinality();
  }

  private record Bits(BitSet bits) implements RowSet {
    @Override
    public int cardinality() {
      return bits.cardinality();
    }

    @Override
    public boolean contains(int row) {
      return bits.get(row);
    }

    @Override
    public RowSet and(RowSet other) {
      bits.and(((Bits) other).bits);
      return this;
    }

    @Override
    public RowSet or(RowSet other) {
      bits.or(((Bits) other).bits);
      return this;
    }

    @Override
    public RowSet andNot(RowSet other) {
      bits.andNot(((Bits) other).bits);
      return this;
    }

    @Override
    public RowSet copy() {
      return new Bits((BitSet) bits.clone());
    }

    @Override
    public int countBetween(int from, int to) {
      return bits.get(from, to).cardinality();
    }

    @Override
    public int positions(int from, int to, int[] positions) {
      int found = 0;
      for (int row = bits.nextSetBit(from); row >= 0 && row < to; row = bits.nextSetBit(row + 1)) {
        positions[found++] = row - from;
      }
      return found;
    }
  }
}
