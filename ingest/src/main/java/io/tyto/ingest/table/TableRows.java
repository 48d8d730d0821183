package io.tyto.ingest.table;

import io.tyto.engine.lookup.LookupTableWriter;
import io.tyto.engine.row.Row;
import io.tyto.ingest.config.Schemas;
import io.tyto.ingest.decode.DecodeContext;
import io.tyto.ingest.decode.JsonDecoder;
import io.tyto.ingest.decode.RawRecord;
import io.tyto.ingest.decode.RecordDecoder;
import io.tyto.ingest.decode.RecordReader;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.decode.TreeDecoder;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.DimensionTable;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.TableSchema;
import java.io.InputStream;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The rows of one load of a dimension table. A record that does not fit ends the load: half a
/// table would be worse than the one of before.
///
/// Thread-safety: none.
final class TableRows {
  private static final int SCHEMA_ID = 1;

  private final TableSchema schema;
  private final DecodeContext context;
  private final Row row;
  private final LookupTableWriter writer;
  private long records;

  TableRows(DimensionTable table, Clock clock) {
    schema = schemaOf(table);
    context = DecodeContext.of(clock);
    row = new Row(table.columns().size());
    writer =
        new LookupTableWriter(
            table.columns(),
            schema.positionOf(table.key()),
            table.limits().rows(),
            table.limits().bytes());
  }

  /// A table's records are decoded as a collection's are.
  private static TableSchema schemaOf(DimensionTable table) {
    EventConfig config =
        EventConfig.of(table.name(), table.columns())
            .source(table.source())
            .text(table.text())
            .build();
    return Schemas.firstVersion(config, SCHEMA_ID, SCHEMA_ID, SCHEMA_ID);
  }

  TableSchema schema() {
    return schema;
  }

  /// The rows so far.
  LookupTableWriter writer() {
    return writer;
  }

  /// All records of a file; closes it.
  ///
  /// @param name for detection of the format by its ending, and for messages
  void addAll(InputStream content, String name) {
    try (RecordReader reader = RecordReader.open(content, name, schema.config().source().file())) {
      RecordDecoder decoder = null;
      for (RawRecord raw = reader.next(); raw != null; raw = reader.next()) {
        requireTime();
        if (decoder == null) {
          decoder = reader.decoder(schema, context);
        }
        Rejection fault = raw.fault();
        take(fault == null ? decoder.decode(raw.data(), raw.from(), raw.to(), row) : fault);
      }
    }
  }

  /// A JSON object.
  void addJson(List<byte[]> objects) {
    JsonDecoder decoder = new JsonDecoder(schema, context);
    for (byte[] object : objects) {
      requireTime();
      take(decoder.decode(object, 0, object.length, row));
    }
  }

  /// A decoder of values by name, for {@link #add}.
  TreeDecoder treeDecoder() {
    return new TreeDecoder(schema, context);
  }

  void add(TreeDecoder decoder, Map<String, ?> values) {
    requireTime();
    take(decoder.decode(values, row));
  }

  private void take(@Nullable Rejection rejection) {
    records++;
    if (rejection != null) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "record %,d does not fit%s: %s"
              .formatted(
                  records,
                  rejection.field() == null ? "" : " the field " + rejection.field(),
                  rejection.message()));
    }
    writer.add(row);
  }

  /// A load whose time is up is interrupted.
  private static void requireTime() {
    if (Thread.currentThread().isInterrupted()) {
      throw new TytoException(ErrorCode.CANCELLED, "the load was interrupted");
    }
  }
}
