package io.tyto.ingest.protobuf;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import io.tyto.model.plugin.DecodedEvent;
import io.tyto.model.plugin.EventDecoder;
import io.tyto.model.plugin.UndecodableException;
import io.tyto.model.plugin.UndecodableException.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads events in front of which stands which message of a file they are: how many numbers follow,
/// then the index of a message in the file, of one in that, and so on. A single zero is short for
/// the first message. Not thread-safe.
final class IndexedMessages implements EventDecoder {
  private static final int MAX_INDEXES = 32;

  private final ProtoFiles files;
  private final @Nullable String expected;

  /// As many as the file has messages.
  private final Map<List<Integer>, MessageReader> readers = new HashMap<>();

  /// @param expected full name of the only message that is taken; null: any
  IndexedMessages(ProtoFiles files, @Nullable String expected) {
    this.files = files;
    this.expected = expected;
  }

  @Override
  public DecodedEvent decode(byte[] data, int from, int to) throws UndecodableException {
    CodedInputStream in = CodedInputStream.newInstance(data, from, to - from);
    List<Integer> indexes = indexes(in);
    MessageReader reader = readers.get(indexes);
    if (reader == null) {
      reader = new MessageReader(MessageType.of(message(indexes)));
      readers.put(indexes, reader);
    }
    return reader.decode(data, from + in.getTotalBytesRead(), to);
  }

  private static List<Integer> indexes(CodedInputStream in) throws UndecodableException {
    try {
      int count = in.readSInt32();
      if (count == 0) {
        return List.of(0);
      }
      if (count < 0 || count > MAX_INDEXES) {
        throw new UndecodableException(
            Reason.MALFORMED,
            "found %d indexes of messages, expected at most %d".formatted(count, MAX_INDEXES));
      }
      List<Integer> indexes = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        indexes.add(in.readSInt32());
      }
      return indexes;
    } catch (IOException e) {
      throw new UndecodableException(
          Reason.MALFORMED, "found no index of a message behind the schema's id");
    }
  }

  private Descriptor message(List<Integer> indexes) throws UndecodableException {
    Descriptor message = files.at(indexes);
    if (message == null) {
      throw new UndecodableException(
          Reason.UNKNOWN_SCHEMA, "the schema has no message at the indexes " + indexes);
    }
    if (expected != null && !message.getFullName().equals(expected)) {
      throw new UndecodableException(
          Reason.UNKNOWN_SCHEMA,
          "found the message %s, expected %s".formatted(message.getFullName(), expected));
    }
    return message;
  }
}
