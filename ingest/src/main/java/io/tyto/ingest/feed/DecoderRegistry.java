package io.tyto.ingest.feed;

import io.tyto.ingest.plugin.Plugins;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.plugin.DecoderProvider;
import io.tyto.model.plugin.EventDecoder;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Feed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The decoders of events by the name of their format, as `source.kafka.format` selects them. One
/// serves a whole node, so that what was fetched from a schema registry is fetched once.
/// Thread-safe. Lifetime: that of the plug-ins it was made of.
public final class DecoderRegistry {
  /// Read from bytes to columns by ourselves.
  private static final String JSON = "json";

  private final Map<String, DecoderProvider> providers = new TreeMap<>();

  private DecoderRegistry(List<DecoderProvider> found) {
    for (DecoderProvider provider : found) {
      DecoderProvider other = providers.putIfAbsent(provider.format(), provider);
      if (other != null || provider.format().equals(JSON)) {
        throw new TytoException(
            ErrorCode.CONFIG_INVALID,
            "%s reads the format '%s', and so does %s; leave one of them out"
                .formatted(
                    provider.getClass().getName(),
                    provider.format(),
                    other == null ? "Tyto itself" : other.getClass().getName()));
      }
    }
  }

  /// Those that every server has and those that the jars bring. CONFIG_INVALID where two read the
  /// same format, or a jar cannot be used.
  public static DecoderRegistry of(Plugins plugins) {
    return new DecoderRegistry(
        plugins.providers(DecoderProvider.class, "decoder", DecoderProvider::format));
  }

  /// Whether events are JSON objects.
  static boolean isJson(@Nullable Feed feed) {
    return feed == null || feed.format().equals(JSON);
  }

  /// A new decoder for the events of a feed that is not JSON; one for each thread. CONFIG_INVALID.
  EventDecoder decoder(String collection, Feed feed) {
    DecoderProvider provider = providers.get(feed.format());
    if (provider == null) {
      throw new TytoException(
          ErrorCode.CONFIG_INVALID,
          "collection %s: nothing here reads the format '%s'; expected one of %s"
              .formatted(collection, feed.format(), formats()));
    }
    try {
      return provider.create(feed.encoding());
    } catch (IllegalArgumentException e) {
      throw new TytoException(
          ErrorCode.CONFIG_INVALID,
          "collection %s: the format %s: %s".formatted(collection, feed.format(), e.getMessage()),
          e);
    } catch (TytoException e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      throw new TytoException(
          ErrorCode.CONFIG_INVALID,
          "collection %s: the decoder of the format %s cannot be made: %s"
              .formatted(collection, feed.format(), e),
          e);
    }
  }

  /// Checks that the events of every config can be read. CONFIG_INVALID.
  public void check(List<EventConfig> configs) {
    for (EventConfig config : configs) {
      Feed feed = config.source().feed();
      if (feed != null && !isJson(feed)) {
        decoder(config.collection(), feed);
      }
    }
  }

  /// Every format that can be named.
  public List<String> formats() {
    List<String> formats = new ArrayList<>(providers.keySet());
    formats.addFirst(JSON);
    return formats;
  }
}
