package io.tyto.ingest.enrich;

import java.util.Map;

/// One entry of the setting `pipeline`.
///
/// @param enricher the name of its provider
/// @param settings texts, numbers, booleans and lists of them, by key
/// @param where the entry stands, for messages: `tyto.yaml:7`
public record StepSettings(String enricher, Map<String, Object> settings, String where) {
  public StepSettings {
    settings = Map.copyOf(settings);
  }
}
