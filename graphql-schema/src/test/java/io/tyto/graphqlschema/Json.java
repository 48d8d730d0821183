package io.tyto.graphqlschema;

import io.tyto.graphqlschema.value.JsonSink;
import io.tyto.graphqlschema.value.StreamedValue;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes results as compact JSON, so that tests can state whole answers in one line.
final class Json implements JsonSink {
  private final StringBuilder text = new StringBuilder();
  private boolean isFirst = true;

  static String of(@Nullable Object value) {
    Json json = new Json();
    json.write(value);
    return json.text.toString();
  }

  private void write(@Nullable Object value) {
    switch (value) {
      case null -> nothing();
      case Map<?, ?> map -> {
        separate();
        text.append('{');
        isFirst = true;
        map.forEach((name, member) -> {
          separate();
          text.append(name).append(':');
          isFirst = true;
          write(member);
        });
        text.append('}');
        isFirst = false;
      }
      case List<?> list -> {
        startArray();
        list.forEach(this::write);
        endArray();
      }
      case String string -> string(string);
      case Boolean bool -> bool(bool);
      case Double number -> number(number);
      case Long number -> number(number);
      case Integer number -> number(number);
      case StreamedValue streamed -> streamed.writeTo(this);
      default -> throw new IllegalArgumentException("no result value: " + value.getClass());
    }
  }

  private void separate() {
    text.append(isFirst ? "" : ",");
    isFirst = false;
  }

  @Override
  public void startArray() {
    separate();
    text.append('[');
    isFirst = true;
  }

  @Override
  public void endArray() {
    text.append(']');
    isFirst = false;
  }

  @Override
  public void number(long value) {
    raw(Long.toString(value));
  }

  @Override
  public void number(double value) {
    raw(Double.toString(value));
  }

  @Override
  public void string(String value) {
    raw('"' + value + '"');
  }

  @Override
  public void bool(boolean value) {
    raw(Boolean.toString(value));
  }

  @Override
  public void nothing() {
    raw("null");
  }

  @Override
  public void raw(String json) {
    separate();
    text.append(json);
  }
}
