package io.tyto.engine.encoding;

import static io.tyto.engine.encoding.Layouts.BYTE;
import static io.tyto.engine.encoding.Layouts.INT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Which of up to 64 batches of rows may hold a value: a Bloom filter a batch, all of one size and
/// laid side by side, so that one value costs a few reads for all batches.
///
/// ```
/// 0   u32 batches
/// 4   u8  hashes
/// 8   u32 places
/// 64  packed bits of each place, as wide as there are batches (64 where that is above 57): bit b is
///     set where batch b has a value with that place
/// ```
///
/// The i-th place of a hash is `((low + i * (high | 1)) mod 2^32) * places / 2^32`, of its low and
/// high 32 bits.
public record BatchSet(MemorySegment payload, int batches, int hashes, int places) {
  private static final int HASHES = 4;

  /// So many places for each distinct value of a batch: one batch in 18 holds a value by mistake.
  private static final int PLACES_PER_VALUE = 6;

  /// Throws IndexOutOfBoundsException or IllegalArgumentException where the payload contradicts
  /// itself.
  public static BatchSet open(MemorySegment payload) {
    int batches = payload.get(INT, 0);
    int hashes = payload.get(BYTE, 4);
    int places = payload.get(INT, 8);
    if (batches < 1 || batches > Long.SIZE || hashes < 1 || places < 1) {
      throw new IllegalArgumentException(
          batches + " batches, " + hashes + " hashes, " + places + " places");
    }
    long end = Encoding.PARAMETER_BYTES + BitPacking.bytes(places, width(batches));
    payload.asSlice(0, end);
    return new BatchSet(payload, batches, hashes, places);
  }

  private static int width(int batches) {
    return batches <= 57 ? batches : Long.SIZE;
  }

  /// Bit b is set where batch b may hold a value of the hash.
  public long mayHold(long hash) {
    long found = -1L;
    int width = width(batches);
    for (int i = 0; i < hashes && found != 0; i++) {
      found &= BitPacking.get(payload, Encoding.PARAMETER_BYTES, width, place(hash, i, places));
    }
    return found;
  }

  private static int place(long hash, int i, int places) {
    int mixed = (int) hash + i * ((int) (hash >>> 32) | 1);
    return (int) ((mixed & 0xffffffffL) * places >>> 32);
  }

  /// @param hashes of the values of all batches, one batch after the other
  /// @param ends of each batch among them
  /// @param distinct how many different values a batch has, about
  public static PayloadBuilder encode(long[] hashes, int[] ends, int batches, int distinct) {
    int places = Math.max(64, distinct * PLACES_PER_VALUE);
    long[] bits = new long[places];
    int from = 0;
    for (int batch = 0; batch < batches; batch++) {
      long bit = 1L << batch;
      for (int i = from; i < ends[batch]; i++) {
        for (int k = 0; k < HASHES; k++) {
          bits[place(hashes[i], k, places)] |= bit;
        }
      }
      from = ends[batch];
    }
    PayloadBuilder target = new PayloadBuilder();
    target.putInt(batches).putInt(HASHES).putInt(places).padTo(Encoding.PARAMETER_BYTES);
    BitPacking.pack(bits, places, width(batches), target);
    return target;
  }

  /// How many different values there are among hashes, about: from how many of the bits of a map
  /// stay clear.
  ///
  /// @param map cleared first; its size is a power of two
  public static int distinct(long[] hashes, int from, int to, long[] map) {
    Arrays.fill(map, 0);
    int mask = map.length - 1;
    for (int i = from; i < to; i++) {
      map[(int) (hashes[i] >>> 6) & mask] |= 1L << hashes[i];
    }
    long set = 0;
    for (long word : map) {
      set += Long.bitCount(word);
    }
    double size = (double) map.length * Long.SIZE;
    double clear = Math.max(1, size - set);
    return (int) Math.min(to - from, Math.round(-size * Math.log(clear / size)));
  }
}
