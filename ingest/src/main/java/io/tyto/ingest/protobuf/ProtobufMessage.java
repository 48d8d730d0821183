package io.tyto.ingest.protobuf;

import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.AbstractMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A message as a map from the names of its fields to values. A value is converted when it is asked
/// for.
final class ProtobufMessage extends AbstractMap<String, @Nullable Object> {
  private final MessageType type;

  /// By the fields' index; as they were read. Null: no field was.
  private @Nullable Object @Nullable [] values;

  ProtobufMessage(MessageType type) {
    this.type = type;
  }

  MessageType type() {
    return type;
  }

  /// Whether no field was read yet.
  boolean isBlank() {
    return values == null;
  }

  @Nullable Object raw(FieldDescriptor field) {
    return values == null ? null : values[field.getIndex()];
  }

  /// The other fields of the same `oneof` are not set any more.
  void put(FieldDescriptor field, Object value) {
    if (values == null) {
      values = new Object[type.size()];
    }
    if (field.getContainingOneof() != null) {
      for (FieldDescriptor other : field.getContainingOneof().getFields()) {
        values[other.getIndex()] = null;
      }
    }
    values[field.getIndex()] = value;
  }

  @Override
  public @Nullable Object get(Object name) {
    FieldDescriptor field = type.named(String.valueOf(name));
    return field == null ? null : value(field);
  }

  @Override
  public boolean containsKey(Object name) {
    FieldDescriptor field = type.named(String.valueOf(name));
    return field != null && isThere(field);
  }

  @Override
  public Set<Map.Entry<String, @Nullable Object>> entrySet() {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    for (FieldDescriptor field : type.fields()) {
      if (isThere(field)) {
        all.put(field.getName(), value(field));
      }
    }
    return all.entrySet();
  }

  private boolean isThere(FieldDescriptor field) {
    return raw(field) != null || type.defaultOf(field.getIndex()) != null;
  }

  private @Nullable Object value(FieldDescriptor field) {
    Object raw = raw(field);
    return switch (raw) {
      case null -> type.defaultOf(field.getIndex());
      case ProtobufMessage message -> WellKnown.value(message);
      case List<?> list when field.isMapField() -> WellKnown.map(list);
      case List<?> list -> WellKnown.list(list);
      default -> raw;
    };
  }
}
