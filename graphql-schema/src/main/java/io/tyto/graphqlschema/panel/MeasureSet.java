package io.tyto.graphqlschema.panel;

import io.tyto.graphqlschema.schema.ApiType;
import io.tyto.model.query.Measure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The distinct measures that a panel selects, by their position in the engine's answer. Used while
/// one panel is compiled; not thread-safe.
final class MeasureSet {
  private final Map<Measure, Integer> positions = new HashMap<>();
  private final List<Measure> measures = new ArrayList<>();
  private @Nullable Measure firstNotFloat;

  /// The position of a measure, new or known.
  int add(Measure measure, ApiType type) {
    if (type != ApiType.FLOAT && firstNotFloat == null) {
      firstNotFloat = measure;
    }
    Integer known = positions.putIfAbsent(measure, measures.size());
    if (known != null) {
      return known;
    }
    measures.add(measure);
    return measures.size() - 1;
  }

  int size() {
    return measures.size();
  }

  List<Measure> list() {
    return List.copyOf(measures);
  }

  /// A measure whose values are not Float, or null.
  @Nullable Measure firstNotFloat() {
    return firstNotFloat;
  }
}
