package io.tyto.gateway.export;

import com.google.flatbuffers.FlatBufferBuilder;
import io.tyto.gateway.http.JsonText;
import io.tyto.graphqlschema.bulk.BulkColumn;
import io.tyto.graphqlschema.bulk.BulkRows;
import io.tyto.graphqlschema.schema.ApiType;
import java.io.IOException;
import java.io.OutputStream;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.Date;
import org.apache.arrow.flatbuf.DateUnit;
import org.apache.arrow.flatbuf.Decimal;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.apache.arrow.flatbuf.DictionaryEncoding;
import org.apache.arrow.flatbuf.DictionaryKind;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.TimeUnit;
import org.apache.arrow.flatbuf.Timestamp;
import org.apache.arrow.flatbuf.Type;

/// Arrow's streaming format: a schema, batches of columns with texts as numbers of dictionaries,
/// and at the end a batch without rows whose metadata says `tyto:complete` and `tyto:meta`.
///
/// A dictionary is sent again, whole, when a batch needs texts that it lacks: readers know
/// replacements better than deltas.
final class ArrowStream implements RowsWriter {
  private static final int BATCH_ROWS = 1 << 14;

  /// Texts may have a megabyte each: a batch ends early where it holds as much.
  private static final int BATCH_BYTES = 16 << 20;

  private static final int ROWS_BETWEEN_LOOKS = 64;
  private static final int ALIGNMENT = 8;
  private static final int CONTINUATION = -1;
  private static final byte[] PADDING = new byte[ALIGNMENT];

  private final List<ArrowLane> lanes;
  private final OutputStream out;

  /// @param columns one at least
  ArrowStream(List<BulkColumn> columns, OutputStream out) {
    this.lanes = ArrowLane.of(columns);
    this.out = out;
  }

  @Override
  public void begin() throws IOException {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int[] fields = new int[lanes.size()];
    for (int i = 0; i < fields.length; i++) {
      fields[i] = field(builder, lanes.get(i), i);
    }
    int vector = Schema.createFieldsVector(builder, fields);
    int schema = Schema.createSchema(builder, Endianness.Little, vector, 0, 0);
    message(builder, MessageHeader.Schema, schema, List.of(), Map.of());
  }

  @Override
  public void rows(BulkRows rows) throws IOException {
    for (int from = rows.from(); from < rows.to(); ) {
      int to = Math.min(rows.to(), from + Math.min(ROWS_BETWEEN_LOOKS, BATCH_ROWS - rowsAtHand()));
      for (int i = 0; i < lanes.size(); i++) {
        ArrowLane lane = lanes.get(i);
        var values = rows.columns().get(i);
        for (int row = from; row < to; row++) {
          lane.add(values, row);
        }
      }
      from = to;
      if (rowsAtHand() == BATCH_ROWS || bytesAtHand() > BATCH_BYTES) {
        batch(Map.of());
      }
    }
  }

  private int rowsAtHand() {
    return lanes.getFirst().count();
  }

  private long bytesAtHand() {
    long bytes = 0;
    for (ArrowLane lane : lanes) {
      bytes += lane.sizeBytes();
    }
    return bytes;
  }

  @Override
  public void end(Map<String, Object> meta) throws IOException {
    if (rowsAtHand() > 0) {
      batch(Map.of());
    }
    Map<String, String> told = new LinkedHashMap<>();
    told.put("tyto:complete", "true");
    told.put("tyto:meta", JsonText.of(meta).toString());
    batch(told);
    Bytes end = new Bytes();
    end.addInt(CONTINUATION);
    end.addInt(0);
    end.writeTo(out);
  }

  private void batch(Map<String, String> metadata) throws IOException {
    for (int i = 0; i < lanes.size(); i++) {
      ArrowTexts texts = lanes.get(i).newDictionary();
      if (texts != null) {
        dictionary(i, texts);
      }
    }
    FlatBufferBuilder builder = new FlatBufferBuilder();
    Body body = new Body();
    lanes.forEach(body::add);
    int batch = body.write(builder, rowsAtHand());
    message(builder, MessageHeader.RecordBatch, batch, body.buffers, metadata);
    lanes.forEach(ArrowLane::clear);
  }

  private void dictionary(int id, ArrowTexts texts) throws IOException {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    Body body = new Body();
    body.nodes.add(new long[] {texts.count(), 0});
    body.buffers.addAll(List.of(ArrowTexts.NONE, texts.offsets(), texts.values()));
    int batch = body.write(builder, texts.count());
    int dictionary = DictionaryBatch.createDictionaryBatch(builder, id, batch, false);
    message(builder, MessageHeader.DictionaryBatch, dictionary, body.buffers, Map.of());
  }

  /// What a batch consists of: nodes of length and nulls, and buffers, both depth first.
  private static final class Body {
    private final List<long[]> nodes = new ArrayList<>();
    private final List<Bytes> buffers = new ArrayList<>();

    void add(ArrowLane lane) {
      nodes.add(new long[] {lane.count(), lane.nulls()});
      buffers.add(lane.validity());
      buffers.addAll(lane.data());
      ArrowLane elements = lane.elements();
      if (elements != null) {
        add(elements);
      }
    }

    int write(FlatBufferBuilder builder, long rows) {
      RecordBatch.startNodesVector(builder, nodes.size());
      // Vectors are built from the end.
      for (long[] node : nodes.reversed()) {
        FieldNode.createFieldNode(builder, node[0], node[1]);
      }
      int nodeVector = builder.endVector();
      long end = 0;
      for (Bytes buffer : buffers) {
        end += padded(buffer.size());
      }
      RecordBatch.startBuffersVector(builder, buffers.size());
      for (Bytes buffer : buffers.reversed()) {
        end -= padded(buffer.size());
        Buffer.createBuffer(builder, end, buffer.size());
      }
      int bufferVector = builder.endVector();
      return RecordBatch.createRecordBatch(builder, rows, nodeVector, bufferVector, 0, 0);
    }
  }

  private static long padded(long bytes) {
    return bytes + ALIGNMENT - 1 & -ALIGNMENT;
  }

  private void message(
      FlatBufferBuilder builder,
      byte type,
      int header,
      List<Bytes> body,
      Map<String, String> metadata)
      throws IOException {
    long length = 0;
    for (Bytes buffer : body) {
      length += padded(buffer.size());
    }
    int pairs =
        metadata.isEmpty()
            ? 0
            : Message.createCustomMetadataVector(builder, pairs(builder, metadata));
    builder.finish(Message.createMessage(builder, MetadataVersion.V5, type, header, length, pairs));
    byte[] envelope = builder.sizedByteArray();
    long size = padded(envelope.length);
    Bytes prefix = new Bytes();
    prefix.addInt(CONTINUATION);
    prefix.addInt((int) size);
    prefix.writeTo(out);
    out.write(envelope);
    out.write(PADDING, 0, (int) (size - envelope.length));
    for (Bytes buffer : body) {
      buffer.writeTo(out);
      out.write(PADDING, 0, (int) (padded(buffer.size()) - buffer.size()));
    }
  }

  private static int[] pairs(FlatBufferBuilder builder, Map<String, String> metadata) {
    return metadata.entrySet().stream()
        .mapToInt(pair ->
            KeyValue.createKeyValue(
                builder,
                builder.createString(pair.getKey()),
                builder.createString(pair.getValue())))
        .toArray();
  }

  /// @param id of its dictionary, where it has one
  private static int field(FlatBufferBuilder builder, ArrowLane lane, int id) {
    BulkColumn column = lane.column();
    ArrowLane elements = lane.elements();
    int children =
        Field.createChildrenVector(
            builder, elements == null ? new int[0] : new int[] {item(builder, elements)});
    int metadata = Field.createCustomMetadataVector(builder, pairs(builder, describe(column)));
    int dictionary =
        lane.layout() == ArrowLane.Layout.CODES
            ? DictionaryEncoding.createDictionaryEncoding(
                builder, id, Int.createInt(builder, 32, true), false, DictionaryKind.DenseArray)
            : 0;
    int type = type(builder, lane);
    return Field.createField(
        builder,
        builder.createString(column.name()),
        column.isNullable(),
        typeOf(lane),
        type,
        dictionary,
        children,
        metadata);
  }

  private static Map<String, String> describe(BulkColumn column) {
    Map<String, String> described = new LinkedHashMap<>();
    described.put("tyto:role", column.role());
    described.put("tyto:type", column.type().tableType());
    if (column.type() == ApiType.JSON && !column.isList()) {
      described.put("ARROW:extension:name", "arrow.json");
      described.put("ARROW:extension:metadata", "");
    }
    return described;
  }

  private static int item(FlatBufferBuilder builder, ArrowLane elements) {
    int children = Field.createChildrenVector(builder, new int[0]);
    int name = builder.createString("item");
    int type = type(builder, elements);
    return Field.createField(builder, name, true, typeOf(elements), type, 0, children, 0);
  }

  private static byte typeOf(ArrowLane lane) {
    return switch (lane.layout()) {
      case BITS -> Type.Bool;
      case INT64 -> Type.Int;
      case FLOAT64 -> Type.FloatingPoint;
      case TIMESTAMP -> Type.Timestamp;
      case DATE32 -> Type.Date;
      case DECIMAL128 -> Type.Decimal;
      case UTF8, CODES -> Type.Utf8;
      case LIST -> Type.List;
    };
  }

  private static int type(FlatBufferBuilder builder, ArrowLane lane) {
    return switch (lane.layout()) {
      case BITS -> empty(builder, org.apache.arrow.flatbuf.Bool::startBool);
      case INT64 -> Int.createInt(builder, 64, true);
      case FLOAT64 -> FloatingPoint.createFloatingPoint(builder, Precision.DOUBLE);
      case TIMESTAMP ->
          Timestamp.createTimestamp(
              builder, unit(lane.column()), builder.createString(zone(lane.column())));
      case DATE32 -> Date.createDate(builder, DateUnit.DAY);
      case DECIMAL128 -> {
        Integer scale = lane.column().scale();
        yield Decimal.createDecimal(builder, 38, scale == null ? 0 : scale, 128);
      }
      case UTF8, CODES -> empty(builder, org.apache.arrow.flatbuf.Utf8::startUtf8);
      case LIST -> empty(builder, org.apache.arrow.flatbuf.List::startList);
    };
  }

  private interface Start {
    void start(FlatBufferBuilder builder);
  }

  /// A table without members.
  private static int empty(FlatBufferBuilder builder, Start start) {
    start.start(builder);
    return builder.endTable();
  }

  private static short unit(BulkColumn column) {
    return switch (column.unit()) {
      case MILLIS -> TimeUnit.MILLISECOND;
      case MICROS -> TimeUnit.MICROSECOND;
      case NANOS -> TimeUnit.NANOSECOND;
    };
  }

  private static String zone(BulkColumn column) {
    var zone = column.zone();
    return zone == null || zone.equals(ZoneOffset.UTC) ? "UTC" : zone.getId();
  }
}
