package io.tyto.engine.aggregate;

import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.source.CellKind;
import io.tyto.engine.source.CountedCells;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// COUNT_DISTINCT_EXACT: sets of codes.
///
/// They begin as {@link CodeGroups} and become {@link CodeSets} where that does not suit: with one
/// group, with too many, and where codes are in many groups each.
final class DistinctExact extends ColumnAccumulator {
  /// A cell of so few groups has enough codes to pay for a bitmap, which has a bit a code where
  /// {@link CodeGroups} have two bytes.
  private static final int FEW_GROUPS = 256;

  private final CodeReader reader;
  private @Nullable RangedCodeGroups few;
  private @Nullable CodeSets sets;

  /// Where `few` is that of another state which was merged into this one: its group by own group.
  private int @Nullable [] groupsOfFew;

  /// By group, entities of {@link CountedCells}, which are in no set.
  private long[] counted = new long[0];

  private int groupCount;
  private int[] codes = new int[RowSource.BATCH_ROWS];

  DistinctExact(int slot, CodeReader reader) {
    super(slot);
    this.reader = reader;
  }

  @Override
  public void ensureGroups(int count) {
    groupCount = Math.max(groupCount, count);
    if (sets != null) {
      sets.ensureGroups(groupCount);
    } else if (groupsOfFew != null) {
      return;
    } else if (few != null && !CodeGroups.canHold(groupCount, 0)) {
      toSets();
    } else if (few != null) {
      few.ensureGroups(groupCount);
    }
  }

  @Override
  void updateCells(Batch batch, GroupedRows rows) {
    if (batch.source() instanceof CountedCells && cellKind() == CellKind.ENTITIES) {
      count(batch, rows);
      return;
    }
    if (groupCount <= FEW_GROUPS) {
      toSets();
    }
    super.updateCells(batch, rows);
  }

  private void count(Batch batch, GroupedRows rows) {
    if (codes.length < batch.length()) {
      codes = new int[batch.length()];
    }
    if (!batch.cellLengths(cellKind(), slot, codes)) {
      throw keepsNo(batch, cellKind());
    }
    if (counted.length < groupCount) {
      counted = Arrays.copyOf(counted, Capacity.grown(counted.length, groupCount));
    }
    for (int i = 0; i < rows.count; i++) {
      counted[rows.isOneGroup ? rows.group : rows.groups[i]] += codes[rows.positions[i]];
    }
  }

  private long counted(int group) {
    return group < counted.length ? counted[group] : 0;
  }

  @Override
  void accept(
      Batch batch, GroupedRows.ColumnValues columnValues, ColumnVector vector, GroupedRows rows) {
    if (codes.length < rows.count) {
      codes = new int[Math.max(rows.count, rows.positions.length)];
    }
    reader.codes(batch, vector, rows, codes);
    int limit = reader.limit();
    if (sets == null && (rows.isOneGroup || !CodeGroups.canHold(groupCount, limit))) {
      toSets();
    }
    CodeSets now = sets;
    if (now == null) {
      addToFew(batch, rows, limit);
    } else if (rows.isOneGroup) {
      now.add(rows.group, codes, rows.count, limit);
    } else {
      now.add(rows.groups, codes, rows.count, limit);
    }
  }

  private void addToFew(Batch batch, GroupedRows rows, int limit) {
    RangedCodeGroups now = few;
    if (now == null) {
      now = new RangedCodeGroups();
      now.ensureGroups(groupCount);
      few = now;
    }
    if (!now.add(reader.range(batch), rows.groups, codes, rows.count, limit)) {
      toSets();
    }
  }

  private CodeSets toSets() {
    CodeSets known = sets;
    if (known != null) {
      return known;
    }
    CodeSets made = new CodeSets();
    made.ensureGroups(groupCount);
    if (few != null) {
      int limit = reader.limit();
      int[] own = ownGroups();
      few.forEach((group, code) -> {
        if (own.length == 0) {
          made.add(group, code, limit);
        } else if (own[group] >= 0) {
          made.add(own[group], code, limit);
        }
      });
      few = null;
      groupsOfFew = null;
    }
    sets = made;
    return made;
  }

  /// By group of `few`, -1 where this state has none of it; empty where they are the same.
  private int[] ownGroups() {
    if (groupsOfFew == null || few == null) {
      return new int[0];
    }
    int[] own = new int[few.groups()];
    Arrays.fill(own, -1);
    for (int group = 0; group < groupsOfFew.length; group++) {
      own[groupsOfFew[group]] = group;
    }
    return own;
  }

  @Override
  CellKind cellKind() {
    return reader.cellKind();
  }

  @Override
  public void store(int count, int columnId, CellColumns target) {
    if (counted.length > 0) {
      throw new IllegalStateException("what was only counted cannot be kept");
    }
    store(
        count,
        (offsets, codes) -> reader.store(cellKind().id(columnId), count, offsets, codes, target));
  }

  /// What was only counted cannot be united with what others found.
  @Override
  public void ship(int count, int columnId, CellColumns target) {
    if (counted.length > 0) {
      throw new IllegalStateException("what was only counted cannot be shipped");
    }
    store(
        count,
        (offsets, codes) ->
            reader.ship(CellKind.VALUES.id(columnId), count, offsets, codes, target));
  }

  /// Takes the codes of all groups; those of group g are `codes[offsets[g], offsets[g + 1])`.
  private interface CodeTaker {
    void take(int[] offsets, int[] codes);
  }

  private void store(int count, CodeTaker taker) {
    CodeSets stored = toSets();
    stored.ensureGroups(count);
    int[] offsets = new int[count + 1];
    int[] all = new int[Math.max(16, count)];
    for (int group = 0; group < count; group++) {
      int[] members = stored.members(group);
      offsets[group + 1] = Math.addExact(offsets[group], members.length);
      if (offsets[group + 1] > all.length) {
        all = Arrays.copyOf(all, Capacity.grown(all.length, offsets[group + 1]));
      }
      System.arraycopy(members, 0, all, offsets[group], members.length);
    }
    taker.take(offsets, Arrays.copyOf(all, offsets[count]));
  }

  @Override
  public void merge(Accumulator other, int[] sources, int[] targets, int count) {
    DistinctExact from = (DistinctExact) other;
    mergeCounted(from, sources, targets, count);
    if (from.few == null && from.sets == null || mergesFew(from, sources, targets, count)) {
      return;
    }
    CodeSets theirs = from.toSets();
    CodeSets mine = toSets();
    int limit = reader.limit();
    for (int i = 0; i < count; i++) {
      Checkpoint.pass(i);
      mine.merge(theirs, sources[i], targets[i], limit);
    }
  }

  private void mergeCounted(DistinctExact from, int[] sources, int[] targets, int count) {
    if (from.counted.length == 0) {
      return;
    }
    for (int i = 0; i < count; i++) {
      if (targets[i] >= counted.length) {
        counted = Arrays.copyOf(counted, Capacity.grown(counted.length, targets[i] + 1));
      }
      counted[targets[i]] += from.counted(sources[i]);
    }
  }

  @SuppressWarnings("ReferenceEquality") // one numbering of groups
  private boolean mergesFew(DistinctExact from, int[] sources, int[] targets, int count) {
    if (from.few == null || from.groupsOfFew != null || sets != null || groupsOfFew != null) {
      return false;
    }
    if (few == null && Groupings.isSelection(from.few.groups(), sources, targets, count)) {
      few = from.few;
      groupsOfFew = Arrays.copyOf(sources, count);
      return true;
    }
    if (sources != targets || few == null) {
      return false;
    }
    few.merge(from.few);
    return true;
  }

  @Override
  public Accumulator fresh() {
    return new DistinctExact(slot, reader);
  }

  @Override
  public boolean isOrderFree() {
    return true;
  }

  @Override
  public long sizeBytes() {
    return counted.length * (long) Long.BYTES
        + (few == null ? 0 : few.sizeBytes())
        + (sets == null ? 0 : sets.sizeBytes());
  }

  @Override
  public Form form() {
    return Form.LONGS;
  }

  @Override
  public boolean isNull(int group) {
    return false;
  }

  @Override
  public long asLong(int group) {
    return counted(group) + united(group);
  }

  private long united(int group) {
    if (groupsOfFew != null && few != null) {
      return group < groupsOfFew.length ? few.count(groupsOfFew[group]) : 0;
    }
    if (few != null) {
      return few.count(group);
    }
    return sets == null ? 0 : sets.count(group);
  }

  @Override
  public double asDouble(int group) {
    return asLong(group);
  }

  @Override
  public int compare(int left, int right) {
    return Long.compare(asLong(left), asLong(right));
  }
}
