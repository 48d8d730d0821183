package io.tyto.ingest.decode;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;

/// How cells are told apart.
///
/// @param quote the byte around cells that hold a delimiter or line break, doubled within; 0: none
record CsvDialect(byte delimiter, byte quote) {

  static CsvDialect of(char delimiter, char quote) {
    return new CsvDialect(ascii(delimiter, "delimiter"), ascii(quote, "quote"));
  }

  boolean isQuote(byte c) {
    return c == quote && quote != 0;
  }

  private static byte ascii(char c, String what) {
    if (c > 0x7F || c == '\n' || c == '\r') {
      throw new TytoException(
          ErrorCode.CONFIG_INVALID,
          "source.file: the %s must be one ASCII character, found '%s'".formatted(what, c));
    }
    return (byte) c;
  }
}
