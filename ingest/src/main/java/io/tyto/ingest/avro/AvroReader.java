package io.tyto.ingest.avro;

import io.tyto.model.plugin.DecodedEvent;
import io.tyto.model.plugin.EventDecoder;
import io.tyto.model.plugin.UndecodableException;
import io.tyto.model.plugin.UndecodableException.Reason;
import java.io.IOException;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.ResolvingDecoder;
import org.jspecify.annotations.Nullable;

/// Reads events that were written by one schema. Not thread-safe.
final class AvroReader implements EventDecoder {
  private static final int MAX_DEPTH = 32;

  private final String name;
  private final BoundedDecoder input = new BoundedDecoder();
  private final RecordReader reader;

  /// @param expected what the events are read as; null: as they were written
  AvroReader(Schema writer, @Nullable Schema expected) {
    name = writer.getFullName();
    reader = new RecordReader(writer, expected == null ? writer : expected);
  }

  @Override
  public DecodedEvent decode(byte[] data, int from, int to) throws UndecodableException {
    input.begin(data, from, to);
    try {
      IndexedRecord record = reader.read(null, input);
      if (input.remainingBytes() > 0) {
        throw malformed("%d bytes are left behind the event".formatted(input.remainingBytes()));
      }
      return new DecodedEvent(name, new AvroRecord(record));
    } catch (MalformedAvroException e) {
      throw new UndecodableException(e.reason(), described(e));
    } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException e) {
      throw malformed(String.valueOf(e.getMessage()));
    }
  }

  private UndecodableException malformed(String fault) {
    return new UndecodableException(
        Reason.MALFORMED, "not Avro of the schema %s: %s".formatted(name, fault));
  }

  private String described(MalformedAvroException e) {
    return "not Avro of the schema %s: %s".formatted(name, e.getMessage());
  }

  /// Without the conversions of logical types, which are done for the values that are wanted; and
  /// no deeper than a record may nest.
  private static final class RecordReader extends GenericDatumReader<IndexedRecord> {
    private int depth;

    RecordReader(Schema writer, Schema expected) {
      super(writer, expected, new GenericData());
      // The fast reader has no place to count how deep records nest.
      getData().setFastReaderEnabled(false);
    }

    @Override
    public IndexedRecord read(@Nullable IndexedRecord reuse, org.apache.avro.io.Decoder in)
        throws IOException {
      depth = 0;
      return super.read(reuse, in);
    }

    @Override
    protected Object readRecord(@Nullable Object old, Schema expected, ResolvingDecoder in)
        throws IOException {
      if (++depth > MAX_DEPTH) {
        throw new MalformedAvroException(
            Reason.TOO_DEEP, "records nest more than " + MAX_DEPTH + " deep");
      }
      Object record = super.readRecord(old, expected, in);
      depth--;
      return record;
    }
  }
}
