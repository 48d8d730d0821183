package io.tyto.ingest.protobuf;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.tyto.ingest.registry.RegisteredDecoder;
import io.tyto.ingest.registry.SchemaRegistry;
import io.tyto.ingest.registry.WireFormat;
import io.tyto.model.plugin.DecoderProvider;
import io.tyto.model.plugin.EventDecoder;
import io.tyto.model.schema.Feed;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Decoders of Protocol Buffers. A file of descriptors says what the messages are; where records
/// begin with a schema's id, the registry can say it, or the file does and the id is passed over.
public final class ProtobufProvider implements DecoderProvider {
  private final Map<String, SchemaRegistry> registries = new ConcurrentHashMap<>();

  @Override
  public String format() {
    return "protobuf";
  }

  @Override
  public EventDecoder create(Feed.Encoding encoding) {
    String url = encoding.registry();
    Feed.SchemaFile file = encoding.schema();
    String message = encoding.message();
    if (file != null) {
      ProtoFiles files = parse(file);
      if (url == null) {
        return new MessageReader(
            MessageType.of(message == null ? files.onlyMessage() : files.message(message)));
      }
      if (message != null) {
        files.message(message);
      }
      IndexedMessages messages = new IndexedMessages(files, message);
      return (data, from, to) -> {
        WireFormat.schemaId(data, from, to);
        return messages.decode(data, from + WireFormat.BYTES, to);
      };
    }
    if (url == null) {
      throw new IllegalArgumentException(
          "Protocol Buffers need `schema: FILE`, which `protoc --include_imports"
              + " --descriptor_set_out=FILE` writes, or `registry: URL` where records have a"
              + " schema's id in front");
    }
    return new RegisteredDecoder(
        registries.computeIfAbsent(url, SchemaRegistry::ofSerialized),
        "PROTOBUF",
        schema -> new IndexedMessages(registered(schema), message));
  }

  private static ProtoFiles parse(Feed.SchemaFile file) {
    try {
      return ProtoFiles.ofSet(file.content());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file.name() + ": " + e.getMessage(), e);
    }
  }

  /// A schema refers to others by the names that it imports, whatever they call themselves.
  private static ProtoFiles registered(SchemaRegistry.Registered schema) {
    List<FileDescriptorProto> files = new ArrayList<>();
    for (SchemaRegistry.Reference reference : schema.references()) {
      files.add(serialized(reference.text(), reference.name()));
    }
    files.add(serialized(schema.text(), null));
    return new ProtoFiles(files);
  }

  private static FileDescriptorProto serialized(String base64, @Nullable String name) {
    try {
      FileDescriptorProto file = FileDescriptorProto.parseFrom(Base64.getDecoder().decode(base64));
      return name == null ? file : file.toBuilder().setName(name).build();
    } catch (IllegalArgumentException | InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(
          "the registry does not give it serialized (format=serialized), as Confluent's and"
              + " Redpanda's do; name a file of descriptors by `schema` beside `registry`",
          e);
    }
  }
}
