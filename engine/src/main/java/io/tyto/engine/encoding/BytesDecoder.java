package io.tyto.engine.encoding;

import static io.tyto.engine.encoding.Layouts.BYTE;
import static io.tyto.engine.encoding.Layouts.INT;
import static io.tyto.engine.encoding.Layouts.LONG;

import io.airlift.compress.Decompressor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Byte values of one payload, decoded in any range. Not thread-safe. Fails like {@link
/// LongDecoder}, and with the codec's MalformedInputException.
public sealed interface BytesDecoder {
  /// Values `[from, from + count)`.
  void decode(int from, int count, BytesBatch target);

  /// The values `from + p` for each `p` of `positions[0, selected)`, which ascend and are below
  /// `count`; those between them become empty.
  void decode(int from, int[] positions, int selected, int count, BytesBatch target);

  static BytesDecoder open(Encoding encoding, Codec codec, MemorySegment payload) {
    return switch (encoding) {
      case FIXED -> Fixed.at(payload);
      case CHUNKED -> new Chunked(payload, codec.decompressor());
      case RAW,
          CONSTANT,
          PLAIN,
          PACKED,
          PATCHED,
          DELTA,
          RUN_LENGTH,
          DISTINCT,
          SCALED,
          STRINGS,
          BITMAP ->
          throw new IllegalArgumentException(encoding + " holds no byte values");
    };
  }

  /// ```
  /// 0   u32 bytes stored a value
  /// 4   u8  text form
  /// 64  stored bytes x values
  /// ```
  record Fixed(MemorySegment payload, int storedLength, TextForm form) implements BytesDecoder {
    static Fixed at(MemorySegment payload) {
      return new Fixed(payload, payload.get(INT, 0), TextForm.of(payload.get(BYTE, 4)));
    }

    @Override
    public void decode(int from, int count, BytesBatch target) {
      int length = form.valueLength(storedLength);
      target.reserveOffsets(count);
      target.reserveBytes((long) count * length);
      long start = Encoding.PARAMETER_BYTES + (long) from * storedLength;
      int storedBytes = count * storedLength;
      byte[] data = target.data();
      // Text forms grow: stored bytes wait at the end of the space that the text will fill.
      int storedAt = count * length - storedBytes;
      MemorySegment.copy(payload, BYTE, start, data, storedAt, storedBytes);
      if (form != TextForm.RAW) {
        byte[] stored = Arrays.copyOfRange(data, storedAt, storedAt + storedBytes);
        for (int i = 0; i < count; i++) {
          form.restore(stored, i * storedLength, storedLength, data, i * length);
        }
      }
      int[] offsets = target.offsets();
      for (int i = 0; i <= count; i++) {
        offsets[i] = i * length;
      }
    }

    @Override
    public void decode(int from, int[] positions, int selected, int count, BytesBatch target) {
      int length = form.valueLength(storedLength);
      target.reserveOffsets(count);
      target.reserveBytes((long) selected * length);
      byte[] stored = new byte[storedLength];
      byte[] data = target.data();
      int[] offsets = target.offsets();
      int next = 0;
      for (int i = 0; i < selected; i++) {
        Arrays.fill(offsets, next, positions[i] + 1, i * length);
        next = positions[i] + 1;
        long start = Encoding.PARAMETER_BYTES + (long) (from + positions[i]) * storedLength;
        MemorySegment.copy(payload, BYTE, start, stored, 0, storedLength);
        form.restore(stored, 0, storedLength, data, i * length);
      }
      Arrays.fill(offsets, next, count + 1, selected * length);
    }

    byte[] value(int index) {
      byte[] stored = new byte[storedLength];
      long start = Encoding.PARAMETER_BYTES + (long) index * storedLength;
      MemorySegment.copy(payload, BYTE, start, stored, 0, storedLength);
      byte[] value = new byte[form.valueLength(storedLength)];
      form.restore(stored, 0, storedLength, value, 0);
      return value;
    }
  }

  /// Layout: {@link ChunkedEncoder}. Keeps the last chunk, so that reading on does not decompress
  /// again.
  final class Chunked implements BytesDecoder {
    /// Far above the largest value that is accepted: what claims more is no chunk.
    private static final int MAX_CHUNK_BYTES = 256 << 20;

    private final MemorySegment payload;
    private final @Nullable Decompressor decompressor;
    private final int chunks;
    private final long directoryAt;
    private int loaded = -1;
    private byte[] packed = new byte[0];
    private byte[] raw = new byte[0];
    private int[] starts = new int[0];

    Chunked(MemorySegment payload, @Nullable Decompressor decompressor) {
      this.payload = payload;
      this.decompressor = decompressor;
      chunks = payload.get(INT, 0);
      directoryAt = payload.get(LONG, 8);
    }

    @Override
    public void decode(int from, int count, BytesBatch target) {
      target.reserveOffsets(count);
      int end = from + count;
      long bytes = 0;
      int chunk = chunkOf(from);
      for (int at = from; at < end; chunk++) {
        load(chunk);
        int first = firstValue(chunk);
        int stop = Math.min(end, firstValue(chunk + 1));
        int sourceFrom = starts[at - first];
        int length = starts[stop - first] - sourceFrom;
        target.reserveBytes(bytes + length);
        System.arraycopy(raw, sourceFrom, target.data(), (int) bytes, length);
        int[] offsets = target.offsets();
        for (int shift = (int) bytes - sourceFrom; at < stop; at++) {
          offsets[at - from + 1] = starts[at - first + 1] + shift;
        }
        bytes += length;
      }
    }

    @Override
    public void decode(int from, int[] positions, int selected, int count, BytesBatch target) {
      target.reserveOffsets(count);
      long bytes = 0;
      int next = 0;
      int chunk = 0;
      int chunkEnd = -1;
      for (int i = 0; i < selected; i++) {
        int index = from + positions[i];
        if (index >= chunkEnd) {
          chunk = chunkOf(index);
          chunkEnd = firstValue(chunk + 1);
          load(chunk);
        }
        int at = index - firstValue(chunk);
        int length = starts[at + 1] - starts[at];
        target.reserveBytes(bytes + length);
        System.arraycopy(raw, starts[at], target.data(), (int) bytes, length);
        Arrays.fill(target.offsets(), next, positions[i] + 1, (int) bytes);
        next = positions[i] + 1;
        bytes += length;
      }
      Arrays.fill(target.offsets(), next, count + 1, (int) bytes);
    }

    private int firstValue(int chunk) {
      return payload.get(INT, entry(chunk) + 8);
    }

    private long entry(int chunk) {
      if (chunk > chunks) {
        throw new IndexOutOfBoundsException("chunk " + chunk + " of " + chunks);
      }
      return directoryAt + (long) chunk * ChunkedEncoder.DIRECTORY_ENTRY_BYTES;
    }

    private int chunkOf(int value) {
      int low = 0;
      int high = chunks - 1;
      while (low < high) {
        int middle = low + high + 1 >>> 1;
        if (firstValue(middle) <= value) {
          low = middle;
        } else {
          high = middle - 1;
        }
      }
      return low;
    }

    private void load(int chunk) {
      if (chunk == loaded) {
        return;
      }
      loaded = -1;
      long start = payload.get(LONG, entry(chunk));
      int length = Math.toIntExact(payload.get(LONG, entry(chunk + 1)) - start);
      int rawLength = payload.get(INT, entry(chunk) + 12);
      int values = firstValue(chunk + 1) - firstValue(chunk);
      if (rawLength > MAX_CHUNK_BYTES || values < 0 || values > rawLength) {
        throw new IllegalArgumentException(values + " values in " + rawLength + " bytes");
      }
      if (raw.length < rawLength) {
        raw = new byte[rawLength];
      }
      if (decompressor == null) {
        MemorySegment.copy(payload, BYTE, start, raw, 0, rawLength);
      } else {
        if (packed.length < length) {
          packed = new byte[length];
        }
        MemorySegment.copy(payload, BYTE, start, packed, 0, length);
        int written = decompressor.decompress(packed, 0, length, raw, 0, rawLength);
        if (written != rawLength) {
          throw new IllegalArgumentException(written + " bytes in a chunk of " + rawLength);
        }
      }
      readLengths(values, rawLength);
      loaded = chunk;
    }

    private void readLengths(int values, int rawLength) {
      if (starts.length < values + 1) {
        starts = new int[values + 1];
      }
      int at = 0;
      int total = 0;
      for (int i = 0; i < values; i++) {
        int length = raw[at] & 0x7f;
        for (int shift = 7; raw[at++] < 0; shift += 7) {
          length |= (raw[at] & 0x7f) << shift;
        }
        starts[i] = total;
        total += length;
      }
      starts[values] = total;
      if (at + total != rawLength) {
        throw new IllegalArgumentException(at + total + " bytes in a chunk of " + rawLength);
      }
      for (int i = 0; i <= values; i++) {
        starts[i] += at;
      }
    }
  }
}
