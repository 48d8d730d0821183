package io.tyto.engine.record;

import io.tyto.engine.filter.CompiledFilter;
import io.tyto.engine.filter.FilterCompiler;
import io.tyto.engine.filter.SourceFilter;
import io.tyto.engine.kernel.Kernels;
import io.tyto.engine.page.StableHash;
import io.tyto.engine.record.RowScan.Identity;
import io.tyto.engine.record.RowScan.RowPosition;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.ColumnSlots;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.model.query.Estimate;
import io.tyto.model.query.Filter;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.ResultColumn;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Rows in the order they arrived, behind a position: within a log by offset, and between logs by
/// the time of arrival. Not thread-safe: one a poll.
///
/// A position holds, for each log of each partition, the first offset that was not read. Blocks
/// whose offsets all lie before it are not read, so that a look at rows that were read already
/// costs their zone maps; nor are those, unless what waits is to be counted, whose offsets all lie
/// behind as many rows as there is room for. The gate is asked for each block that is read; of the
/// newest rows, which have no zone maps yet, for those batches that are new.
public final class EventScan {

  /// A log as one partition keeps it.
  ///
  /// @param log hash of the log's id, so that a position stays short
  public record Place(int partition, long log) {}

  /// @param positions of the rows
  /// @param identities likewise
  /// @param next the position behind them
  /// @param end the position behind everything that there is
  /// @param waiting rows that pass and were not read, as there was no room for them; where they are
  ///   not counted, more than none says that there may be some
  public record Events(
      List<RowPosition> positions,
      List<Identity> identities,
      List<ResultColumn> columns,
      Map<Place, Long> next,
      Map<Place, Long> end,
      long waiting) {}

  /// A row that waits.
  private record Candidate(RowPosition position, long offset, long receivedMicros) {}

  /// What was found of one log.
  private static final class Found {
    private final Place place;
    private final String logId;
    private final long start;

    /// The first rows, the last of them on top.
    private final PriorityQueue<Candidate> first =
        new PriorityQueue<>(Comparator.comparingLong(Candidate::offset).reversed());

    private long passed;
    private long end;

    /// Whether some of its blocks were left out behind the first rows.
    private boolean isCut;

    Found(Place place, String logId, long start) {
      this.place = place;
      this.logId = logId;
      this.start = start;
      this.end = start;
    }

    /// Whether there is room for none from this offset on.
    boolean isFullBefore(long offset, int limit) {
      return first.size() == limit && first.element().offset() < offset;
    }

    boolean isNew(long offset) {
      return offset >= start;
    }

    void offer(Candidate row, int limit) {
      passed++;
      if (first.size() < limit) {
        first.add(row);
      } else if (first.element().offset() > row.offset()) {
        first.remove();
        first.add(row);
      }
    }
  }

  /// The rows that were found of one log, in order.
  private static final class Queue {
    private final Found found;
    private final List<Candidate> rows;
    private int at;

    Queue(Found found) {
      this.found = found;
      this.rows = new ArrayList<>(found.first);
      rows.sort(Comparator.comparingLong(Candidate::offset));
    }

    Candidate head() {
      return rows.get(at);
    }
  }

  private final List<RowSource> sources;
  private final ScanContext context;
  private final ColumnSlots slots;
  private final CompiledFilter filter;
  private final int logSlot;
  private final int offsetSlot;
  private final int receivedSlot;
  private final int[] columnSlots;
  private final Predicate<Identity> sample;
  private final Map<Place, Long> from;
  private final int limit;
  private final boolean countsWaiting;
  private final Kernels kernels = Kernels.best();
  private final Map<Place, Found> found = new HashMap<>();
  private final long[] mask = new long[RowSource.BATCH_ROWS / Long.SIZE];

  /// @param where null: all
  /// @param sample which of those are told
  /// @param from logs that are not in it are read from their start
  /// @param limit the most rows; 0 finds the end only
  /// @param countsWaiting whether every row that waits is counted, and the end is that of all
  public EventScan(
      TableSchema schema,
      List<RowSource> sources,
      @Nullable Filter where,
      List<String> columns,
      Predicate<Identity> sample,
      Map<Place, Long> from,
      int limit,
      boolean countsWaiting,
      ScanContext context) {
    this.sources = sources;
    this.context = context;
    this.sample = sample;
    this.from = from;
    this.limit = limit;
    this.countsWaiting = countsWaiting;
    slots = new ColumnSlots(schema);
    filter = FilterCompiler.compile(where, TimeInterval.ALL_TIME, slots, context.seed());
    logSlot = slots.slot("_log");
    offsetSlot = slots.slot("_offset");
    receivedSlot = slots.slot("_received");
    columnSlots = columns.stream().mapToInt(slots::slot).toArray();
  }

  /// The position behind all rows. Blocks until done.
  public static Map<Place, Long> end(
      TableSchema schema, List<RowSource> sources, ScanContext context) {
    return new EventScan(schema, sources, null, List.of(), _ -> false, Map.of(), 0, true, context)
        .run()
        .end();
  }

  /// Blocks until done.
  public Events run() {
    for (int i = 0; i < sources.size(); i++) {
      // For the end from the newest on: zone maps then tell that what is older ends before.
      scan(limit == 0 ? sources.size() - 1 - i : i);
    }
    Map<Place, Long> end = new HashMap<>(from);
    PriorityQueue<Queue> queues =
        new PriorityQueue<>(
            Comparator.comparingLong((Queue queue) -> queue.head().receivedMicros())
                .thenComparing(queue -> queue.found.place.partition())
                .thenComparing(queue -> queue.found.logId));
    long passed = 0;
    boolean isCut = false;
    for (Found one : found.values()) {
      passed += one.passed;
      isCut |= one.isCut;
      end.put(one.place, one.end);
      if (!one.first.isEmpty()) {
        queues.add(new Queue(one));
      }
    }
    return take(queues, end, passed + (isCut ? 1 : 0));
  }

  private Events take(PriorityQueue<Queue> queues, Map<Place, Long> end, long passed) {
    Map<Place, Long> next = new HashMap<>(end);
    List<RowPosition> positions = new ArrayList<>();
    List<Identity> identities = new ArrayList<>();
    List<Queue> open = new ArrayList<>(queues);
    while (positions.size() < limit && !queues.isEmpty()) {
      Queue queue = queues.remove();
      Candidate row = queue.head();
      Place place = queue.found.place;
      positions.add(row.position());
      identities.add(new Identity(place.partition(), queue.found.logId, row.offset()));
      queue.at++;
      if (queue.at < queue.rows.size()) {
        queues.add(queue);
      }
    }
    for (Queue queue : open) {
      if (queue.at < queue.found.passed || queue.found.isCut) {
        // Rows of it are left: it goes on behind the last that was taken.
        long behind = queue.at == 0 ? queue.found.start : queue.rows.get(queue.at - 1).offset() + 1;
        next.put(queue.found.place, behind);
      }
    }
    List<ResultColumn> columns =
        new Materializer(slots, sources, context).read(positions, columnSlots);
    return new Events(
        List.copyOf(positions),
        List.copyOf(identities),
        columns,
        next,
        end,
        passed - positions.size());
  }

  private void scan(int index) {
    RowSource source = sources.get(index);
    if (source.rowCount() == 0) {
      // What is left of it are cells, which were no events.
      return;
    }
    Batch batch = new Batch(slots);
    batch.enter(source, index);
    ColumnReader logs = batch.reader(logSlot);
    ColumnReader offsets = batch.reader(offsetSlot);
    if (logs == null || offsets == null) {
      throw new IllegalStateException(source.name() + " has no offsets");
    }
    Dictionary names = logs.dictionary();
    if (limit == 0 && names != null && names.size() == 1 && isBounded(source, offsets)) {
      Found only = found(source.partition(), names.value(0));
      for (int block = 0; block < RowSource.blocks(source); block++) {
        only.end = Math.max(only.end, bounds(offsets, block).maxLong() + 1);
      }
      return;
    }
    SourceFilter where = filter.open(batch, kernels);
    int blocks = RowSource.blocks(source);
    for (int i = 0; i < blocks; i++) {
      int block = limit == 0 ? blocks - 1 - i : i;
      Zone zone = offsets.zone(block);
      if (isRuledOut(source, names, zone)) {
        continue;
      }
      boolean mayPass = where.enterBlock(block);
      boolean isOfOneLog = names != null && names.size() == 1;
      if (limit > 0 && !mayPass && isOfOneLog && zone != null && zone.hasBounds()) {
        // None of it passes, and all of it is of one log: it ends where its zone map does.
        Found only = found(source.partition(), Objects.requireNonNull(names).value(0));
        only.end = Math.max(only.end, zone.maxLong() + 1);
        continue;
      }
      scanBlock(batch, block, where, mayPass, zone == null);
    }
  }

  /// @param isOpen whether rows are still added to it
  private void scanBlock(
      Batch batch, int block, SourceFilter where, boolean mayPass, boolean isOpen) {
    int rows = RowSource.blockRows(batch.source(), block);
    if (!isOpen) {
      charge(rows);
    }
    int start = block * RowSource.BLOCK_ROWS;
    int end = start + rows;
    for (int at = start; at < end; at += RowSource.BATCH_ROWS) {
      context.check();
      batch.move(at, Math.min(RowSource.BATCH_ROWS, end - at));
      if (scanBatch(batch, where, mayPass) && isOpen) {
        charge(batch.length());
      }
    }
  }

  private void charge(int rows) {
    context.begin(new Estimate(Estimate.Lane.SCAN, rows, slots.size()));
    context.scanned(rows);
  }

  /// Whether all of a block was read before, or there is room for nothing of it.
  private boolean isRuledOut(RowSource source, @Nullable Dictionary names, @Nullable Zone zone) {
    if (names == null || names.size() == 0 || zone == null || !zone.hasBounds()) {
      return false;
    }
    boolean isRead = true;
    boolean isFull = limit > 0 && !countsWaiting;
    for (int i = 0; i < names.size(); i++) {
      Found log = found(source.partition(), names.value(i));
      isRead &= zone.maxLong() < (limit == 0 ? log.end : log.start);
      isFull &= log.isFullBefore(zone.minLong(), limit);
    }
    if (isFull && !isRead) {
      for (int i = 0; i < names.size(); i++) {
        Found log = found(source.partition(), names.value(i));
        log.isCut = true;
        log.end = Math.max(log.end, zone.maxLong() + 1);
      }
    }
    return isRead || isFull;
  }

  /// Whether the end can be told by zone maps.
  private static boolean isBounded(RowSource source, ColumnReader offsets) {
    for (int block = 0; block < RowSource.blocks(source); block++) {
      Zone zone = offsets.zone(block);
      if (zone == null || !zone.hasBounds()) {
        return false;
      }
    }
    return true;
  }

  private static Zone bounds(ColumnReader offsets, int block) {
    return Objects.requireNonNull(offsets.zone(block));
  }

  private Found found(int partition, byte[] log) {
    String logId = new String(log, StandardCharsets.UTF_8);
    return found.computeIfAbsent(
        new Place(partition, StableHash.of(logId)),
        place -> new Found(place, logId, from.getOrDefault(place, 0L)));
  }

  /// Whether any of its rows is new.
  private boolean scanBatch(Batch batch, SourceFilter where, boolean mayPass) {
    if (!(batch.column(offsetSlot) instanceof ColumnVector.Longs offsets)
        || !(batch.column(receivedSlot) instanceof ColumnVector.Longs received)) {
      throw new IllegalStateException(batch.source().name() + " has no offsets");
    }
    Found[] logs = logs(batch);
    boolean isAny = false;
    for (int i = 0; i < batch.length(); i++) {
      long offset = offsets.values()[i];
      if (logs[i].isNew(offset)) {
        isAny = true;
        logs[i].end = Math.max(logs[i].end, offset + 1);
      }
    }
    if (!isAny || !mayPass || limit == 0) {
      return isAny;
    }
    SourceFilter.fill(mask, batch.length());
    if (!where.retain(mask)) {
      return true;
    }
    for (int i = 0; i < batch.length(); i++) {
      long offset = offsets.values()[i];
      if ((mask[i >> 6] >>> i & 1) != 0
          && logs[i].isNew(offset)
          && sample.test(new Identity(batch.source().partition(), logs[i].logId, offset))) {
        RowPosition position = new RowPosition(batch.sourceIndex(), batch.from() + i);
        logs[i].offer(new Candidate(position, offset, received.values()[i]), limit);
      }
    }
    return true;
  }

  /// The log of each row of the batch.
  private Found[] logs(Batch batch) {
    int partition = batch.source().partition();
    ColumnVector vector = batch.column(logSlot);
    Found[] logs = new Found[batch.length()];
    switch (vector) {
      case ColumnVector.Ordinals coded -> {
        Map<Integer, Found> known = new HashMap<>();
        for (int i = 0; i < logs.length; i++) {
          logs[i] =
              known.computeIfAbsent(
                  coded.values()[i],
                  ordinal -> found(partition, coded.dictionary().value(ordinal)));
        }
      }
      case ColumnVector.Bytes texts -> {
        for (int i = 0; i < logs.length; i++) {
          logs[i] =
              found(
                  partition,
                  Arrays.copyOfRange(texts.data(), texts.offsets()[i], texts.offsets()[i + 1]));
        }
      }
      default -> throw new IllegalStateException(batch.source().name() + " has no log ids");
    }
    return logs;
  }
}
