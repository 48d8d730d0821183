package io.tyto.engine.encoding;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Encodes doubles: as decimals where most of them are, else as the integers of their bits. Not
/// thread-safe; reused block by block. Every bit comes back.
public final class DoubleEncoder {
  private static final int EXCEPTION_BYTES = Integer.BYTES + Long.BYTES;
  private static final int SAMPLE = 256;
  private static final double MAX_EXACT = 1L << 53;

  private final @Nullable Encoding forced;
  private final LongEncoder bitsEncoder;
  private final LongEncoder scaledEncoder;
  private final PayloadBuilder target = new PayloadBuilder();
  private long[] bits = new long[0];
  private long[] scaled = new long[0];
  private int[] exceptions = new int[0];
  private int exceptionCount;

  /// @param forced used wherever it can hold the values; null: the smallest
  public DoubleEncoder(@Nullable Encoding forced) {
    this.forced = forced;
    bitsEncoder = new LongEncoder(forced);
    scaledEncoder = new LongEncoder(null);
  }

  /// The first `count` values, at least one.
  public EncodedValues encode(double[] values, int count) {
    if (bits.length < count) {
      bits = new long[count];
      scaled = new long[count];
      exceptions = new int[count];
    }
    for (int i = 0; i < count; i++) {
      bits[i] = Double.doubleToRawLongBits(values[i]);
    }
    EncodedValues asBits = bitsEncoder.encode(bits, count);
    if (forced != null && forced != Encoding.SCALED || asBits.encoding() == Encoding.CONSTANT) {
      return asBits;
    }
    int exponent = exponent(values, count);
    scale(values, count, exponent);
    EncodedValues inner = scaledEncoder.encode(scaled, count);
    long scaledBytes =
        inner.payload().remaining()
            + Encoding.PARAMETER_BYTES
            + (long) EXCEPTION_BYTES * exceptionCount;
    if (forced != Encoding.SCALED && scaledBytes >= asBits.payload().remaining()) {
      return asBits;
    }
    return scaled(inner, exponent, count);
  }

  private EncodedValues scaled(EncodedValues inner, int exponent, int count) {
    target.clear();
    target
        .putByte(exponent)
        .putByte(inner.encoding().id())
        .padTo(4)
        .putInt(exceptionCount)
        .padTo(Encoding.PARAMETER_BYTES);
    for (int i = 0; i < exceptionCount; i++) {
      target.putInt(exceptions[i]);
    }
    target.align(Long.BYTES);
    for (int i = 0; i < exceptionCount; i++) {
      target.putLong(bits[exceptions[i]]);
    }
    target.align(Encoding.PARAMETER_BYTES);
    ByteBuffer payload = inner.payload();
    target.putBytes(payload.array(), payload.arrayOffset(), payload.remaining());
    return EncodedValues.of(Encoding.SCALED, count, target);
  }

  /// The power of ten under which most of a sample become integers; ties go to the smaller.
  private static int exponent(double[] values, int count) {
    int best = 0;
    int bestHits = -1;
    int step = Math.max(1, count / SAMPLE);
    for (int exponent = 0; exponent < DoubleDecoder.Scaled.POWERS.length; exponent++) {
      int hits = 0;
      for (int i = 0; i < count; i += step) {
        hits += isExact(values[i], exponent) ? 1 : 0;
      }
      if (hits > bestHits) {
        best = exponent;
        bestHits = hits;
      }
    }
    return best;
  }

  /// Scales in place; an exception takes the integer before it, which packs best.
  private void scale(double[] values, int count, int exponent) {
    double power = DoubleDecoder.Scaled.POWERS[exponent];
    exceptionCount = 0;
    long last = 0;
    for (int i = 0; i < count; i++) {
      if (isExact(values[i], exponent)) {
        last = Math.round(values[i] * power);
      } else {
        exceptions[exceptionCount++] = i;
      }
      scaled[i] = last;
    }
  }

  private static boolean isExact(double value, int exponent) {
    double power = DoubleDecoder.Scaled.POWERS[exponent];
    long integer = Math.round(value * power);
    return Math.abs(integer) < MAX_EXACT
        && Double.doubleToRawLongBits(integer / power) == Double.doubleToRawLongBits(value);
  }
}
