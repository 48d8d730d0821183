package io.tyto.engine.behaviour;

import io.tyto.engine.domain.ColumnDomain;
import io.tyto.engine.filter.SourceFilter;
import io.tyto.engine.kernel.Kernels;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One thread's reading of blocks. Not thread-safe.
final class EventLane {
  /// Columns are read row by row where at most one row in so many is wanted.
  private static final int FEW = 8;

  private final ScanContext context;
  private final EventClock clock;
  private final boolean hasCodes;
  private final int sliceMask;
  private final Kernels kernels = Kernels.best();
  private @Nullable Place place;
  private long bytesRead;

  private final long[] ofKind = new long[RowSource.BATCH_ROWS / Long.SIZE];
  private final long[] ofAny = new long[RowSource.BATCH_ROWS / Long.SIZE];
  private final int[] kindsAt = new int[RowSource.BATCH_ROWS];
  private final int[] positions = new int[RowSource.BATCH_ROWS];
  private final int[] codesAt = new int[RowSource.BATCH_ROWS];

  private int count;
  private final int[] entities = new int[RowSource.BLOCK_ROWS];
  private final long[] times = new long[RowSource.BLOCK_ROWS];
  private final int[] kinds = new int[RowSource.BLOCK_ROWS];
  private final int[] codes;

  /// A source as this thread reads it.
  private record Place(
      EventTable table,
      int source,
      Batch batch,
      SourceFilter[] filters,
      EventClock.Reading reading) {}

  /// @param slices a power of two
  EventLane(ScanContext context, EventClock clock, boolean hasCodes, int slices) {
    this.context = context;
    this.clock = clock;
    this.hasCodes = hasCodes;
    sliceMask = slices - 1;
    codes = new int[hasCodes ? RowSource.BLOCK_ROWS : 0];
  }

  long bytesRead() {
    return bytesRead + (place == null ? 0 : place.batch.bytesRead());
  }

  /// The events of one block; null where there is none.
  @Nullable EventChunk scan(EventTable table, int source, int block) {
    Place at = enter(table, source);
    boolean[] mayBe = new boolean[at.filters.length];
    boolean any = false;
    for (int kind = 0; kind < mayBe.length; kind++) {
      mayBe[kind] = at.filters[kind].enterBlock(block);
      any |= mayBe[kind];
    }
    count = 0;
    if (any) {
      int from = block * RowSource.BLOCK_ROWS;
      int to = from + RowSource.blockRows(at.batch.source(), block);
      context.scanned(to - from);
      for (int row = from; row < to; row += RowSource.BATCH_ROWS) {
        context.check();
        at.batch.move(row, Math.min(RowSource.BATCH_ROWS, to - row));
        scanBatch(at, mayBe);
      }
    }
    return count == 0 ? null : bySlice();
  }

  @SuppressWarnings("ReferenceEquality") // a table is known by its identity
  private Place enter(EventTable table, int source) {
    Place known = place;
    if (known != null && known.table == table && known.source == source) {
      return known;
    }
    bytesRead = bytesRead();
    Batch batch = new Batch(table.slots());
    batch.enter(table.sources().get(source), source);
    SourceFilter[] filters = new SourceFilter[table.kinds().size()];
    for (int kind = 0; kind < filters.length; kind++) {
      filters[kind] = table.kinds().get(kind).filter().open(batch, kernels);
    }
    Place entered = new Place(table, source, batch, filters, clock.reading(table.time()));
    place = entered;
    return entered;
  }

  private void scanBatch(Place at, boolean[] mayBe) {
    int length = at.batch.length();
    boolean isOnly = mayBe.length == 1;
    if (!isOnly) {
      Arrays.fill(ofAny, 0);
      Arrays.fill(kindsAt, 0, length, 0);
    }
    boolean any = false;
    for (int kind = 0; kind < mayBe.length; kind++) {
      if (!mayBe[kind]) {
        continue;
      }
      SourceFilter.fill(ofKind, length);
      if (at.filters[kind].retain(ofKind)) {
        any = true;
        if (!isOnly) {
          join(1 << at.table.kinds().get(kind).number(), length);
        }
      }
    }
    if (!any) {
      return;
    }
    int rows = kernels.positions(isOnly ? ofKind : ofAny, length, positions);
    if (rows <= length / FEW) {
      at.batch.select(positions, rows);
    }
    take(at, rows, isOnly ? 1 << at.table.kinds().getFirst().number() : 0);
  }

  private void join(int bit, int length) {
    int rows = kernels.positions(ofKind, length, positions);
    for (int i = 0; i < rows; i++) {
      kindsAt[positions[i]] |= bit;
    }
    for (int word = 0; word < SourceFilter.words(length); word++) {
      ofAny[word] |= ofKind[word];
    }
  }

  /// @param onlyKind the kind of all these rows; 0 where each has its own
  private void take(Place at, int rows, int onlyKind) {
    Batch batch = at.batch;
    if (!(batch.column(at.table.entitySlot()) instanceof ColumnVector.Longs ids)
        || !(batch.column(at.table.timeSlot()) instanceof ColumnVector.Longs moments)) {
      return;
    }
    ColumnDomain dimension = at.table.dimension();
    if (hasCodes) {
      if (dimension == null) {
        Arrays.fill(codesAt, 0, rows, 0);
      } else {
        dimension.codes(batch.column(at.table.dimensionSlot()), positions, rows, codesAt);
      }
    }
    for (int i = 0; i < rows; i++) {
      int position = positions[i];
      int entity = (int) ids.values()[position];
      if (entity == 0 || ids.isNull(position) || moments.isNull(position)) {
        continue;
      }
      entities[count] = entity;
      times[count] = at.reading.ticks(moments.values()[position]);
      kinds[count] = onlyKind == 0 ? kindsAt[position] : onlyKind;
      if (hasCodes) {
        codes[count] = codesAt[i];
      }
      count++;
    }
  }

  private EventChunk bySlice() {
    int[] starts = new int[sliceMask + 2];
    for (int i = 0; i < count; i++) {
      starts[(entities[i] & sliceMask) + 1]++;
    }
    for (int slice = 0; slice <= sliceMask; slice++) {
      starts[slice + 1] += starts[slice];
    }
    EventChunk chunk =
        new EventChunk(
            starts,
            new int[count],
            new long[count],
            new int[count],
            hasCodes ? new int[count] : null);
    int[] next = Arrays.copyOf(starts, sliceMask + 1);
    int[] chunkCodes = chunk.codes();
    for (int i = 0; i < count; i++) {
      int to = next[entities[i] & sliceMask]++;
      chunk.entities()[to] = entities[i];
      chunk.times()[to] = times[i];
      chunk.kinds()[to] = kinds[i];
      if (chunkCodes != null) {
        chunkCodes[to] = codes[i];
      }
    }
    return chunk;
  }
}
