package io.tyto.ingest.feed;

import io.tyto.ingest.decode.DecodeContext;
import io.tyto.ingest.decode.JsonDecoder;
import io.tyto.ingest.decode.RecordDecoder;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.Feed;
import io.tyto.model.schema.TableSchema;
import java.util.Locale;

/// The decoders of events by the name of their format, as `source.kafka.format` selects them.
/// Thread-safe.
public final class DecoderRegistry {
  private static final String JSON = "json";

  private DecoderRegistry() {}

  /// Those that every server has.
  public static DecoderRegistry builtIn() {
    return new DecoderRegistry();
  }

  /// A new decoder for the events of a collection's feed; one for each thread. CONFIG_INVALID where
  /// nobody knows the format.
  RecordDecoder decoder(TableSchema schema, DecodeContext context) {
    String format = formatOf(schema);
    if (!format.equals(JSON)) {
      throw new TytoException(
          ErrorCode.CONFIG_INVALID,
          "collection %s: nothing here reads the format '%s'; expected %s"
              .formatted(schema.name(), format, JSON));
    }
    return JsonDecoder.ofRouted(schema, context);
  }

  /// Whether the events of a collection are JSON objects.
  static boolean isJson(TableSchema schema) {
    return formatOf(schema).equals(JSON);
  }

  private static String formatOf(TableSchema schema) {
    Feed feed = schema.config().source().feed();
    return feed == null ? JSON : feed.format().toLowerCase(Locale.ROOT);
  }
}
