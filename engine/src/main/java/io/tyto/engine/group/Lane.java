package io.tyto.engine.group;

import io.tyto.engine.aggregate.Accumulator;
import io.tyto.engine.aggregate.GroupedRows;
import io.tyto.engine.aggregate.RowTotals;
import io.tyto.engine.filter.CompiledFilter;
import io.tyto.engine.filter.SourceFilter;
import io.tyto.engine.kernel.Kernels;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.Workers;
import io.tyto.engine.source.RowSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One thread's part of a group scan: reads blocks, and holds a state of its own for every group.
final class Lane {
  private static final int NO_RUN = -2;

  /// Shorter runs of rows are not taken by themselves.
  private static final int MIN_RUN_ROWS = 32;

  /// Assumed for a group and state when room is made; what it really takes is counted afterwards.
  private static final int STATE_BYTES = 16;

  /// Groups that are merged by one thread at a time.
  private static final int MERGED_GROUPS = 1 << 15;

  /// How often the memory that states really take is looked at.
  private static final int BATCHES_PER_COUNT = 4;

  private final ScanPlan plan;
  private final Kernels kernels = Kernels.best();
  private final Batch batch;
  private final @Nullable GroupAssigner assigner;
  private final long[] mask = new long[RowSource.BATCH_ROWS / Long.SIZE];
  private final long[] stateMask = new long[RowSource.BATCH_ROWS / Long.SIZE];
  private final GroupedRows rows = new GroupedRows(RowSource.BATCH_ROWS);
  private final GroupedRows[] filteredRows;
  private final List<SourceFilter> stateFilters = new ArrayList<>();
  private final boolean[] canPass;
  private @Nullable SourceFilter filter;
  private int sourceIndex = -1;

  /// Runs of the first key that is a time bucket, if any.
  private final @Nullable BucketRuns runs;

  private final int runKey;

  /// The code of that key for all rows of the batch, or {@link #NO_RUN}.
  private int runCode = NO_RUN;

  private int groupLimit;
  private long reservedBytes;
  private long othersBytesRead;
  private int batchesUncounted;

  /// Which groups have rows, and states that are kept along with that.
  private final RowTotals totals = new RowTotals();

  /// In the order of the plan.
  final List<Accumulator> states;

  /// Those of `states` that `totals` does not keep.
  private final List<Accumulator> ownStates = new ArrayList<>();

  private final List<Integer> filterOfOwnState = new ArrayList<>();

  Lane(ScanPlan plan) {
    this.plan = plan;
    batch = new Batch(plan.slots());
    assigner =
        plan.coders().isEmpty()
            ? null
            : new GroupAssigner(plan.coders(), plan.space(), plan.slots());
    runKey = firstBucketKey(plan.coders());
    runs =
        runKey >= 0 && plan.coders().get(runKey) instanceof KeyCoder.OfBuckets(var slot, var axis)
            ? new BucketRuns(slot, axis)
            : null;
    states = new ArrayList<>();
    for (int i = 0; i < plan.states().size(); i++) {
      Accumulator state = plan.states().get(i);
      int number = plan.filterOfState()[i];
      Accumulator shared = number < 0 ? totals.share(state) : null;
      if (shared != null) {
        states.add(shared);
      } else {
        states.add(state.fresh());
        ownStates.add(states.getLast());
        filterOfOwnState.add(number);
      }
    }
    filteredRows = new GroupedRows[plan.stateFilters().size()];
    Arrays.setAll(filteredRows, i -> new GroupedRows(RowSource.BATCH_ROWS));
    canPass = new boolean[filteredRows.length];
  }

  private static int firstBucketKey(List<KeyCoder> coders) {
    for (int key = 0; key < coders.size(); key++) {
      if (coders.get(key) instanceof KeyCoder.OfBuckets) {
        return key;
      }
    }
    return -1;
  }

  /// Reads entry `i` of the plan's block list.
  void scan(int i) {
    int source = plan.pruned().blocks().source(i);
    if (source != sourceIndex) {
      enter(source);
    }
    SourceFilter current = filter;
    int block = plan.pruned().blocks().block(i);
    if (current == null || !current.enterBlock(block)) {
      return;
    }
    for (int f = 0; f < canPass.length; f++) {
      canPass[f] = stateFilters.get(f).enterBlock(block);
    }
    int from = block * RowSource.BLOCK_ROWS;
    int to = from + RowSource.blockRows(batch.source(), block);
    plan.context().scanned(to - from);
    for (int at = from; at < to; at += batch.length()) {
      plan.context().check();
      batch.move(at, cut(at, Math.min(RowSource.BATCH_ROWS, to - at)));
      if (runCode != KeyCoder.DROPPED) {
        scanBatch(current);
      }
    }
  }

  /// How many rows from a row on to take, at most `most`: those of one time bucket, where rows
  /// ascend by time and it has enough of them.
  private int cut(int row, int most) {
    runCode = NO_RUN;
    if (runs == null || !runs.isAscending(batch)) {
      return most;
    }
    int code = runs.codeAt(row);
    int length = Math.min(most, runs.end() - row);
    if (length < Math.min(most, MIN_RUN_ROWS)) {
      return most;
    }
    runCode = code;
    return length;
  }

  private void enter(int source) {
    leave();
    sourceIndex = source;
    batch.enter(plan.sources().get(source), source);
    filter = plan.filters().get(source).openNarrowing(batch, kernels);
    stateFilters.clear();
    for (CompiledFilter stateFilter : plan.stateFilters()) {
      stateFilters.add(stateFilter.open(batch, kernels));
    }
  }

  /// Ends the current source.
  void leave() {
    if (sourceIndex >= 0) {
      ownStates.forEach(Accumulator::endSource);
      account();
      sourceIndex = -1;
    }
  }

  private void scanBatch(SourceFilter current) {
    int length = batch.length();
    SourceFilter.fill(mask, length);
    if (!current.retain(mask)) {
      return;
    }
    int count = SourceFilter.cardinality(mask, length);
    int group = assigner == null ? 0 : assigner.groupOf(runKey, runCode);
    boolean isAddedUp = group >= 0 && addUp(count, group);
    if (isAddedUp && ownStates.isEmpty()) {
      return;
    }
    if (count == length) {
      rows.setWhole(length);
    } else {
      kernels.positions(mask, length, rows.positionsToFill());
      batch.select(rows.positions(), count);
      rows.set(count, false, true);
    }
    if (assigner != null && group >= 0) {
      rows.inGroup(group);
    } else if (assigner != null) {
      assigner.assign(batch, rows, runKey, runCode);
    }
    if (rows.count() == 0) {
      return;
    }
    makeRoom();
    if (!isAddedUp) {
      totals.update(batch, rows);
    }
    filterRows(group);
    for (int i = 0; i < ownStates.size(); i++) {
      int number = filterOfOwnState.get(i);
      GroupedRows taken = number < 0 ? rows : filteredRows[number];
      if (taken.count() > 0) {
        ownStates.get(i).update(batch, taken);
      }
    }
    if (++batchesUncounted == BATCHES_PER_COUNT) {
      account();
    }
  }

  /// Counts and sums of one group need no positions, and often no vectors.
  private boolean addUp(int count, int group) {
    makeRoom();
    return totals.addUp(batch, count == batch.length() ? null : mask, count, group);
  }

  /// Makes the rows of each state filter.
  ///
  /// @param group that all of them are in, or negative
  private void filterRows(int group) {
    for (int f = 0; f < filteredRows.length; f++) {
      GroupedRows to = filteredRows[f];
      to.positionsToFill();
      System.arraycopy(mask, 0, stateMask, 0, SourceFilter.words(batch.length()));
      if (!canPass[f] || !stateFilters.get(f).retain(stateMask)) {
        to.set(0, false, false);
        continue;
      }
      to.ensure(rows.count());
      int kept = 0;
      for (int i = 0; i < rows.count(); i++) {
        int position = rows.positions()[i];
        to.positions()[kept] = position;
        to.groups()[kept] = rows.groups()[i];
        kept += (int) (stateMask[position >>> 6] >>> position & 1);
      }
      to.set(kept, rows.isWhole() && kept == rows.count(), false);
      if (group >= 0) {
        to.inGroup(group);
      }
    }
  }

  private void makeRoom() {
    int limit = plan.space().limit();
    if (limit > groupLimit) {
      long expected = (long) (limit - groupLimit) * (states.size() + 1) * STATE_BYTES;
      plan.context().memory().reserve(expected);
      reservedBytes += expected;
      groupLimit = limit;
      totals.ensureGroups(limit);
      ownStates.forEach(state -> state.ensureGroups(limit));
    }
  }

  private void account() {
    batchesUncounted = 0;
    plan.accountShared();
    long bytes = totals.sizeBytes();
    for (Accumulator state : ownStates) {
      bytes += state.sizeBytes();
    }
    if (bytes != reservedBytes) {
      plan.context().memory().reserve(bytes - reservedBytes);
      reservedBytes = bytes;
    }
  }

  /// By this lane and those merged into it.
  long bytesRead() {
    return batch.bytesRead() + othersBytesRead;
  }

  /// Takes in what another lane found.
  void merge(Lane other) {
    int limit = other.groupLimit;
    groupLimit = Math.max(groupLimit, limit);
    totals.prepareMerge(other.totals, limit);
    int ranges = (limit + MERGED_GROUPS - 1) / MERGED_GROUPS;
    Workers.run(
        plan.context(),
        ranges,
        range ->
            totals.merge(
                other.totals, range * MERGED_GROUPS, Math.min(limit, (range + 1) * MERGED_GROUPS)));
    totals.merged(other.totals);
    int[] groups = ownStates.isEmpty() ? new int[0] : other.presentGroups();
    for (int i = 0; i < ownStates.size(); i++) {
      ownStates.get(i).ensureGroups(limit);
      ownStates.get(i).merge(other.ownStates.get(i), groups, groups, groups.length);
    }
    othersBytesRead += other.bytesRead();
    account();
    plan.context().memory().reserve(-other.reservedBytes);
    other.reservedBytes = 0;
  }

  /// See {@link BestGroups#of}.
  @Nullable BestGroups bestGroups(GroupScan.Best best) {
    return BestGroups.of(best, states.get(best.state()), totals, groupLimit, plan);
  }

  /// The groups that have rows, ascending.
  int[] presentGroups() {
    int[] groups = new int[groupLimit];
    int present = 0;
    for (int group = 0; group < groupLimit; group++) {
      groups[present] = group;
      present += totals.has(group) ? 1 : 0;
    }
    return Arrays.copyOf(groups, present);
  }
}
