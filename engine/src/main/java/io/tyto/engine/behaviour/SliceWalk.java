package io.tyto.engine.behaviour;

import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.scan.StoppableSort;
import java.util.Arrays;
import java.util.List;

/// Lays the events of one slice out by entity and shows them to a pass: one thread's own. Not
/// thread-safe.
final class SliceWalk {
  /// Counting takes a cell for each id up to the greatest: worth it where so many ids a row are the
  /// most.
  private static final int IDS_A_ROW = 4;

  private static final int FEW_IDS = 1 << 12;
  private static final int CHECK_EVERY = 1 << 12;

  private final ScanContext context;
  private final EntityPass pass;
  private final int sliceBits;
  private final EntityEvents events;
  private final TimeOrder order;
  private int[] ends = new int[0];
  private long[] keys = new long[0];
  private long heldBytes;

  SliceWalk(ScanContext context, EntityPass pass, boolean hasCodes, int sliceBits) {
    this.context = context;
    this.pass = pass;
    this.sliceBits = sliceBits;
    events = new EntityEvents(hasCodes);
    order = new TimeOrder(events);
  }

  /// Gives back what the budget was charged.
  void close() {
    context.memory().reserve(-heldBytes);
    heldBytes = 0;
  }

  private void hold(long bytes) {
    if (bytes != 0) {
      context.memory().reserve(bytes);
      heldBytes += bytes;
    }
  }

  void walk(int partition, int slice, List<EventChunk> chunks) {
    context.check();
    long rows = 0;
    int greatest = 0;
    for (EventChunk chunk : chunks) {
      int to = chunk.sliceStarts()[slice + 1];
      rows += to - chunk.sliceStarts()[slice];
      for (int i = chunk.sliceStarts()[slice]; i < to; i++) {
        greatest = Math.max(greatest, chunk.entities()[i] >>> sliceBits);
      }
    }
    if (rows == 0) {
      return;
    }
    hold(events.ensure(Math.toIntExact(rows)));
    if (greatest < FEW_IDS || greatest < rows * IDS_A_ROW) {
      byCounting(partition, slice, chunks, greatest);
    } else {
      bySorting(partition, slice, chunks, (int) rows);
    }
  }

  private void byCounting(int partition, int slice, List<EventChunk> chunks, int greatest) {
    if (ends.length < greatest + 2) {
      hold((greatest + 2L - ends.length) * Integer.BYTES);
      ends = new int[greatest + 2];
    } else {
      Arrays.fill(ends, 0, greatest + 2, 0);
    }
    for (EventChunk chunk : chunks) {
      int to = chunk.sliceStarts()[slice + 1];
      for (int i = chunk.sliceStarts()[slice]; i < to; i++) {
        ends[(chunk.entities()[i] >>> sliceBits) + 1]++;
      }
    }
    for (int id = 0; id <= greatest; id++) {
      ends[id + 1] += ends[id];
    }
    for (EventChunk chunk : chunks) {
      int to = chunk.sliceStarts()[slice + 1];
      for (int i = chunk.sliceStarts()[slice]; i < to; i++) {
        place(chunk, i, ends[chunk.entities()[i] >>> sliceBits]++);
      }
    }
    int from = 0;
    for (int id = 0; id <= greatest; id++) {
      if (ends[id] > from) {
        show(partition, id << sliceBits | slice, from, ends[id]);
        from = ends[id];
      }
    }
  }

  /// Few events of ids far apart: the events' places are sorted by id, which keeps equal ids as
  /// they came.
  private void bySorting(int partition, int slice, List<EventChunk> chunks, int rows) {
    if (keys.length < rows) {
      hold((rows - keys.length) * (long) Long.BYTES);
      keys = new long[rows];
    }
    int at = 0;
    for (EventChunk chunk : chunks) {
      int to = chunk.sliceStarts()[slice + 1];
      for (int i = chunk.sliceStarts()[slice]; i < to; i++) {
        keys[at] = (long) (chunk.entities()[i] >>> sliceBits) << 32 | at;
        at++;
      }
    }
    StoppableSort.sort(keys, rows);
    int[] target = new int[rows];
    for (int i = 0; i < rows; i++) {
      target[(int) keys[i]] = i;
    }
    at = 0;
    for (EventChunk chunk : chunks) {
      int to = chunk.sliceStarts()[slice + 1];
      for (int i = chunk.sliceStarts()[slice]; i < to; i++) {
        place(chunk, i, target[at++]);
      }
    }
    int from = 0;
    for (int i = 1; i <= rows; i++) {
      if (i == rows || keys[i] >>> 32 != keys[from] >>> 32) {
        show(partition, (int) (keys[from] >>> 32) << sliceBits | slice, from, i);
        from = i;
      }
    }
  }

  private void place(EventChunk chunk, int from, int to) {
    events.times[to] = chunk.times()[from];
    events.ranks[to] = EntityEvents.rank(chunk.kinds()[from]);
    int[] codes = chunk.codes();
    if (codes != null) {
      events.codes[to] = codes[from];
    }
  }

  private void show(int partition, int entity, int from, int to) {
    if ((entity & CHECK_EVERY - 1) == 0 || to - from > CHECK_EVERY) {
      context.check();
    }
    hold(order.sort(events, from, to));
    pass.entity(partition, entity, events, from, to);
  }
}
