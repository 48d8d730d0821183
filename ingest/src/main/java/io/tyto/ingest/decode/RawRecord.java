package io.tyto.ingest.decode;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One record as it stands in its file or body: `data[from, to)`, valid until the next is read.
///
/// @param number position among the records of the input, from 0; malformed ones count, empty lines
///   and a header do not
/// @param byteOffset where it begins in the (uncompressed) input
/// @param fault why it cannot even be cut out properly; such a record must not be decoded
public record RawRecord(
    long number, long byteOffset, byte[] data, int from, int to, @Nullable Rejection fault) {

  public byte[] copy() {
    return Arrays.copyOfRange(data, from, to);
  }
}
