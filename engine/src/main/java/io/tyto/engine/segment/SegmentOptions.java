package io.tyto.engine.segment;

import io.tyto.engine.encoding.Codec;
import io.tyto.engine.encoding.Encoding;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a writer does other than what measures smallest; for tests and experiments.
///
/// @param encoding used wherever it can hold the values; null: the smallest
/// @param codec of compressed chunks; null: the one that pays
public record SegmentOptions(
    @Nullable Encoding encoding, Choice dictionaries, Choice indexes, @Nullable Codec codec) {

  /// Whether something is built.
  public enum Choice {
    /// Where it pays.
    AUTO,
    ALWAYS,
    NEVER
  }

  /// Everything by measured size.
  public static final SegmentOptions MEASURED =
      new SegmentOptions(null, Choice.AUTO, Choice.AUTO, null);

  /// The system property that forces choices: a list of names of encodings and codecs,
  /// `dictionary`, `no_dictionary`, `index`, `no_index`.
  public static final String PROPERTY = "tyto.encoding.force";

  /// What the system property asks for; {@link #MEASURED} where it is absent.
  public static SegmentOptions ofSystemProperty() {
    return parse(System.getProperty(PROPERTY, ""));
  }

  static SegmentOptions parse(String text) {
    SegmentOptions options = MEASURED;
    for (String part : text.split(",")) {
      if (!part.isBlank()) {
        options = options.with(part.strip().toUpperCase(Locale.ROOT));
      }
    }
    return options;
  }

  private SegmentOptions with(String name) {
    return switch (name) {
      case "DICTIONARY" -> new SegmentOptions(encoding, Choice.ALWAYS, indexes, codec);
      case "NO_DICTIONARY" -> new SegmentOptions(encoding, Choice.NEVER, indexes, codec);
      case "INDEX" -> new SegmentOptions(encoding, dictionaries, Choice.ALWAYS, codec);
      case "NO_INDEX" -> new SegmentOptions(encoding, dictionaries, Choice.NEVER, codec);
      case "NONE", "LZ4", "ZSTD" ->
          new SegmentOptions(encoding, dictionaries, indexes, Codec.valueOf(name));
      default -> new SegmentOptions(Encoding.valueOf(name), dictionaries, indexes, codec);
    };
  }

  /// Forcing an encoding of plain bytes rules out dictionaries.
  boolean mayUseDictionary() {
    return dictionaries != Choice.NEVER
        && encoding != Encoding.FIXED
        && encoding != Encoding.CHUNKED;
  }
}
