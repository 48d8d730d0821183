package io.tyto.index;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// Collects the rows of every ordinal of one column and serialises them. Not thread-safe.
///
/// Holds four bytes for each row and ordinal that is announced.
public final class InvertedIndexBuilder {
  private static final int MAX_VARINT_BYTES = 5;

  private final int[] starts;
  private final int[] ends;
  private final int[] rows;
  private ByteBuffer postings = buffer(1 << 12);

  /// @param occurrences of each ordinal, at least as many as will be added; together at most 2^31 -
  ///   1
  public InvertedIndexBuilder(int[] occurrences) {
    starts = new int[occurrences.length];
    int total = 0;
    for (int i = 0; i < occurrences.length; i++) {
      starts[i] = total;
      total = Math.addExact(total, occurrences[i]);
    }
    ends = starts.clone();
    rows = new int[total];
  }

  /// Rows ascend; adding a row once more to an ordinal changes nothing.
  public void add(int ordinal, int row) {
    int end = ends[ordinal];
    if (end > starts[ordinal] && rows[end - 1] == row) {
      return;
    }
    rows[end] = row;
    ends[ordinal] = end + 1;
  }

  /// The index in the form that {@link InvertedIndexes#open} reads.
  public byte[] build() {
    long[] offsets = new long[starts.length + 1];
    for (int ordinal = 0; ordinal < starts.length; ordinal++) {
      putPosting(starts[ordinal], ends[ordinal]);
      offsets[ordinal + 1] = postings.position();
    }
    int width = Math.max(1, Long.SIZE - Long.numberOfLeadingZeros(postings.position()));
    int offsetBytes = Math.toIntExact(IndexFormat.offsetBytes(starts.length, width));
    ByteBuffer index =
        buffer(Math.addExact(IndexFormat.HEADER_BYTES + offsetBytes, postings.position()));
    index
        .putInt(starts.length)
        .put((byte) width)
        .put((byte) IndexFormat.VERSION)
        .putShort((short) 0);
    putPacked(offsets, width, index);
    index.position(IndexFormat.HEADER_BYTES + offsetBytes);
    return index.put(postings.flip()).array();
  }

  private static void putPacked(long[] values, int width, ByteBuffer target) {
    long word = 0;
    int used = 0;
    for (long value : values) {
      word |= value << used;
      used += width;
      while (used >= Byte.SIZE) {
        target.put((byte) word);
        word >>>= Byte.SIZE;
        used -= Byte.SIZE;
      }
    }
    if (used > 0) {
      target.put((byte) word);
    }
  }

  private void putPosting(int from, int to) {
    int count = to - from;
    if (count > IndexFormat.MAX_CERTAIN_LIST) {
      MutableRoaringBitmap bitmap = new MutableRoaringBitmap();
      bitmap.addN(rows, from, count);
      bitmap.runOptimize();
      int bitmapBytes = bitmap.serializedSizeInBytes();
      if (bitmapBytes <= listBytes(from, to)) {
        putVarint(count << 1 | IndexFormat.BITMAP);
        room(bitmapBytes);
        bitmap.serialize(postings);
        return;
      }
    }
    putVarint(count << 1 | IndexFormat.LIST);
    int last = 0;
    for (int i = from; i < to; i++) {
      putVarint(rows[i] - last);
      last = rows[i];
    }
  }

  private int listBytes(int from, int to) {
    int bytes = 0;
    int last = 0;
    for (int i = from; i < to; i++) {
      int distance = rows[i] - last;
      bytes += (38 - Integer.numberOfLeadingZeros(distance | 1)) / 7;
      last = rows[i];
    }
    return bytes;
  }

  private void putVarint(int value) {
    room(MAX_VARINT_BYTES);
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      postings.put((byte) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    postings.put((byte) rest);
  }

  private void room(int bytes) {
    if (postings.remaining() < bytes) {
      int capacity = (int) Math.min(Integer.MAX_VALUE - 64, postings.capacity() * 2L + bytes);
      postings =
          ByteBuffer.wrap(Arrays.copyOf(postings.array(), capacity))
              .order(ByteOrder.LITTLE_ENDIAN)
              .position(postings.position());
    }
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
