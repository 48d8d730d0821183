package io.tyto.engine.encoding;

import java.nio.ByteBuffer;

/// A finished payload.
///
/// @param values how many values it holds
/// @param rawBytes what they take before compression by a codec
/// @param payload from position 0 to its limit; valid until the encoder's next use
public record EncodedValues(
    Encoding encoding, Codec codec, long values, long rawBytes, ByteBuffer payload) {
  static EncodedValues of(Encoding encoding, long values, PayloadBuilder builder) {
    ByteBuffer payload = builder.finish();
    return new EncodedValues(encoding, Codec.NONE, values, payload.remaining(), payload);
  }
}
