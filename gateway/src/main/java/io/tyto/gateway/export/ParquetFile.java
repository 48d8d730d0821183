package io.tyto.gateway.export;

import io.tyto.gateway.http.JsonText;
import io.tyto.graphqlschema.bulk.BulkColumn;
import io.tyto.graphqlschema.bulk.BulkRows;
import io.tyto.model.result.ResultColumn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DateType;
import org.apache.parquet.format.DecimalType;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.JsonType;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.ListType;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.MicroSeconds;
import org.apache.parquet.format.MilliSeconds;
import org.apache.parquet.format.NanoSeconds;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.StringType;
import org.apache.parquet.format.TimeUnit;
import org.apache.parquet.format.TimestampType;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;

/// A Parquet file, written from front to back: row groups of a page a column, texts in
/// dictionaries, not compressed; what GraphQL's `meta` has is the metadata `tyto:meta` of the
/// footer, without which no reader takes the file.
final class ParquetFile implements RowsWriter {
  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final int GROUP_ROWS = 1 << 16;

  /// Texts may have a megabyte each: a group ends early where it holds as much.
  private static final long GROUP_BYTES = 32L << 20;

  private static final int ROWS_BETWEEN_LOOKS = 64;

  private final List<ParquetLane> lanes;
  private final OutputStream out;
  private final List<RowGroup> groups = new ArrayList<>();
  private long position;
  private long rows;
  private int rowsAtHand;

  ParquetFile(List<BulkColumn> columns, OutputStream out) {
    this.lanes = columns.stream().map(ParquetLane::new).toList();
    this.out = out;
  }

  @Override
  public void begin() throws IOException {
    write(MAGIC);
  }

  private void write(byte[] bytes) throws IOException {
    out.write(bytes);
    position += bytes.length;
  }

  private void write(Bytes bytes) throws IOException {
    bytes.writeTo(out);
    position += bytes.size();
  }

  @Override
  public void rows(BulkRows part) throws IOException {
    for (int from = part.from(); from < part.to(); ) {
      int to = Math.min(part.to(), from + Math.min(ROWS_BETWEEN_LOOKS, GROUP_ROWS - rowsAtHand));
      for (int i = 0; i < lanes.size(); i++) {
        ParquetLane lane = lanes.get(i);
        ResultColumn values = part.columns().get(i);
        for (int row = from; row < to; row++) {
          lane.add(values, row);
        }
      }
      rowsAtHand += to - from;
      from = to;
      if (rowsAtHand == GROUP_ROWS
          || lanes.stream().mapToLong(ParquetLane::sizeBytes).sum() > GROUP_BYTES) {
        group();
      }
    }
  }

  private void group() throws IOException {
    if (rowsAtHand == 0) {
      return;
    }
    long start = position;
    List<ColumnChunk> chunks = new ArrayList<>();
    for (ParquetLane lane : lanes) {
      chunks.add(chunk(lane));
      lane.clear();
    }
    groups.add(new RowGroup(chunks, position - start, rowsAtHand));
    rows += rowsAtHand;
    rowsAtHand = 0;
  }

  private ColumnChunk chunk(ParquetLane lane) throws IOException {
    long start = position;
    long dictionary = -1;
    if (lane.isCoded()) {
      dictionary = position;
      PageHeader header =
          new PageHeader(PageType.DICTIONARY_PAGE, lane.values().size(), lane.values().size());
      header.setDictionary_page_header(
          new DictionaryPageHeader(lane.dictionarySize(), Encoding.PLAIN));
      header(header);
      write(lane.values());
    }
    long data = position;
    Bytes page = lane.page();
    Encoding encoding = lane.isCoded() ? Encoding.RLE_DICTIONARY : Encoding.PLAIN;
    PageHeader header = new PageHeader(PageType.DATA_PAGE, page.size(), page.size());
    header.setData_page_header(
        new DataPageHeader(lane.entries(), encoding, Encoding.RLE, Encoding.RLE));
    header(header);
    write(page);
    ColumnMetaData meta =
        new ColumnMetaData(
            type(lane),
            lane.isCoded()
                ? List.of(Encoding.PLAIN, Encoding.RLE, Encoding.RLE_DICTIONARY)
                : List.of(Encoding.PLAIN, Encoding.RLE),
            lane.column().isList()
                ? List.of(lane.column().name(), "list", "element")
                : List.of(lane.column().name()),
            CompressionCodec.UNCOMPRESSED,
            lane.entries(),
            position - start,
            position - start,
            data);
    if (dictionary >= 0) {
      meta.setDictionary_page_offset(dictionary);
    }
    ColumnChunk chunk = new ColumnChunk(start);
    chunk.setMeta_data(meta);
    return chunk;
  }

  private void header(PageHeader header) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Util.writePageHeader(header, bytes);
    write(bytes.toByteArray());
  }

  @Override
  public void end(Map<String, Object> meta) throws IOException {
    group();
    List<SchemaElement> schema = new ArrayList<>();
    SchemaElement root = new SchemaElement("tyto");
    root.setNum_children(lanes.size());
    schema.add(root);
    lanes.forEach(lane -> describe(lane, schema));
    FileMetaData footer = new FileMetaData(1, schema, rows, groups);
    KeyValue told = new KeyValue("tyto:meta");
    told.setValue(JsonText.of(meta).toString());
    footer.setKey_value_metadata(List.of(told));
    footer.setCreated_by("tyto");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Util.writeFileMetaData(footer, bytes);
    write(bytes.toByteArray());
    Bytes length = new Bytes();
    length.addInt(bytes.size());
    write(length);
    write(MAGIC);
  }

  private static Type type(ParquetLane lane) {
    return switch (lane.layout()) {
      case BITS -> Type.BOOLEAN;
      case INT64, TIMESTAMP -> Type.INT64;
      case DOUBLE -> Type.DOUBLE;
      case DATE -> Type.INT32;
      case DECIMAL -> Type.FIXED_LEN_BYTE_ARRAY;
      case TEXT, JSON -> Type.BYTE_ARRAY;
    };
  }

  private static void describe(ParquetLane lane, List<SchemaElement> schema) {
    String name = lane.column().name();
    if (lane.column().isList()) {
      SchemaElement list = new SchemaElement(name);
      list.setRepetition_type(FieldRepetitionType.OPTIONAL);
      list.setNum_children(1);
      list.setConverted_type(ConvertedType.LIST);
      list.setLogicalType(LogicalType.LIST(new ListType()));
      schema.add(list);
      SchemaElement elements = new SchemaElement("list");
      elements.setRepetition_type(FieldRepetitionType.REPEATED);
      elements.setNum_children(1);
      schema.add(elements);
      name = "element";
    }
    SchemaElement value = new SchemaElement(name);
    value.setRepetition_type(FieldRepetitionType.OPTIONAL);
    value.setType(type(lane));
    logical(lane, value);
    schema.add(value);
  }

  private static void logical(ParquetLane lane, SchemaElement value) {
    switch (lane.layout()) {
      case BITS, INT64, DOUBLE -> {}
      case TIMESTAMP ->
          value.setLogicalType(LogicalType.TIMESTAMP(new TimestampType(true, unit(lane.column()))));
      case DATE -> {
        value.setConverted_type(ConvertedType.DATE);
        value.setLogicalType(LogicalType.DATE(new DateType()));
      }
      case DECIMAL -> {
        Integer scale = lane.column().scale();
        value.setType_length(Decimals.BYTES);
        value.setConverted_type(ConvertedType.DECIMAL);
        value.setPrecision(Decimals.DIGITS);
        value.setScale(scale == null ? 0 : scale);
        value.setLogicalType(
            LogicalType.DECIMAL(new DecimalType(scale == null ? 0 : scale, Decimals.DIGITS)));
      }
      case TEXT -> {
        value.setConverted_type(ConvertedType.UTF8);
        value.setLogicalType(LogicalType.STRING(new StringType()));
      }
      case JSON -> {
        value.setConverted_type(ConvertedType.JSON);
        value.setLogicalType(LogicalType.JSON(new JsonType()));
      }
    }
  }

  private static TimeUnit unit(BulkColumn column) {
    return switch (column.unit()) {
      case MILLIS -> TimeUnit.MILLIS(new MilliSeconds());
      case MICROS -> TimeUnit.MICROS(new MicroSeconds());
      case NANOS -> TimeUnit.NANOS(new NanoSeconds());
    };
  }
}
