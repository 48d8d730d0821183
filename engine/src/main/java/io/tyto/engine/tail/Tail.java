package io.tyto.engine.tail;

import io.tyto.engine.row.Row;
import io.tyto.engine.source.RowSource;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Rows of one collection and partition on their way to a segment, in chunks of {@link
/// #CHUNK_ROWS}.
///
/// Thread-safety: one thread appends and publishes; any thread may call the other methods.
public final class Tail {
  public static final int CHUNK_ROWS = 1 << 14;

  /// A chunk of huge values ends early, so that no array comes near 2 GiB.
  private static final long MAX_CHUNK_BYTES = 256L << 20;

  private static final int FIRST_CAPACITY = 256;

  private final TableSchema schema;
  private final int partition;
  private final AtomicInteger published = new AtomicInteger();
  private final AtomicLong sizeBytes = new AtomicLong();
  // Replaced when a chunk is added, before any of its rows is published.
  private volatile Chunks chunks;
  private int appended;

  /// @param firstRows row number each chunk starts with
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Chunks(TailChunk[] list, int[] firstRows) {
    TailChunk last() {
      return list[list.length - 1];
    }

    Chunks plus(TailChunk chunk, int firstRow) {
      TailChunk[] longer = Arrays.copyOf(list, list.length + 1);
      int[] rows = Arrays.copyOf(firstRows, firstRows.length + 1);
      longer[list.length] = chunk;
      rows[firstRows.length] = firstRow;
      return new Chunks(longer, rows);
    }
  }

  public Tail(TableSchema schema, int partition) {
    this.schema = schema;
    this.partition = partition;
    TailChunk first = new TailChunk(schema, FIRST_CAPACITY, null);
    chunks = new Chunks(new TailChunk[] {first}, new int[] {0});
  }

  public TableSchema schema() {
    return schema;
  }

  /// Adds a row; readers see it after the next {@link #publish}. Byte arrays of the row are copied.
  ///
  /// @param entityId 0 where there is no entity or its key is null
  public void append(Row row, String logId, long logOffset, long receivedMicros, int entityId) {
    TailChunk chunk = chunks.last();
    if (chunk.rows() == CHUNK_ROWS || chunk.bytes() > MAX_CHUNK_BYTES) {
      chunk = new TailChunk(schema, CHUNK_ROWS, chunk);
      chunks = chunks.plus(chunk, appended);
    }
    int added = chunk.append(row, logId, logOffset, receivedMicros, entityId);
    appended++;
    sizeBytes.setOpaque(sizeBytes.getPlain() + added);
  }

  /// Makes every appended row visible, by one release store.
  public void publish() {
    published.setRelease(appended);
  }

  /// Rows published so far.
  public int rowCount() {
    return published.getAcquire();
  }

  /// Memory held, appended rows included.
  public long sizeBytes() {
    return sizeBytes.getOpaque();
  }

  /// The first `rows` rows, which never change.
  ///
  /// @param rows at most a {@link #rowCount} read before
  public List<RowSource> view(int rows) {
    if (rows > rowCount()) {
      throw new IllegalArgumentException(rows + " rows of " + rowCount() + " published");
    }
    Chunks current = chunks;
    List<RowSource> views = new ArrayList<>(current.list.length);
    for (int i = 0; i < current.list.length && current.firstRows[i] < rows; i++) {
      boolean isLast = i + 1 == current.list.length;
      int chunkEnd = isLast ? Integer.MAX_VALUE : current.firstRows[i + 1];
      int viewRows = Math.min(rows, chunkEnd) - current.firstRows[i];
      boolean isWhole = rows >= chunkEnd || viewRows == CHUNK_ROWS;
      views.add(new TailView(current.list[i], viewRows, schema.version(), partition, isWhole));
    }
    return List.copyOf(views);
  }
}
