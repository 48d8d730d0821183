package io.tyto.engine.group;

import io.tyto.engine.aggregate.Accumulator;
import io.tyto.engine.aggregate.StateSpec;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.scan.ScanStats;
import io.tyto.engine.scan.Workers;
import io.tyto.engine.source.RowSource;
import io.tyto.model.query.Filter;
import io.tyto.model.query.QueryTrace;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Filters, groups and accumulates the rows of some sources. Thread-safe: no state.
///
/// Names and types are checked by the caller; what does not fit is an IllegalArgumentException,
/// except patterns of the user's own (BAD_USER_INPUT).
///
/// Threads share the numbering of groups and have states of their own, which are merged as arrays.
/// If every state is free of order, threads take blocks as they come, each those of one partition
/// first. Else (sums of doubles) the blocks are cut into runs that depend on the data alone, and
/// runs are merged in order, so that answers repeat to the bit whatever the parallelism.
public final class GroupScan {
  /// Runs of blocks in an ordered scan: more of them balance better and merge longer.
  private static final int RUNS = 16;

  /// @param range of the schema's time column
  /// @param best all that is wanted of the groups, or null: all of them
  /// @param isShipped whether the groups are sent to another node, to be merged with others
  public record Spec(
      TableSchema schema,
      TimeInterval range,
      @Nullable Filter where,
      List<ScanKey> keys,
      List<StateSpec> states,
      @Nullable Best best,
      boolean isShipped) {

    /// Groups for this node itself.
    public Spec(
        TableSchema schema,
        TimeInterval range,
        @Nullable Filter where,
        List<ScanKey> keys,
        List<StateSpec> states,
        @Nullable Best best) {
      this(schema, range, where, keys, states, best, false);
    }

    /// All groups.
    public Spec(
        TableSchema schema,
        TimeInterval range,
        @Nullable Filter where,
        List<ScanKey> keys,
        List<StateSpec> states) {
      this(schema, range, where, keys, states, null);
    }
  }

  /// The first groups in the order of one state, nulls last: at least those, more where that is
  /// easier or values are equal.
  ///
  /// @param state position in the spec
  public record Best(int state, boolean isDescending, int count) {}

  /// Sources that are read over one range; a source may be in several parts whose ranges have
  /// nothing in common.
  ///
  /// @param only rows that meet it are read, beside what the spec says; null: all
  public record Part(TimeInterval range, @Nullable Filter only, List<RowSource> sources) {
    public Part(TimeInterval range, List<RowSource> sources) {
      this(range, null, sources);
    }
  }

  private GroupScan() {}

  /// Blocks until done.
  public static Groups run(Spec spec, List<RowSource> sources, ScanContext context) {
    return runParts(spec, List.of(new Part(spec.range(), sources)), context);
  }

  /// The same over parts, whose ranges stand for the spec's. Blocks until done.
  public static Groups runParts(Spec spec, List<Part> parts, ScanContext context) {
    context.check();
    QueryTrace.Part traced = context.query().trace().begin("scan", spec.schema().name());
    ScanStats read = ScanStats.NONE;
    try {
      ScanPlan plan = ScanPlan.of(spec, parts, context);
      context.begin(plan.estimate());
      Lane merged = plan.isOrderFree() ? scanAsTheyCome(plan) : scanInRuns(plan);
      Groups groups = groups(plan, merged, spec.best());
      read = groups.stats();
      return groups;
    } finally {
      traced.end(read.rowsScanned(), read.bytesScanned(), read.sourcesScanned());
    }
  }

  private static Lane scanAsTheyCome(ScanPlan plan) {
    int blocks = plan.pruned().blocks().size();
    BlockDealer dealer = new BlockDealer(plan.pruned().blocks(), plan.sources());
    List<LaneAtWork> lanes =
        Workers.deal(
            plan.context(),
            blocks,
            () -> new LaneAtWork(new Lane(plan), dealer.new Hand()),
            (work, _) -> work.lane.scan(work.hand.take()));
    lanes.forEach(work -> work.lane.leave());
    Lane first = lanes.getFirst().lane;
    for (LaneAtWork work : lanes.subList(1, lanes.size())) {
      first.merge(work.lane);
    }
    return first;
  }

  private record LaneAtWork(Lane lane, BlockDealer.Hand hand) {}

  private static Lane scanInRuns(ScanPlan plan) {
    int blocks = plan.pruned().blocks().size();
    int runs = Math.max(1, Math.min(RUNS, blocks));
    OrderedMerge merge = new OrderedMerge(plan, runs);
    Workers.run(
        plan.context(),
        runs,
        run -> {
          Lane lane = new Lane(plan);
          int to = (int) ((long) blocks * (run + 1) / runs);
          for (int block = (int) ((long) blocks * run / runs); block < to; block++) {
            lane.scan(block);
          }
          lane.leave();
          merge.add(run, lane);
        });
    return merge.result;
  }

  /// Merges runs in order, each as soon as those before it are in.
  private static final class OrderedMerge {
    private final @Nullable Lane[] waiting;
    private final Lane result;
    private int next;

    OrderedMerge(ScanPlan plan, int runs) {
      waiting = new Lane[runs];
      result = new Lane(plan);
    }

    synchronized void add(int run, Lane lane) {
      waiting[run] = lane;
      while (next < waiting.length && waiting[next] != null) {
        result.merge(waiting[next]);
        waiting[next++] = null;
      }
    }
  }

  private static Groups groups(ScanPlan plan, Lane lane, @Nullable Best best) {
    BestGroups picked = best == null || plan.coders().isEmpty() ? null : lane.bestGroups(best);
    int[] present =
        plan.coders().isEmpty()
            ? new int[1]
            : picked == null ? lane.presentGroups() : picked.groups();
    int[][] codes = plan.space().codes(present);
    List<GroupKeys> keys = new ArrayList<>();
    for (int key = 0; key < codes.length; key++) {
      plan.context().check();
      keys.add(plan.coders().get(key).keys(codes[key]));
    }
    int[] all = new int[present.length];
    Arrays.setAll(all, i -> i);
    List<Accumulator> states = new ArrayList<>();
    for (Accumulator state : lane.states) {
      plan.context().check();
      Accumulator compact = state.fresh();
      compact.ensureGroups(present.length);
      state.ensureGroups(plan.coders().isEmpty() ? 1 : 0);
      state.finish(plan.context());
      compact.merge(state, present, all, present.length);
      states.add(compact);
    }
    ScanStats stats = plan.pruned().stats().plus(new ScanStats(0, lane.bytesRead(), 0, 0));
    Groups groups =
        new Groups(
            present.length, picked == null ? present.length : picked.total(), keys, states, stats);
    return plan.isOrderFree() ? groups : groups.sorted();
  }
}
