package io.tyto.ingest.registry;

import io.tyto.model.plugin.UndecodableException;
import io.tyto.model.plugin.UndecodableException.Reason;

/// What stands in front of a record whose schema is registered: a zero byte and the id, four bytes,
/// big-endian.
public final class WireFormat {
  public static final int BYTES = 5;

  private WireFormat() {}

  public static int schemaId(byte[] data, int from, int to) throws UndecodableException {
    if (to - from < BYTES || data[from] != 0) {
      throw new UndecodableException(
          Reason.MALFORMED,
          "found %s, expected a zero byte and the id of a registered schema"
              .formatted(
                  to - from < BYTES
                      ? (to - from) + " bytes"
                      : "a first byte of " + (data[from] & 0xFF)));
    }
    return (data[from + 1] & 0xFF) << 24
        | (data[from + 2] & 0xFF) << 16
        | (data[from + 3] & 0xFF) << 8
        | data[from + 4] & 0xFF;
  }
}
