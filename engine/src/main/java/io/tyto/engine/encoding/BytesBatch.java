package io.tyto.engine.encoding;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.Arrays;

/// Decoded byte values: value i is `data[offsets[i], offsets[i + 1])`. Reused from batch to batch.
public final class BytesBatch {
  private static final int MAX_BYTES = 1 << 30;

  private byte[] data = new byte[1 << 10];
  private int[] offsets = new int[1 << 8];

  public byte[] data() {
    return data;
  }

  public int[] offsets() {
    return offsets;
  }

  /// Room for so many offsets; those before stay.
  void reserveOffsets(int count) {
    if (offsets.length < count + 1) {
      offsets = Arrays.copyOf(offsets, Math.max(count + 1, offsets.length * 2));
    }
    offsets[0] = 0;
  }

  /// Room for so many bytes; those before stay.
  void reserveBytes(long bytes) {
    if (bytes > MAX_BYTES) {
      throw new TytoException(
          ErrorCode.MEMORY_LIMIT_EXCEEDED,
          "one batch of a column holds more than 1 GiB of text: select fewer columns or rows");
    }
    if (data.length < bytes) {
      data = Arrays.copyOf(data, (int) Math.min(MAX_BYTES, Math.max(bytes, data.length * 2L)));
    }
  }
}
