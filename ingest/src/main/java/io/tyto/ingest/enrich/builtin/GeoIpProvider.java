package io.tyto.ingest.enrich.builtin;

import io.tyto.model.plugin.Enricher;
import io.tyto.model.plugin.EnricherProvider;
import io.tyto.model.plugin.EnricherSettings;
import java.io.IOException;
import java.nio.file.Path;

/// `geoip`: where an address is, by a database in MaxMind's format.
public final class GeoIpProvider implements EnricherProvider {
  @Override
  public String name() {
    return "geoip";
  }

  @Override
  public Enricher create(EnricherSettings settings) throws IOException {
    return new GeoIpEnricher(
        settings.column("field"),
        settings.prefix("geo_"),
        settings.text("language", "en"),
        GeoDatabase.open(Path.of(settings.text("database"))));
  }
}
