package io.tyto.ingest.enrich.builtin;

import io.tyto.model.plugin.Enricher;
import io.tyto.model.plugin.EnricherProvider;
import io.tyto.model.plugin.EnricherSettings;

/// `referrer`: where a visitor comes from.
public final class ReferrerProvider implements EnricherProvider {
  @Override
  public String name() {
    return "referrer";
  }

  @Override
  public Enricher create(EnricherSettings settings) {
    String page = settings.textOrNull("page");
    return new ReferrerEnricher(
        settings.column("field"),
        page == null ? null : settings.column("page"),
        settings.prefix("ref_"),
        settings.texts("internal"));
  }
}
