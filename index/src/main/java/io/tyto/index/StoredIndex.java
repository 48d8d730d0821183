package io.tyto.index;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// An index read where it lies, in the layout of {@link IndexFormat}.
record StoredIndex(MemorySegment bytes, int ordinals, int width, long postingsAt)
    implements InvertedIndex {

  @Override
  public RowSet rows(int ordinal) {
    MutableRoaringBitmap rows = new MutableRoaringBitmap();
    addTo(rows, ordinal);
    return new RoaringRowSet(rows);
  }

  @Override
  public RowSet rowsBetween(int from, int to) {
    Objects.checkFromToIndex(from, to, ordinals);
    Union union = new Union();
    for (int ordinal = from; ordinal < to; ordinal++) {
      union.add(posting(ordinal));
    }
    return union.finish();
  }

  @Override
  public RowSet rowsOfAny(int[] wanted, int count) {
    Union union = new Union();
    for (int i = 0; i < count; i++) {
      union.add(posting(wanted[i]));
    }
    return union.finish();
  }

  @Override
  public int cardinality(int ordinal) {
    return Varints.get(posting(ordinal)) >>> 1;
  }

  private void addTo(MutableRoaringBitmap rows, int ordinal) {
    ByteBuffer posting = posting(ordinal);
    int header = Varints.get(posting);
    if ((header & 1) == IndexFormat.BITMAP) {
      rows.or(new ImmutableRoaringBitmap(posting.slice().order(ByteOrder.LITTLE_ENDIAN)));
      return;
    }
    int row = 0;
    for (int left = header >>> 1; left > 0; left--) {
      row += Varints.get(posting);
      rows.add(row);
    }
  }

  private ByteBuffer posting(int ordinal) {
    Objects.checkIndex(ordinal, ordinals);
    long from = IndexFormat.byteOffset(bytes, width, ordinal);
    long to = IndexFormat.byteOffset(bytes, width, ordinal + 1);
    return bytes
        .asSlice(postingsAt + from, to - from)
        .asByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /// Gathers many postings: bitmaps are united at once, the rows of lists sorted first.
  private static final class Union {
    private final MutableRoaringBitmap bitmaps = new MutableRoaringBitmap();
    private int[] listed = new int[64];
    private int size;

    void add(ByteBuffer posting) {
      int header = Varints.get(posting);
      if ((header & 1) == IndexFormat.BITMAP) {
        bitmaps.or(new ImmutableRoaringBitmap(posting.slice().order(ByteOrder.LITTLE_ENDIAN)));
        return;
      }
      int count = header >>> 1;
      if (listed.length - size < count) {
        listed = Arrays.copyOf(listed, Math.max(size + count, listed.length * 2));
      }
      int row = 0;
      for (int i = 0; i < count; i++) {
        row += Varints.get(posting);
        listed[size++] = row;
      }
    }

    RowSet finish() {
      Arrays.sort(listed, 0, size);
      MutableRoaringBitmap rows = new MutableRoaringBitmap();
      rows.addN(listed, 0, size);
      rows.or(bitmaps);
      return new RoaringRowSet(rows);
    }
  }

  private static final class Varints {
    static int get(ByteBuffer source) {
      int value = 0;
      int part;
      int shift = 0;
      do {
        part = source.get();
        value |= (part & 0x7f) << shift;
        shift += 7;
      } while (part < 0);
      return value;
    }
  }
}
