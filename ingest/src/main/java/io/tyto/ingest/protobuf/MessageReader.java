package io.tyto.ingest.protobuf;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import io.tyto.ingest.decode.DecodeLimits;
import io.tyto.ingest.decode.Utf8;
import io.tyto.model.plugin.DecodedEvent;
import io.tyto.model.plugin.EventDecoder;
import io.tyto.model.plugin.UndecodableException;
import io.tyto.model.plugin.UndecodableException.Reason;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads events that are one type of message. Not thread-safe.
///
/// By a reader of our own and not by `DynamicMessage`, of which two bytes, an empty message in a
/// list, take two hundred: here what an event may become is counted before it is made.
final class MessageReader implements EventDecoder {
  /// Places for values that an event may take whatever its length; beyond it two for each byte.
  private static final int FREE_SLOTS = 1 << 20;

  private static final long UNSIGNED_INT = 0xFFFF_FFFFL;

  private final MessageType type;
  private long slotsLeft;

  /// What is being read, for messages.
  private @Nullable FieldDescriptor reading;

  MessageReader(MessageType type) {
    this.type = type;
  }

  @Override
  public DecodedEvent decode(byte[] data, int from, int to) throws UndecodableException {
    CodedInputStream in = CodedInputStream.newInstance(data, from, to - from);
    slotsLeft = FREE_SLOTS + 2L * (to - from);
    reading = null;
    ProtobufMessage message = new ProtobufMessage(type);
    try {
      fields(in, message, 0, 1);
      return new DecodedEvent(type.fullName(), message);
    } catch (IOException e) {
      throw fault(Reason.MALFORMED, in, String.valueOf(e.getMessage()));
    }
  }

  /// Up to the end of the message.
  ///
  /// @param group number of the field whose end ends it; 0: the limit does
  private void fields(CodedInputStream in, ProtobufMessage into, int group, int depth)
      throws IOException, UndecodableException {
    if (depth > DecodeLimits.MAX_DEPTH) {
      throw fault(
          Reason.TOO_DEEP,
          in,
          "messages nest more than %d levels deep".formatted(DecodeLimits.MAX_DEPTH));
    }
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int number = WireFormat.getTagFieldNumber(tag);
      int wire = WireFormat.getTagWireType(tag);
      if (wire == WireFormat.WIRETYPE_END_GROUP) {
        if (number != group) {
          throw fault(Reason.MALFORMED, in, "the end of a group that was not begun");
        }
        return;
      }
      FieldDescriptor field = into.type().numbered(number);
      if (field == null) {
        in.skipField(tag);
        continue;
      }
      reading = field;
      if (field.getLiteType().getWireType() == wire) {
        one(in, into, field, depth);
      } else if (field.isPackable() && wire == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        packed(in, into, field);
      } else {
        in.skipField(tag); // as if the number were not known, which is what the language says
      }
    }
    if (group != 0) {
      throw fault(Reason.MALFORMED, in, "a group without an end");
    }
  }

  private void one(CodedInputStream in, ProtobufMessage into, FieldDescriptor field, int depth)
      throws IOException, UndecodableException {
    if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
      add(in, into, field, scalar(in, field));
      return;
    }
    // A message that comes in parts is all of them together.
    ProtobufMessage message =
        !field.isRepeated() && into.raw(field) instanceof ProtobufMessage begun
            ? begun
            : new ProtobufMessage(into.type().typeIn(field));
    if (field.getType() == FieldDescriptor.Type.GROUP) {
      fields(in, message, field.getNumber(), depth + 1);
    } else {
      int limit = in.pushLimit(in.readRawVarint32());
      fields(in, message, 0, depth + 1);
      in.popLimit(limit);
    }
    add(in, into, field, message);
  }

  private void packed(CodedInputStream in, ProtobufMessage into, FieldDescriptor field)
      throws IOException, UndecodableException {
    int limit = in.pushLimit(in.readRawVarint32());
    while (in.getBytesUntilLimit() > 0) {
      add(in, into, field, scalar(in, field));
    }
    in.popLimit(limit);
  }

  private void add(CodedInputStream in, ProtobufMessage into, FieldDescriptor field, Object value)
      throws UndecodableException {
    slotsLeft -= into.isBlank() ? into.type().size() + 1L : 1;
    if (slotsLeft < 0) {
      throw fault(Reason.TOO_LARGE, in, "more values than an event of its length may have");
    }
    if (!field.isRepeated()) {
      into.put(field, value);
      return;
    }
    @SuppressWarnings("unchecked") // nobody else puts lists
    List<Object> list = (List<Object>) into.raw(field);
    if (list == null) {
      list = new ArrayList<>();
      into.put(field, list);
    }
    list.add(value);
  }

  private Object scalar(CodedInputStream in, FieldDescriptor field)
      throws IOException, UndecodableException {
    return switch (field.getType()) {
      case DOUBLE -> in.readDouble();
      case FLOAT -> in.readFloat();
      case INT64 -> in.readInt64();
      case SINT64 -> in.readSInt64();
      case SFIXED64 -> in.readSFixed64();
      case UINT64 -> unsigned(in.readUInt64());
      case FIXED64 -> unsigned(in.readFixed64());
      case INT32 -> in.readInt32();
      case SINT32 -> in.readSInt32();
      case SFIXED32 -> in.readSFixed32();
      case UINT32 -> in.readUInt32() & UNSIGNED_INT;
      case FIXED32 -> in.readFixed32() & UNSIGNED_INT;
      case BOOL -> in.readBool();
      case STRING -> text(in);
      case BYTES -> in.readByteArray();
      case ENUM -> {
        int number = in.readEnum();
        EnumValueDescriptor value = field.getEnumType().findValueByNumber(number);
        // A name that was added later is its number: better than no event.
        yield value == null ? Integer.toString(number) : value.getName();
      }
      case MESSAGE, GROUP -> throw new IllegalArgumentException("a message is no scalar");
    };
  }

  private static Number unsigned(long bits) {
    return bits >= 0 ? bits : new BigInteger(Long.toUnsignedString(bits));
  }

  private String text(CodedInputStream in) throws IOException, UndecodableException {
    byte[] bytes = in.readByteArray();
    if (Utf8.invalidAt(bytes, 0, bytes.length) >= 0) {
      throw fault(Reason.INVALID_UTF8, in, "a string that is not UTF-8");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private UndecodableException fault(Reason reason, CodedInputStream in, String fault) {
    return new UndecodableException(
        reason,
        "not Protocol Buffers of the message %s: before byte %d%s: %s"
            .formatted(
                type.fullName(),
                in.getTotalBytesRead(),
                reading == null ? "" : ", field " + reading.getFullName(),
                fault));
  }
}
