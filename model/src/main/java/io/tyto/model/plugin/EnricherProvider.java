package io.tyto.model.plugin;

/// Makes the enrichers of one kind; found by {@link java.util.ServiceLoader}, so it is public and
/// has a constructor without parameters. Thread-safety: called by one thread at a time.
public interface EnricherProvider {

  /// The word of `pipeline` in the server's settings and of `enriched` in event configs: small
  /// letters, digits and hyphens, beginning with a letter.
  String name();

  /// A new enricher for one step of the pipeline.
  ///
  /// IllegalArgumentException where the settings do not do, IOException where its data cannot be
  /// read; either stops the start of the server with the message, so it says what was expected.
  ///
  /// @param settings keys that are not asked for here are refused as unknown
  Enricher create(EnricherSettings settings) throws Exception;
}
