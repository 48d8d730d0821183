package io.tyto.ingest.decode;

import io.tyto.model.schema.EventConfig.FileFormat;
import io.tyto.model.schema.EventConfig.FileFormat.Format;
import java.util.Locale;

/// Decides what an input is: by its config, else by its first byte, its name and its first line.
/// Goes past a byte order mark.
final class FormatDetection {
  private static final int MAX_LEADING_BYTES = 1 << 16;

  private final InputBuffer input;
  private final Format format;
  private final char delimiter;
  private boolean isArray;

  FormatDetection(InputBuffer input, String name, FileFormat config) {
    this.input = input;
    if (input.has(2)
        && input.at(0) == (byte) 0xEF
        && input.at(1) == (byte) 0xBB
        && input.at(2) == (byte) 0xBF) {
      input.advance(3);
    }
    Format detected =
        switch (config.format()) {
          case AUTO -> auto(name.toLowerCase(Locale.ROOT));
          case NDJSON, JSON -> json();
          case CSV -> Format.CSV;
          case TSV -> Format.TSV;
        };
    Character given = config.delimiter();
    format = detected;
    delimiter =
        given != null
            ? given
            : detected == Format.TSV ? '\t' : detected == Format.CSV ? comma() : 0;
  }

  Format format() {
    return format;
  }

  /// Of CSV or TSV.
  char delimiter() {
    return delimiter;
  }

  /// Whether JSON comes as one array; the input then stands before its bracket.
  boolean isArray() {
    return isArray;
  }

  private Format auto(String name) {
    String plain = name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
    if (plain.endsWith(".csv")) {
      return Format.CSV;
    }
    if (plain.endsWith(".tsv") || plain.endsWith(".tab")) {
      return Format.TSV;
    }
    int first = firstByte();
    if (first == '{' || first == '[' || plain.endsWith("json") || plain.endsWith(".jsonl")) {
      return json();
    }
    return contains('\t') ? Format.TSV : Format.CSV;
  }

  /// One value a line, unless the first line opens an object and leaves it open.
  private Format json() {
    int first = firstByte();
    isArray = first == '[';
    if (isArray) {
      return Format.JSON;
    }
    while (first >= 0 && Framer.isBlank(input.at(0))) {
      input.advance(1);
    }
    byte last = lastOfLine();
    return first == '{' && (last == '{' || last == '[' || last == ',')
        ? Format.JSON
        : Format.NDJSON;
  }

  /// The first byte, unsigned, that is not white space, or -1; only a beginning is looked at.
  private int firstByte() {
    for (int place = 0; place < MAX_LEADING_BYTES && input.has(place); place++) {
      if (!Framer.isBlank(input.at(place))) {
        return input.at(place) & 0xFF;
      }
    }
    return -1;
  }

  /// The last byte of the first line that is not white space, or 0.
  private byte lastOfLine() {
    int place = lineLength() - 1;
    while (place >= 0 && Framer.isBlank(input.at(place))) {
      place--;
    }
    return place < 0 ? 0 : input.at(place);
  }

  private char comma() {
    return !contains(',') && contains(';') ? ';' : ',';
  }

  private boolean contains(char c) {
    int length = lineLength();
    for (int i = 0; i < length; i++) {
      if (input.at(i) == c) {
        return true;
      }
    }
    return false;
  }

  private int lineLength() {
    int end = input.find((byte) '\n', 0, DecodeLimits.MAX_RECORD_BYTES);
    return end >= 0 ? end : Math.min(input.available(), DecodeLimits.MAX_RECORD_BYTES);
  }
}
