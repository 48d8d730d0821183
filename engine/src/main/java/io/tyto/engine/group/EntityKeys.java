package io.tyto.engine.group;

import io.tyto.engine.domain.BytesValues;
import io.tyto.engine.domain.EntityIds;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.ColumnSlots;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The keys of entities by the codes of {@link EntityIds}: a scan only notes one row of each
/// entity, and the key is read there when it is asked for, along with those of the rows around it.
/// Thread-safe.
///
/// Lifetime: reads the scan's sources, so only while their snapshot is held.
final class EntityKeys implements BytesValues {
  private final ColumnSlots slots;
  private final List<RowSource> sources;
  private final EntityIds ids;
  private final int keySlot;

  /// For each code `source << 32 | row + 1`, or 0. Threads race to write it: any row of the entity
  /// will do, and whoever reads it waits for them first.
  private final long[] rowOfCode;

  /// A bit for each code that has a row, to be asked first: it is 64 times smaller. Threads race to
  /// write it too, and a bit that is lost costs another note.
  private final long[] noted;

  private final int[] everyPosition = new int[RowSource.BATCH_ROWS];
  private final int[] codes = new int[RowSource.BATCH_ROWS];
  private byte[] @Nullable [] keys = new byte[0][];

  EntityKeys(ColumnSlots slots, List<RowSource> sources, EntityIds ids, int keySlot) {
    this.slots = slots;
    this.sources = sources;
    this.ids = ids;
    this.keySlot = keySlot;
    rowOfCode = new long[ids.limit()];
    noted = new long[(ids.limit() >>> 6) + 1];
    Arrays.setAll(everyPosition, i -> i);
  }

  long sizeBytes() {
    return (rowOfCode.length + noted.length) * 8L;
  }

  /// Notes where the entities of a batch stand.
  void note(Batch batch, int[] positions, int count, int[] codesOfRows) {
    long first = (long) batch.sourceIndex() << 32 | batch.from() + 1L;
    for (int i = 0; i < count; i++) {
      int code = codesOfRows[i];
      if ((noted[code >>> 6] >>> code & 1) == 0) {
        rowOfCode[code] = first + positions[i];
        noted[code >>> 6] |= 1L << code;
      }
    }
  }

  @Override
  public byte[] value(int code) {
    return key(code).clone();
  }

  @Override
  public int compare(int left, int right) {
    return left == right ? 0 : Arrays.compareUnsigned(key(left), key(right));
  }

  private synchronized byte[] key(int code) {
    if (keys.length == 0) {
      keys = new byte[rowOfCode.length][];
    }
    byte[] key = keys[code];
    if (key == null) {
      readAround((int) (rowOfCode[code] >>> 32), (int) rowOfCode[code] - 1);
      key = keys[code];
    }
    if (key == null) {
      throw new IllegalStateException("entity " + code + " has no key");
    }
    return key;
  }

  private void readAround(int source, int row) {
    Batch batch = new Batch(slots);
    batch.enter(sources.get(source), source);
    int from = row - row % RowSource.BATCH_ROWS;
    int count = Math.min(RowSource.BATCH_ROWS, batch.source().rowCount() - from);
    batch.move(from, count);
    ids.codes(batch, batch.column(ids.slot()), everyPosition, count, codes);
    ColumnVector column = batch.column(keySlot);
    for (int i = 0; i < count; i++) {
      if (keys[codes[i]] == null && !column.isNull(i)) {
        keys[codes[i]] = bytes(column, i);
      }
    }
  }

  private static byte[] bytes(ColumnVector column, int position) {
    return switch (column) {
      case ColumnVector.Ordinals coded -> coded.dictionary().value(coded.values()[position]);
      case ColumnVector.Bytes bytes ->
          Arrays.copyOfRange(
              bytes.data(), bytes.offsets()[position], bytes.offsets()[position + 1]);
      case ColumnVector.AllNull _,
          ColumnVector.Longs _,
          ColumnVector.Doubles _,
          ColumnVector.Lists _ ->
          throw new IllegalStateException("unexpected " + column.getClass().getSimpleName());
    };
  }
}
