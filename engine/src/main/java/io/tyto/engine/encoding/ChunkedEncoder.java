package io.tyto.engine.encoding;

import io.airlift.compress.Compressor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Writes {@link Encoding#CHUNKED}: values in chunks of about 32 KiB, each compressed alone, so
/// that a batch decompresses little more than it needs. Raw size is not limited, stored size to 2
/// GiB.
///
/// ```
/// 0   u32 chunks
/// 8   i64 byteOffset of the directory
/// 64  chunks one after the other; raw: varint length x values, bytes of the values
///     directory, aligned to 8: (i64 byteOffset, u32 first value, u32 raw length) x (chunks + 1);
///     the last entry is the end
/// ```
final class ChunkedEncoder {
  static final int DIRECTORY_ENTRY_BYTES = 16;
  private static final int CHUNK_BYTES = 32 << 10;
  private static final int CHUNK_VALUES = 1 << 12;

  /// What Zstd must save over LZ4 to be worth its slower reading, and LZ4 over nothing.
  private static final double WORTHWHILE = 0.85;

  private final @Nullable Codec fixedCodec;
  private final PayloadBuilder target = new PayloadBuilder();
  private final PayloadBuilder lengths = new PayloadBuilder();
  private byte[] chunk = new byte[CHUNK_BYTES];
  private int chunkBytes;
  private int chunkValues;
  private byte[] packed = new byte[0];

  private long[] offsets = new long[16];
  private int[] firstValues = new int[16];
  private int[] rawLengths = new int[16];
  private int chunks;
  private int values;
  private long rawBytes;
  private @Nullable Codec codec;
  private @Nullable Compressor compressor;

  /// @param codec null: chosen by the first chunk of each block
  ChunkedEncoder(@Nullable Codec codec) {
    fixedCodec = codec;
    begin();
  }

  /// Stored bytes per raw byte of a sample under the best codec.
  static double ratio(byte[] sample, int length) {
    if (length == 0) {
      return 1;
    }
    return Math.min(1, compressedLength(Codec.ZSTD, sample, length) / (double) length);
  }

  void add(byte[] source, int from, int length) {
    if (chunkBytes > 0 && chunkBytes + length > CHUNK_BYTES || chunkValues == CHUNK_VALUES) {
      endChunk();
    }
    if (chunk.length - chunkBytes < length) {
      chunk = Arrays.copyOf(chunk, chunkBytes + length);
    }
    System.arraycopy(source, from, chunk, chunkBytes, length);
    lengths.putVarint(length);
    chunkBytes += length;
    chunkValues++;
    values++;
  }

  EncodedValues finish() {
    endChunk();
    register(0);
    target.align(Long.BYTES);
    target.setLong(0, chunks - 1).setLong(8, target.size());
    for (int i = 0; i < chunks; i++) {
      target.putLong(offsets[i]).putInt(firstValues[i]).putInt(rawLengths[i]);
    }
    Codec used = codec == null ? Codec.NONE : codec;
    ByteBuffer payload = target.finish();
    EncodedValues encoded = new EncodedValues(Encoding.CHUNKED, used, values, rawBytes, payload);
    begin();
    return encoded;
  }

  private void begin() {
    // The payload handed out before stays valid until the first chunk of the next block ends.
    chunks = 0;
    values = 0;
    rawBytes = 0;
    codec = fixedCodec;
    compressor = fixedCodec == null ? null : fixedCodec.compressor();
  }

  private void register(int rawLength) {
    if (chunks == offsets.length) {
      offsets = Arrays.copyOf(offsets, chunks * 2);
      firstValues = Arrays.copyOf(firstValues, chunks * 2);
      rawLengths = Arrays.copyOf(rawLengths, chunks * 2);
    }
    offsets[chunks] = target.size();
    firstValues[chunks] = values - chunkValues;
    rawLengths[chunks] = rawLength;
    chunks++;
  }

  private void endChunk() {
    if (chunks == 0) {
      target.clear().padTo(Encoding.PARAMETER_BYTES);
    }
    if (chunkValues == 0) {
      return;
    }
    ByteBuffer header = lengths.finish();
    int rawLength = Math.addExact(header.remaining(), chunkBytes);
    byte[] raw = Arrays.copyOf(header.array(), rawLength);
    System.arraycopy(chunk, 0, raw, header.remaining(), chunkBytes);
    if (codec == null) {
      codec = bestCodec(raw);
      compressor = codec.compressor();
    }
    register(rawLength);
    if (compressor == null) {
      target.putBytes(raw, 0, rawLength);
    } else {
      int most = compressor.maxCompressedLength(rawLength);
      if (packed.length < most) {
        packed = new byte[most];
      }
      target.putBytes(packed, 0, compressor.compress(raw, 0, rawLength, packed, 0, most));
    }
    rawBytes += rawLength;
    lengths.clear();
    chunkBytes = 0;
    chunkValues = 0;
  }

  private static Codec bestCodec(byte[] raw) {
    int lz4 = compressedLength(Codec.LZ4, raw, raw.length);
    int zstd = compressedLength(Codec.ZSTD, raw, raw.length);
    if (zstd < lz4 * WORTHWHILE && zstd < raw.length * WORTHWHILE) {
      return Codec.ZSTD;
    }
    return lz4 < raw.length * WORTHWHILE ? Codec.LZ4 : Codec.NONE;
  }

  private static int compressedLength(Codec codec, byte[] raw, int length) {
    Compressor compressor = codec.compressor();
    if (compressor == null) {
      return length;
    }
    byte[] packed = new byte[compressor.maxCompressedLength(length)];
    return compressor.compress(raw, 0, length, packed, 0, packed.length);
  }
}
