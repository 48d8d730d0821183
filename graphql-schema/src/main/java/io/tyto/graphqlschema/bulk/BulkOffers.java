package io.tyto.graphqlschema.bulk;

import java.util.List;
import java.util.Map;

/// What can be asked in bulk, with JSON Schemas of the bodies.
///
/// @param schemas those that bodies refer to as `#/components/schemas/{name}`, by name
public record BulkOffers(List<Offer> offers, Map<String, Object> schemas) {

  /// @param collection by the name of its config
  /// @param title of the collection
  /// @param body JSON Schema of the arguments
  public record Offer(String collection, String title, BulkKind kind, Map<String, Object> body) {}
}
