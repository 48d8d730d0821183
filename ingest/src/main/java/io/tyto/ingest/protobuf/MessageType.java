package io.tyto.ingest.protobuf;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A message's fields by name and number, with the types of the messages in them. Not thread-safe:
/// types that others refer to are made when they are first asked for.
final class MessageType {
  private final Descriptor descriptor;
  private final Map<Descriptor, MessageType> known;
  private final Map<String, FieldDescriptor> byName = new HashMap<>();
  private final @Nullable Object[] defaults;
  private final @Nullable MessageType[] nested;

  static MessageType of(Descriptor descriptor) {
    return of(descriptor, new HashMap<>());
  }

  private static MessageType of(Descriptor descriptor, Map<Descriptor, MessageType> known) {
    MessageType type = known.get(descriptor);
    if (type == null) {
      type = new MessageType(descriptor, known);
      known.put(descriptor, type);
    }
    return type;
  }

  private MessageType(Descriptor descriptor, Map<Descriptor, MessageType> known) {
    this.descriptor = descriptor;
    this.known = known;
    List<FieldDescriptor> fields = descriptor.getFields();
    defaults = new Object[fields.size()];
    nested = new MessageType[fields.size()];
    for (FieldDescriptor field : fields) {
      byName.put(field.getName(), field);
      defaults[field.getIndex()] = defaultOf(field);
    }
  }

  /// What a field is that was not sent. Null where the language can tell that it was not. Where it
  /// cannot, a number is zero and an enum its first name, as whoever did not count wants it
  /// counted; but an empty text stays null, because it is no time, decimal or address.
  private static @Nullable Object defaultOf(FieldDescriptor field) {
    boolean isEntry = field.getContainingType().getOptions().getMapEntry();
    if (field.isRepeated()
        || field.hasPresence() && !isEntry
        || field.getJavaType() == JavaType.MESSAGE
        || field.getJavaType() == JavaType.BYTE_STRING
        || field.getJavaType() == JavaType.STRING && !isEntry) {
      return null;
    }
    return field.getDefaultValue() instanceof EnumValueDescriptor value
        ? value.getName()
        : field.getDefaultValue();
  }

  String fullName() {
    return descriptor.getFullName();
  }

  List<FieldDescriptor> fields() {
    return descriptor.getFields();
  }

  int size() {
    return defaults.length;
  }

  @Nullable FieldDescriptor named(String name) {
    return byName.get(name);
  }

  @Nullable FieldDescriptor numbered(int number) {
    return descriptor.findFieldByNumber(number);
  }

  @Nullable Object defaultOf(int index) {
    return defaults[index];
  }

  /// The type of the message in a field.
  MessageType typeIn(FieldDescriptor field) {
    MessageType type = nested[field.getIndex()];
    if (type == null) {
      type = of(field.getMessageType(), known);
      nested[field.getIndex()] = type;
    }
    return type;
  }
}
