package io.tyto.ingest.protobuf;

import com.google.protobuf.AnyProto;
import com.google.protobuf.ApiProto;
import com.google.protobuf.DescriptorProtos;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DurationProto;
import com.google.protobuf.EmptyProto;
import com.google.protobuf.FieldMaskProto;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.SourceContextProto;
import com.google.protobuf.StructProto;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.TypeProto;
import com.google.protobuf.WrappersProto;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The `.proto` files of a descriptor set, linked with each other and with the well-known ones,
/// which need not be in it. Thread-safe.
final class ProtoFiles {
  /// Imports in a row.
  private static final int MAX_IMPORT_DEPTH = 64;

  private static final List<FileDescriptor> WELL_KNOWN =
      List.of(
          AnyProto.getDescriptor(),
          ApiProto.getDescriptor(),
          DurationProto.getDescriptor(),
          EmptyProto.getDescriptor(),
          FieldMaskProto.getDescriptor(),
          SourceContextProto.getDescriptor(),
          StructProto.getDescriptor(),
          TimestampProto.getDescriptor(),
          TypeProto.getDescriptor(),
          WrappersProto.getDescriptor(),
          DescriptorProtos.getDescriptor());

  private final Map<String, FileDescriptorProto> sources = new LinkedHashMap<>();
  private final Map<String, FileDescriptor> linked = new LinkedHashMap<>();
  private final FileDescriptor main;

  /// @param bytes what `protoc --descriptor_set_out` wrote; IllegalArgumentException
  static ProtoFiles ofSet(byte[] bytes) {
    try {
      return new ProtoFiles(FileDescriptorSet.parseFrom(bytes).getFileList());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(
          "expected what `protoc --include_imports --descriptor_set_out=FILE` writes: "
              + e.getMessage(),
          e);
    }
  }

  /// @param files the one that the events are written by at the end; IllegalArgumentException
  ProtoFiles(List<FileDescriptorProto> files) {
    if (files.isEmpty()) {
      throw new IllegalArgumentException("expected a set of descriptors, found none");
    }
    files.forEach(file -> sources.put(file.getName(), file));
    WELL_KNOWN.forEach(file -> linked.put(file.getName(), file));
    sources.keySet().removeAll(linked.keySet());
    FileDescriptor last = null;
    for (FileDescriptorProto file : files) {
      last = link(file.getName(), 1);
    }
    main = Objects.requireNonNull(last);
  }

  private FileDescriptor link(String name, int depth) {
    FileDescriptor known = linked.get(name);
    if (known != null) {
      return known;
    }
    FileDescriptorProto source = sources.get(name);
    if (source == null) {
      throw new IllegalArgumentException(
          "the import %s is missing; write the set with `protoc --include_imports`"
              .formatted(name));
    }
    if (depth > MAX_IMPORT_DEPTH) {
      throw new IllegalArgumentException(
          "%s is imported through more than %d files".formatted(name, MAX_IMPORT_DEPTH));
    }
    List<FileDescriptor> imports = new ArrayList<>();
    for (String imported : source.getDependencyList()) {
      imports.add(link(imported, depth + 1));
    }
    try {
      FileDescriptor file =
          FileDescriptor.buildFrom(source, imports.toArray(FileDescriptor[]::new));
      linked.put(name, file);
      return file;
    } catch (DescriptorValidationException e) {
      throw new IllegalArgumentException(name + " cannot be used: " + e.getMessage(), e);
    }
  }

  /// The message of a full name; IllegalArgumentException.
  Descriptor message(String fullName) {
    List<String> names = new ArrayList<>();
    for (String name : sources.keySet()) {
      FileDescriptor file = Objects.requireNonNull(linked.get(name));
      Descriptor found = find(file.getMessageTypes(), fullName, names);
      if (found != null) {
        return found;
      }
    }
    throw new IllegalArgumentException(
        "there is no message '%s'; expected one of %s"
            .formatted(fullName, String.join(", ", names)));
  }

  private static @Nullable Descriptor find(
      Collection<Descriptor> messages, String fullName, List<String> names) {
    for (Descriptor message : messages) {
      if (message.getFullName().equals(fullName)) {
        return message;
      }
      if (!message.getOptions().getMapEntry()) {
        names.add(message.getFullName());
      }
      Descriptor found = find(message.getNestedTypes(), fullName, names);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /// The message of the last file, where it has but one; IllegalArgumentException.
  Descriptor onlyMessage() {
    List<Descriptor> messages = main.getMessageTypes();
    if (messages.size() != 1) {
      throw new IllegalArgumentException(
          "%s has %d messages; name one by `message`, such as %s"
              .formatted(
                  main.getName(),
                  messages.size(),
                  messages.isEmpty() ? "game.Recharge" : messages.getFirst().getFullName()));
    }
    return messages.getFirst();
  }

  /// The message of the last file by its index, and those in it by theirs; null where there is
  /// none.
  @Nullable Descriptor at(List<Integer> indexes) {
    List<Descriptor> messages = main.getMessageTypes();
    Descriptor found = null;
    for (int index : indexes) {
      if (index < 0 || index >= messages.size()) {
        return null;
      }
      found = messages.get(index);
      messages = found.getNestedTypes();
    }
    return found;
  }
}
