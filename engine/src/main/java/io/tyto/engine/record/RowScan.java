package io.tyto.engine.record;

import io.tyto.engine.domain.ColumnDomain;
import io.tyto.engine.domain.Hashing;
import io.tyto.engine.filter.BlockPruner;
import io.tyto.engine.filter.CompiledFilter;
import io.tyto.engine.filter.FilterCompiler;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.BlockList;
import io.tyto.engine.scan.ColumnSlots;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.scan.ScanStats;
import io.tyto.engine.scan.Workers;
import io.tyto.engine.source.RowSource;
import io.tyto.model.query.Estimate;
import io.tyto.model.query.Filter;
import io.tyto.model.query.QueryTrace;
import io.tyto.model.query.RecordsQuery;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.ResultColumn;
import io.tyto.model.schema.Physical;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The first rows that pass a filter, in an order that is total: the order keys, then the record's
/// identity (partition, log id, offset) ascending. Thread-safe: no state.
public final class RowScan {

  /// A row of the sources given to the scan; means the same row only with the same snapshot.
  ///
  /// @param source position in the list of sources
  /// @param row rowId in that source
  public record RowPosition(int source, int row) {}

  /// @param columns names of config or system columns to materialise
  /// @param backward the last rows before `anchor` (or of all) instead of the first after it; they
  ///   come in the forward order all the same
  /// @param anchor rows strictly after (backward: before) this one; null: from the start (end)
  /// @param skip so many rows nearest to the anchor are left out first
  /// @param wantsTotal counts all rows that pass, whatever the anchor
  public record Spec(
      TableSchema schema,
      TimeInterval range,
      @Nullable Filter where,
      List<RecordsQuery.Order> orderBy,
      List<String> columns,
      boolean backward,
      @Nullable RowPosition anchor,
      int skip,
      int limit,
      boolean wantsTotal) {}

  /// Who a record is.
  public record Identity(int partition, String logId, long offset) {

    /// The `_id` of the record. Of the log its hash: ids of logs of one topic differ in the end
    /// alone.
    public String recordId() {
      byte[] bytes = logId.getBytes(StandardCharsets.UTF_8);
      long log = Hashing.bytes(bytes, 0, bytes.length, Hashing.SKETCH_SEED);
      return partition + "-" + HexFormat.of().toHexDigits(log) + "-" + offset;
    }
  }

  /// @param columns as the spec's, logical values, lists as List
  /// @param total -1 where not wanted
  /// @param hasMore a further row exists in the direction of the scan
  public record Rows(
      List<RowPosition> positions,
      List<Identity> identities,
      List<ResultColumn> columns,
      long total,
      boolean hasMore,
      ScanStats stats) {}

  /// Batches that one thread walks before others help.
  private static final int BATCHES_ALONE = 64;

  private final Spec spec;
  private final List<RowSource> sources;
  private final ScanContext context;
  private final ColumnSlots slots;
  private final CompiledFilter filter;
  private final TopRows.Ordering ordering;
  private final int[] columnSlots;
  private final int wanted;
  private final BlockPruner.Pruned pruned;

  /// Blocks until done.
  public static Rows run(Spec spec, List<RowSource> sources, ScanContext context) {
    QueryTrace.Part traced = context.query().trace().begin("scan", spec.schema().name());
    ScanStats read = ScanStats.NONE;
    try {
      Found found = find(spec, sources, context);
      int from = Math.min(spec.skip(), found.size());
      Rows rows = found.rows(from, Math.min(from + spec.limit(), found.size()));
      read = rows.stats();
      return rows;
    } finally {
      traced.end(read.rowsScanned(), read.bytesScanned(), read.sourcesScanned());
    }
  }

  /// Finds the rows and their order, and reads none of their columns yet. Blocks until done; what
  /// is found holds memory of the context.
  public static Found find(Spec spec, List<RowSource> sources, ScanContext context) {
    context.check();
    return new RowScan(spec, sources, context).find();
  }

  /// Rows in the order of the scan, among them those to skip and one beyond the limit. Not
  /// thread-safe.
  public static final class Found {
    private final RowScan scan;
    private final TopRows top;
    private final long total;
    private final ScanStats stats;

    private Found(RowScan scan, TopRows top, long total, ScanStats stats) {
      this.scan = scan;
      this.top = top;
      this.total = total;
      this.stats = stats;
    }

    public int size() {
      return top.size();
    }

    /// Reads the columns of rows `[from, to)`.
    public Rows rows(int from, int to) {
      return scan.rows(top, from, to, total, stats);
    }
  }

  private RowScan(Spec spec, List<RowSource> sources, ScanContext context) {
    this.spec = spec;
    this.sources = List.copyOf(sources);
    this.context = context;
    slots = new ColumnSlots(spec.schema());
    filter = FilterCompiler.compile(spec.where(), spec.range(), slots, context.seed());
    int[] orderSlots = spec.orderBy().stream().mapToInt(o -> slots.slot(o.column())).toArray();
    List<OrderColumn> keys =
        spec.orderBy().stream()
            .map(o -> OrderColumn.of(slots.column(slots.slot(o.column())).type(), o.direction()))
            .toList();
    int logSlot = slots.slot("_log");
    ordering =
        new TopRows.Ordering(
            orderSlots,
            keys,
            logSlot,
            slots.slot("_offset"),
            new ColumnDomain.Bytes(context.seed()),
            context.memory(),
            spec.backward(),
            !spec.orderBy().isEmpty()
                && spec.orderBy().getFirst().direction().descending() != spec.backward());
    columnSlots = spec.columns().stream().mapToInt(slots::slot).toArray();
    wanted = Math.addExact(Math.addExact(spec.skip(), spec.limit()), 1);
    pruned = BlockPruner.prune(filter, spec.range(), slots, this.sources);
  }

  private Found find() {
    EdgeWalk walk = walk();
    // A walk ends with the page: it reads what lies at the edge.
    long rows = pruned.stats().rowsScanned();
    long read = walk == null ? rows : Math.min(rows, wanted + RowSource.BLOCK_ROWS);
    context.begin(new Estimate(Estimate.Lane.SCAN, read, slots.size()));
    TopRows anchor = anchor();
    List<RecordLane> lanes = walk == null ? scanBlocks(anchor) : walk(walk, anchor);
    TopRows top = new TopRows(ordering, wanted);
    long total = 0;
    long bytesRead = 0;
    for (RecordLane lane : lanes) {
      top.addAll(lane.top());
      total += lane.total();
      bytesRead += lane.bytesRead();
    }
    top.cut();
    return new Found(this, top, total, pruned.stats().plus(new ScanStats(0, bytesRead, 0, 0)));
  }

  /// Null where no source ascends by the first key, or every row that passes must be counted.
  private @Nullable EdgeWalk walk() {
    if (spec.wantsTotal()
        || ordering.slots().length == 0
        || slots.column(ordering.slots()[0]).type().physical() != Physical.LONG) {
      return null;
    }
    int slot = ordering.slots()[0];
    EdgeWalk walk = new EdgeWalk(slots, sources, pruned.blocks(), slot, ordering.isFromEnd());
    return walk.hasEdges() ? walk : null;
  }

  private RecordLane lane(@Nullable TopRows anchor) {
    return new RecordLane(
        context, slots, sources, filter, ordering, wanted, anchor, spec.wantsTotal());
  }

  private List<RecordLane> scanBlocks(@Nullable TopRows anchor) {
    BlockList blocks = new BlockOrder(slots, sources, spec).sort(pruned.blocks());
    return Workers.deal(
        context,
        blocks.size(),
        () -> lane(anchor),
        (lane, i) -> lane.scan(blocks.source(i), blocks.block(i)));
  }

  /// Most walks end soon; helpers are called to those that do not.
  private List<RecordLane> walk(EdgeWalk walk, @Nullable TopRows anchor) {
    RecordLane first = lane(anchor);
    if (first.walk(walk, BATCHES_ALONE)) {
      return List.of(first);
    }
    List<RecordLane> lanes = new ArrayList<>(List.of(first));
    for (int i = 1; i < context.parallelism(); i++) {
      lanes.add(lane(anchor));
    }
    Workers.run(context, lanes.size(), i -> lanes.get(i).walk(walk, Integer.MAX_VALUE));
    return lanes;
  }

  private @Nullable TopRows anchor() {
    RowPosition position = spec.anchor();
    if (position == null) {
      return null;
    }
    Batch batch = new Batch(slots);
    batch.enter(sources.get(position.source()), position.source());
    batch.move(position.row(), 1);
    TopRows anchor = new TopRows(ordering, 1);
    anchor.enter(batch);
    anchor.offer(0);
    return anchor;
  }

  private Rows rows(TopRows top, int from, int to, long total, ScanStats stats) {
    Map<Integer, String> logIds = new HashMap<>();
    List<RowPosition> positions = new ArrayList<>();
    List<Identity> identities = new ArrayList<>();
    for (int i = from; i < to; i++) {
      positions.add(new RowPosition(top.source(i), top.row(i)));
      String log = logIds.computeIfAbsent(top.log(i), this::logId);
      identities.add(new Identity(top.partition(i), log, top.offset(i)));
    }
    if (spec.backward()) {
      Collections.reverse(positions);
      Collections.reverse(identities);
    }
    List<ResultColumn> columns =
        new Materializer(slots, sources, context).read(positions, columnSlots);
    return new Rows(
        List.copyOf(positions),
        List.copyOf(identities),
        columns,
        spec.wantsTotal() ? total : -1,
        top.size() > to,
        stats);
  }

  private String logId(int code) {
    return new String((byte[]) ordering.logs().value(code), StandardCharsets.UTF_8);
  }
}
