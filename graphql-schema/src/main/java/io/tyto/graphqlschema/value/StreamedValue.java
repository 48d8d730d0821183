package io.tyto.graphqlschema.value;

/// A leaf of a result's `data` that is one JSON value and writes itself, so that a column of a
/// hundred thousand cells never becomes a list of objects.
///
/// *Thread-safety*: immutable. *Lifetime*: as long as the result.
@FunctionalInterface
public interface StreamedValue {
  void writeTo(JsonSink sink);
}
