package io.tyto.gateway.export;

import io.tyto.graphqlschema.bulk.BulkColumn;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;

/// Decimals as binary formats have them: whole numbers of 16 bytes, of the scale of their column.
final class Decimals {
  static final int BYTES = 16;
  static final int DIGITS = 38;

  private static final BigInteger END = BigInteger.TEN.pow(DIGITS);

  private Decimals() {}

  /// Two's complement, the highest byte first; NUMERIC_OVERFLOW beyond {@link #DIGITS}.
  ///
  /// @param format named in what is thrown
  static byte[] bytes(BulkColumn column, Object value, String format) {
    BigDecimal decimal =
        value instanceof BigDecimal known ? known : new BigDecimal(value.toString());
    Integer scale = column.scale();
    BigInteger unscaled = decimal.setScale(scale == null ? 0 : scale).unscaledValue();
    if (unscaled.abs().compareTo(END) >= 0) {
      throw new TytoException(
          ErrorCode.NUMERIC_OVERFLOW,
          "%s has a value of more than %d digits, which %s's decimals cannot hold: take another format"
              .formatted(column.name(), DIGITS, format));
    }
    byte[] shortest = unscaled.toByteArray();
    byte[] bytes = new byte[BYTES];
    Arrays.fill(bytes, (byte) (unscaled.signum() < 0 ? 0xff : 0));
    System.arraycopy(shortest, 0, bytes, BYTES - shortest.length, shortest.length);
    return bytes;
  }
}
