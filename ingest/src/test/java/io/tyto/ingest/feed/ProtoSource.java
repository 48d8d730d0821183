package io.tyto.ingest.feed;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MessageOptions;
import com.google.protobuf.DescriptorProtos.OneofDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DurationProto;
import com.google.protobuf.StructProto;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.WrappersProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// As much of protobuf's compiler as the schemas of tests need: messages, enums, `oneof` and maps
/// of proto3. Types are left to be found by their names.
final class ProtoSource {
  private static final Pattern TOKEN = Pattern.compile("\"[^\"]*\"|[A-Za-z0-9_.]+|[{}=;<>,]");
  private static final Map<String, FileDescriptor> WELL_KNOWN =
      Map.of(
          "google/protobuf/struct.proto", StructProto.getDescriptor(),
          "google/protobuf/timestamp.proto", TimestampProto.getDescriptor(),
          "google/protobuf/duration.proto", DurationProto.getDescriptor(),
          "google/protobuf/wrappers.proto", WrappersProto.getDescriptor());

  private final List<String> tokens = new ArrayList<>();
  private int at;

  private ProtoSource(String text) {
    for (Matcher matcher = TOKEN.matcher(text); matcher.find(); ) {
      tokens.add(matcher.group());
    }
  }

  static FileDescriptorProto file(String name, String text) {
    return new ProtoSource(text).file(name);
  }

  /// What a config names as its `schema`.
  static byte[] descriptorSet(String text) {
    return FileDescriptorSet.newBuilder().addFile(file("test.proto", text)).build().toByteArray();
  }

  /// The messages of a file, for writing events.
  static List<Descriptor> messages(String text) {
    FileDescriptorProto file = file("test.proto", text);
    try {
      return FileDescriptor.buildFrom(
              file,
              file.getDependencyList().stream().map(WELL_KNOWN::get).toArray(FileDescriptor[]::new))
          .getMessageTypes();
    } catch (DescriptorValidationException e) {
      throw new AssertionError(text, e);
    }
  }

  private String next() {
    return tokens.get(at++);
  }

  private void expect(String token) {
    String found = next();
    if (!found.equals(token)) {
      throw new AssertionError(
          "found %s, expected %s at %s".formatted(found, token, tokens.subList(at - 1, at + 3)));
    }
  }

  private boolean take(String token) {
    boolean isNext = tokens.get(at).equals(token);
    at += isNext ? 1 : 0;
    return isNext;
  }

  private String quoted() {
    String token = next();
    return token.substring(1, token.length() - 1);
  }

  private FileDescriptorProto file(String name) {
    FileDescriptorProto.Builder file = FileDescriptorProto.newBuilder().setName(name);
    while (at < tokens.size()) {
      switch (next()) {
        case "syntax" -> {
          expect("=");
          file.setSyntax(quoted());
          expect(";");
        }
        case "package" -> {
          file.setPackage(next());
          expect(";");
        }
        case "import" -> {
          file.addDependency(quoted());
          expect(";");
        }
        case "message" -> file.addMessageType(message());
        case "enum" -> file.addEnumType(enumeration());
        default -> throw new AssertionError(tokens.get(at - 1));
      }
    }
    return file.build();
  }

  private EnumDescriptorProto enumeration() {
    EnumDescriptorProto.Builder builder = EnumDescriptorProto.newBuilder().setName(next());
    expect("{");
    while (!take("}")) {
      EnumValueDescriptorProto.Builder value =
          EnumValueDescriptorProto.newBuilder().setName(next());
      expect("=");
      builder.addValue(value.setNumber(Integer.parseInt(next())));
      expect(";");
    }
    return builder.build();
  }

  private DescriptorProto message() {
    DescriptorProto.Builder message = DescriptorProto.newBuilder().setName(next());
    List<FieldDescriptorProto.Builder> optional = new ArrayList<>();
    expect("{");
    while (!take("}")) {
      if (take("message")) {
        message.addNestedType(message());
      } else if (take("enum")) {
        message.addEnumType(enumeration());
      } else if (take("oneof")) {
        int index = message.getOneofDeclCount();
        message.addOneofDecl(OneofDescriptorProto.newBuilder().setName(next()));
        expect("{");
        while (!take("}")) {
          message.addField(field(Label.LABEL_OPTIONAL).setOneofIndex(index));
        }
      } else if (take("map")) {
        message.addField(map(message));
      } else if (take("repeated")) {
        message.addField(field(Label.LABEL_REPEATED));
      } else if (take("optional")) {
        message.addField(field(Label.LABEL_OPTIONAL).setProto3Optional(true));
        optional.add(message.getFieldBuilder(message.getFieldCount() - 1));
      } else {
        message.addField(field(Label.LABEL_OPTIONAL));
      }
    }
    // Behind the real ones, as the language wants it.
    for (FieldDescriptorProto.Builder field : optional) {
      field.setOneofIndex(message.getOneofDeclCount());
      message.addOneofDecl(OneofDescriptorProto.newBuilder().setName("_" + field.getName()));
    }
    return message.build();
  }

  private FieldDescriptorProto.Builder field(Label label) {
    String type = next();
    FieldDescriptorProto.Builder field = named(type, next()).setLabel(label);
    expect("=");
    field.setNumber(Integer.parseInt(next()));
    expect(";");
    return field;
  }

  private static FieldDescriptorProto.Builder named(String type, String name) {
    FieldDescriptorProto.Builder field = FieldDescriptorProto.newBuilder().setName(name);
    @Nullable Type scalar =
        switch (type) {
          case "double",
              "float",
              "bool",
              "string",
              "bytes",
              "int32",
              "int64",
              "uint32",
              "uint64",
              "sint32",
              "sint64",
              "fixed32",
              "fixed64",
              "sfixed32",
              "sfixed64" ->
              Type.valueOf("TYPE_" + type.toUpperCase(Locale.ROOT));
          default -> null;
        };
    return scalar == null ? field.setTypeName(type) : field.setType(scalar);
  }

  private FieldDescriptorProto.Builder map(DescriptorProto.Builder message) {
    expect("<");
    String key = next();
    expect(",");
    String value = next();
    expect(">");
    String name = next();
    expect("=");
    int number = Integer.parseInt(next());
    expect(";");
    String entry = Character.toUpperCase(name.charAt(0)) + name.substring(1) + "Entry";
    message.addNestedType(
        DescriptorProto.newBuilder()
            .setName(entry)
            .setOptions(MessageOptions.newBuilder().setMapEntry(true))
            .addField(named(key, "key").setNumber(1).setLabel(Label.LABEL_OPTIONAL))
            .addField(named(value, "value").setNumber(2).setLabel(Label.LABEL_OPTIONAL)));
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setLabel(Label.LABEL_REPEATED)
        .setTypeName(entry);
  }
}
