package io.tyto.graphqlschema.value;

/// The few verbs a {@link StreamedValue} needs of a JSON writer; the gateway puts its own behind
/// them. Not thread-safe.
public interface JsonSink {
  void startArray();

  void endArray();

  void number(long value);

  void number(double value);

  void string(String value);

  void bool(boolean value);

  void nothing();

  /// One JSON value that is text already.
  void raw(String json);
}
