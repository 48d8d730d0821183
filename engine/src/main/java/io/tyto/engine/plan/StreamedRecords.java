package io.tyto.engine.plan;

import io.tyto.engine.calendar.Axes;
import io.tyto.engine.measure.Columns;
import io.tyto.engine.record.RowScan;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.scan.ScanStats;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.RetryLaterException;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.RecordStream;
import io.tyto.model.query.RecordsQuery;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.QueryMeta;
import io.tyto.model.result.RecordRows;
import io.tyto.model.result.ResultColumn;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Values;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Raw rows of one snapshot, part by part.
///
/// By event time first, each part is a scan of its own: it begins behind the last row of the one
/// before and looks only at the time that is left, so that no more is held than one part. In any
/// other order the rows are found and sorted once, and then read part by part.
public final class StreamedRecords implements RecordStream {
  private static final int FIRST_ROWS = 16;
  private static final int MOST_ROWS = 1 << 16;
  private static final int GROWTH = 4;
  private static final long LOOK_MILLIS = 200;

  /// Parts that hold less grow, those that hold four times as much shrink.
  private static final long ENOUGH_BYTES = 4L << 20;

  private final RecordsQuery query;
  private final TableSnapshot snapshot;
  private final ScanContext context;
  private final ColumnSpec time;
  private final boolean isByTime;
  private final long started = System.nanoTime();

  /// Of the columns in each part the time is the last.
  private final List<String> columns;

  private RowScan.@Nullable Found found;
  private RowScan.@Nullable RowPosition last;
  private TimeInterval left;
  private final List<RowSource> sources;
  private int given;
  private int partRows = FIRST_ROWS;
  private boolean isEnded;
  private boolean isTruncated;
  private boolean isClosed;
  private ScanStats stats = ScanStats.NONE;

  /// @param snapshot is closed with this, and so is the memory of the context, of which the rest is
  ///   only copied
  public StreamedRecords(RecordsQuery query, TableSnapshot snapshot, ScanContext context) {
    this.query = query;
    this.snapshot = snapshot;
    this.context = context;
    Columns known = new Columns(snapshot.schema());
    new QueryCheck(known).check(query);
    if (query.backward() || query.after() != null || query.before() != null || query.wantsTotal()) {
      throw known.refuse("a stream of records begins at the start and has no total");
    }
    sources = snapshot.sources(context);
    time = snapshot.schema().timeColumn();
    isByTime =
        !query.orderBy().isEmpty()
            && query.orderBy().getFirst().column().equals(time.name())
            && (!query.range().equals(TimeInterval.ALL_TIME) || hasTimes(snapshot));
    columns = new ArrayList<>(query.columns());
    columns.add(time.name());
    left = query.range();
  }

  /// Whether every row has an event time: else those without one are in no range, and yet there.
  private boolean hasTimes(TableSnapshot of) {
    Sources rows = new Sources(of.schema(), sources);
    for (RowSource source : sources) {
      ColumnReader reader = rows.reader(source, time);
      for (int block = 0; block < RowSource.blocks(source); block++) {
        Zone zone = reader == null ? null : reader.zone(block);
        if (zone == null || zone.nulls() > 0) {
          return false;
        }
      }
    }
    return true;
  }

  @Override
  public @Nullable RecordRows next() {
    if (isEnded || isClosed || query.limit() == given) {
      isEnded = true;
      return null;
    }
    isEnded = true; // unless all goes well
    Part part = patiently(isByTime ? this::timePart : this::sortedPart);
    isEnded = part.rows() == 0 || !part.hasMore();
    return part.rows() == 0 ? null : part;
  }

  /// Rows were given already: an answer that has begun waits where it may not go on yet.
  private Part patiently(Supplier<Part> read) {
    while (true) {
      try {
        return read.get();
      } catch (RetryLaterException e) {
        if (given == 0) {
          throw e;
        }
        pause(e.after());
      }
    }
  }

  private void pause(Duration wanted) {
    long end = System.nanoTime() + wanted.toNanos();
    try {
      for (long left = wanted.toMillis() + 1;
          left > 0;
          left = (end - System.nanoTime()) / 1_000_000) {
        context.check();
        Thread.sleep(Math.min(left, LOOK_MILLIS));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted while waiting for a turn", e);
    }
  }

  private ScanContext turn() {
    return new ScanContext(
        context.query(),
        context.memory(),
        context.workers(),
        context.parallelism(),
        context.seed());
  }

  /// @param rows how many
  private record Part(
      int rows, List<ResultColumn> columns, List<RowScan.Identity> identities, boolean hasMore)
      implements RecordRows {
    @Override
    public int rowCount() {
      return rows;
    }

    @Override
    public List<String> ids() {
      return new Ids(identities);
    }
  }

  /// Each is made when it is asked for: most streams want none.
  private static final class Ids extends AbstractList<String> implements RandomAccess {
    private final List<RowScan.Identity> identities;

    Ids(List<RowScan.Identity> identities) {
      this.identities = identities;
    }

    @Override
    public String get(int row) {
      return identities.get(row).recordId();
    }

    @Override
    public int size() {
      return identities.size();
    }
  }

  private int wanted() {
    return Math.min(partRows, query.limit() - given);
  }

  private Part timePart() {
    RowScan.Rows rows = within(() -> scan(wanted()));
    stats = given == 0 ? rows.stats() : stats.plus(bytes(rows.stats()));
    int count = rows.positions().size();
    if (count > 0) {
      last = rows.positions().getLast();
      left = beyond(rows.columns().getLast().value(count - 1));
    }
    return part(rows, count, rows.hasMore());
  }

  private static ScanStats bytes(ScanStats stats) {
    return new ScanStats(0, stats.bytesScanned(), 0, 0);
  }

  private RowScan.Rows scan(int limit) {
    RowScan.Spec spec = spec(left, last, given == 0 ? query.offset() : 0, limit);
    try (ScanContext turn = turn()) {
      return RowScan.run(spec, sources, turn);
    }
  }

  private RowScan.Spec spec(
      TimeInterval range, RowScan.@Nullable RowPosition anchor, int skip, int limit) {
    return new RowScan.Spec(
        snapshot.schema(),
        range,
        query.where(),
        query.orderBy(),
        columns,
        false,
        anchor,
        skip,
        limit,
        false);
  }

  /// The time in which the rows behind one lie: its own belongs to it, since others may have it
  /// too.
  private TimeInterval beyond(@Nullable Object value) {
    ColumnType.Scalar type = time.type().element();
    long at = Values.toLong(type, Objects.requireNonNull(value, "event time"));
    if (!query.orderBy().getFirst().direction().descending()) {
      return new TimeInterval(Axes.toInstant(type, at), left.to());
    }
    return at == Long.MAX_VALUE
        ? left
        : new TimeInterval(left.from(), Axes.toInstant(type, at + 1));
  }

  private Part sortedPart() {
    RowScan.Found all = found;
    if (all == null) {
      // One row more than the limit tells whether that left out any.
      int limit = Math.min(query.limit(), Integer.MAX_VALUE - 2 - query.offset());
      RowScan.Spec spec = spec(query.range(), null, query.offset(), limit);
      try (ScanContext turn = turn()) {
        all = RowScan.find(spec, sources, turn);
      }
      found = all;
    }
    int from = (int) Math.min(all.size(), (long) query.offset() + given);
    RowScan.Found rows = all;
    RowScan.Rows part = within(() -> rows.rows(from, Math.min(rows.size(), from + wanted())));
    stats = part.stats();
    return part(part, part.positions().size(), part.hasMore());
  }

  private Part part(RowScan.Rows rows, int count, boolean hasMore) {
    given += count;
    isTruncated = hasMore && given == query.limit();
    return new Part(
        count,
        rows.columns().subList(0, query.columns().size()),
        rows.identities(),
        hasMore && given < query.limit());
  }

  private interface Read {
    RowScan.Rows rows();
  }

  /// Reads a part and gives back the memory it took, as it is the reader's now. Texts may take a
  /// megabyte each: a part that is too large is tried again with fewer rows.
  private RowScan.Rows within(Read read) {
    while (true) {
      long before = context.memory().usedBytes();
      try {
        RowScan.Rows rows = read.rows();
        long bytes = context.memory().usedBytes() - before;
        if (bytes < ENOUGH_BYTES) {
          partRows = Math.min(MOST_ROWS, GROWTH * partRows);
        } else if (bytes > 4 * ENOUGH_BYTES) {
          partRows = Math.max(1, partRows / 2);
        }
        return rows;
      } catch (TytoException e) {
        if (e.code() != ErrorCode.MEMORY_LIMIT_EXCEEDED || partRows == 1) {
          throw e;
        }
        partRows = Math.max(1, partRows / GROWTH);
      } finally {
        context.memory().reserve(before - context.memory().usedBytes());
      }
    }
  }

  @Override
  public QueryMeta meta() {
    return MetaData.of(snapshot, context.query(), started)
        .of(stats, "segments", isTruncated, List.of(), context.cost());
  }

  @Override
  public void close() {
    if (!isClosed) {
      isClosed = true;
      context.memory().close();
      snapshot.close();
    }
  }
}
