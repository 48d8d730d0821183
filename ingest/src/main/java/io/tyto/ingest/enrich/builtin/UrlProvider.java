package io.tyto.ingest.enrich.builtin;

import io.tyto.model.plugin.Enricher;
import io.tyto.model.plugin.EnricherProvider;
import io.tyto.model.plugin.EnricherSettings;

/// `url`: the parts of a URL.
public final class UrlProvider implements EnricherProvider {
  @Override
  public String name() {
    return "url";
  }

  @Override
  public Enricher create(EnricherSettings settings) {
    return new UrlEnricher(
        settings.column("field"), settings.prefix("url_"), settings.texts("query"));
  }
}
