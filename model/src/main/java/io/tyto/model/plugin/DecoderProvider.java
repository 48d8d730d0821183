package io.tyto.model.plugin;

import io.tyto.model.schema.Feed;

/// Makes the decoders of one format; found by {@link java.util.ServiceLoader}, so it is public and
/// has a constructor without parameters. Thread-safe: there is one for the whole process.
public interface DecoderProvider {

  /// The word of `source.kafka.format`: small letters, digits and hyphens, beginning with a letter.
  String format();

  /// A new decoder for the events of one feed, used by one thread. Called often: what decoders have
  /// in common, such as schemas that were fetched, belongs to the provider.
  ///
  /// IllegalArgumentException where the config does not do; the message says what was expected.
  EventDecoder create(Feed.Encoding encoding);
}
