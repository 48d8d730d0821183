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
/// costs their zone maps.
public final class EventScan {

  /// A log as one partition keeps it.
  ///
  /// @param log hash of the log's id, so that a position stays short
  public record Place(int partition, long log) {}

  /// @param positions of the rows
  /// @param identities likewise
  /// @param next the position behind them
  /// @param end the position behind everything that there is
  /// @param waiting rows that pass and were not read, as there was no room for them
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

    Found(Place place, String logId, long start) {
      this.place = place;
      this.logId = logId;
      this.start = start;
      this.end = start;
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
  private final Kernels kernels = Kernels.best();
  private final Map<Place, Found> found = new HashMap<>();
  private final long[] mask = new long[RowSource.BATCH_ROWS / Long.SIZE];

  /// @param where null: all
  /// @param sample which of those are told
  /// @param from logs that are not in it are read from their start
  /// @param limit the most rows; 0 finds the end only
  public EventScan(
      TableSchema schema,
      List<RowSource> sources,
      @Nullable Filter where,
      List<String> columns,
      Predicate<Identity> sample,
      Map<Place, Long> from,
      int limit,
      ScanContext context) {
    this.sources = sources;
    this.context = context;
    this.sample = sample;
    this.from = from;
    this.limit = limit;
    slots = new ColumnSlots(schema);
    filter = FilterCompiler.compile(where, TimeInterval.ALL_TIME, slots, context.seed());
    logSlot = slots.slot("_log");
    offsetSlot = slots.slot("_offset");
    receivedSlot = slots.slot("_received");
    columnSlots = columns.stream().mapToInt(slots::slot).toArray();
  }

  /// Blocks until done.
  public Events run() {
    for (int source = 0; source < sources.size(); source++) {
      scan(source);
    }
    Map<Place, Long> end = new HashMap<>(from);
    PriorityQueue<Queue> queues =
        new PriorityQueue<>(
            Comparator.comparingLong((Queue queue) -> queue.head().receivedMicros())
                .thenComparing(queue -> queue.found.place.partition())
                .thenComparing(queue -> queue.found.logId));
    long passed = 0;
    for (Found one : found.values()) {
      passed += one.passed;
      end.put(one.place, one.end);
      if (!one.first.isEmpty()) {
        queues.add(new Queue(one));
      }
    }
    return take(queues, end, passed);
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
      if (queue.at < queue.found.passed) {
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
    long least = least(source, names);
    SourceFilter where = filter.open(batch, kernels);
    for (int block = 0; block < RowSource.blocks(source); block++) {
      Zone zone = offsets.zone(block);
      if (zone != null && zone.hasBounds() && zone.maxLong() < least) {
        continue;
      }
      boolean mayPass = where.enterBlock(block);
      int start = block * RowSource.BLOCK_ROWS;
      int end = start + RowSource.blockRows(source, block);
      for (int at = start; at < end; at += RowSource.BATCH_ROWS) {
        context.check();
        batch.move(at, Math.min(RowSource.BATCH_ROWS, end - at));
        scanBatch(batch, where, mayPass);
      }
    }
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

  /// The least offset that is not read yet of any log in the source.
  private long least(RowSource source, @Nullable Dictionary logs) {
    if (logs == null || logs.size() == 0) {
      return 0;
    }
    long least = Long.MAX_VALUE;
    for (int i = 0; i < logs.size(); i++) {
      least = Math.min(least, found(source.partition(), logs.value(i)).start);
    }
    return least;
  }

  private Found found(int partition, byte[] log) {
    String logId = new String(log, StandardCharsets.UTF_8);
    return found.computeIfAbsent(
        new Place(partition, StableHash.of(logId)),
        place -> new Found(place, logId, from.getOrDefault(place, 0L)));
  }

  private void scanBatch(Batch batch, SourceFilter where, boolean mayPass) {
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
      return;
    }
    SourceFilter.fill(mask, batch.length());
    if (!where.retain(mask)) {
      return;
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
