package io.tyto.ingest.config;

import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.View;

/// A view that stands in the catalog and in no config: what it is called is all that is asked of it
/// where names are checked, so that one that fits its collection no more keeps its names.
public record CreatedView(String name, String collection) {
  String field() {
    return ApiNames.field(name);
  }

  String typeName() {
    return View.TYPE_PREFIX + ApiNames.type(field());
  }
}
