package io.tyto.engine.segment;

import io.tyto.engine.source.CellSource;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import java.nio.BufferUnderflowException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A sealed segment, mapped read-only.
///
/// Thread-safe; its column readers are not. Lifetime: the opener holds it once; {@link #retain}
/// adds a holder, and the last {@link #release} unmaps it.
public final class Segment implements RowSource {
  private final Container container;
  private final SegmentInfo info;
  private final int sortColumn;
  private final ConcurrentHashMap<Integer, SegmentColumn> columns = new ConcurrentHashMap<>();
  private volatile @Nullable List<CellSource> cells;
  private final AtomicInteger holders = new AtomicInteger(1);

  private Segment(Container container) {
    this.container = container;
    Container.Block block = container.require(BlockKind.INFO, 0, 0);
    try {
      info = SegmentInfo.read(container.read(block));
    } catch (IndexOutOfBoundsException e) {
      throw container.unreadable(block, e);
    }
    if (info.rows() < 0
        || info.rows() > SegmentWriter.MAX_ROWS
        || info.blockRows() != RowSource.BLOCK_ROWS) {
      throw container.corrupt(
          block.byteOffset(),
          "at most %d rows in blocks of %d".formatted(SegmentWriter.MAX_ROWS, RowSource.BLOCK_ROWS),
          "%d rows in blocks of %d".formatted(info.rows(), info.blockRows()));
    }
    sortColumn = info.sortColumn();
  }

  /// Maps the file and checks its header and footer, not its blocks. SEGMENT_CORRUPT.
  ///
  /// @param expectedBytes the length its manifest entry names
  public static Segment open(Path file, long expectedBytes) {
    return open(file, expectedBytes, () -> {});
  }

  /// The same.
  ///
  /// @param onDamage run by whoever finds that bytes are not as written, before SEGMENT_CORRUPT is
  ///   thrown, perhaps more than once; must not wait
  public static Segment open(Path file, long expectedBytes, Runnable onDamage) {
    Container container =
        Container.open(file, expectedBytes, ContainerFormat.FileKind.ROWS, onDamage);
    try {
      return new Segment(container);
    } catch (RuntimeException e) {
      container.close();
      throw e;
    }
  }

  public Segment retain() {
    if (holders.getAndUpdate(n -> n == 0 ? 0 : n + 1) == 0) {
      throw new IllegalStateException("segment " + name() + " is already released");
    }
    return this;
  }

  public void release() {
    int left = holders.updateAndGet(n -> n == 0 ? -1 : n - 1);
    if (left == 0) {
      container.close();
    } else if (left < 0) {
      holders.set(0);
      throw new IllegalStateException("segment " + name() + " released more often than held");
    }
  }

  /// Reads every byte again and decodes every value; empty when all is well.
  public List<Fault> verify() {
    return new SegmentVerification(this, container).run();
  }

  @Override
  public int rowCount() {
    return (int) info.rows();
  }

  @Override
  public int schemaVersion() {
    return info.schemaVersion();
  }

  @Override
  public int partition() {
    return container.owner().partition();
  }

  public int projectId() {
    return container.owner().projectId();
  }

  public int groupId() {
    return container.owner().groupId();
  }

  public int collectionId() {
    return container.owner().collectionId();
  }

  /// Least event time in epoch microseconds; see {@link SegmentSummary}.
  public long minTimeMicros() {
    return info.minTimeMicros();
  }

  public long maxTimeMicros() {
    return info.maxTimeMicros();
  }

  /// Id of the column that the rows ascend by, nulls last, ties in the order of arrival; empty: the
  /// order of arrival.
  public String sortKey() {
    return info.sortKey();
  }

  @Override
  public @Nullable ColumnReader column(int columnId) {
    SegmentColumn column = segmentColumn(columnId);
    return column == null
        ? null
        : new SegmentColumnReader(column, rowCount(), columnId == sortColumn);
  }

  @Override
  public List<CellSource> cells() {
    List<CellSource> known = cells;
    if (known == null) {
      known = openCells();
      cells = known;
    }
    return known;
  }

  private List<CellSource> openCells() {
    List<CellSource> opened = new ArrayList<>();
    for (int number : container.ids(BlockKind.CELLS)) {
      Container.Block block = container.require(BlockKind.CELLS, number, 0);
      try {
        opened.add(new SegmentCells(this, CellDescriptor.read(container.read(block))));
      } catch (IndexOutOfBoundsException | BufferUnderflowException | DateTimeException e) {
        throw container.unreadable(block, e);
      }
    }
    return List.copyOf(opened);
  }

  @Nullable SegmentColumn segmentColumn(int columnId) {
    return segmentColumn(columnId, rowCount());
  }

  /// Null where the column is not stored here.
  ///
  /// @param rows how many it has values of
  @Nullable SegmentColumn segmentColumn(int columnId, int rows) {
    SegmentColumn known = columns.get(columnId);
    if (known == null && container.has(BlockKind.COLUMN, columnId, 0)) {
      known = new SegmentColumn(container, columnId);
      checkBlocks(known, rows);
      columns.put(columnId, known);
    }
    return known;
  }

  private void checkBlocks(SegmentColumn column, int expected) {
    long rows = 0;
    for (ColumnDescriptor.BlockZone block : column.descriptor().blocks()) {
      rows += block.zone().rows();
    }
    if (rows != expected) {
      throw container.corrupt(
          container.require(BlockKind.COLUMN, column.columnId(), 0).byteOffset(),
          expected + " rows in column " + column.columnId(),
          rows + " rows");
    }
  }

  @Override
  public String name() {
    return container.name();
  }

  @Override
  public long storedBytes() {
    return container.sizeBytes();
  }
}
