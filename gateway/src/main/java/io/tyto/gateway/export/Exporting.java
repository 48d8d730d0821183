package io.tyto.gateway.export;

import io.tyto.graphqlschema.bulk.BulkAnswer;
import io.tyto.graphqlschema.bulk.BulkRows;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.MissingRows;
import io.tyto.model.result.QueryMeta;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Moves an answer through a writer, and says at its end how it came about.
final class Exporting {
  private Exporting() {}

  /// Writes all rows; their number.
  ///
  /// @param first what {@link BulkAnswer#next} gave first
  static long write(
      BulkAnswer answer, @Nullable BulkRows first, RowsWriter writer, QueryContext query)
      throws IOException {
    writer.begin();
    long rows = 0;
    for (BulkRows part = first; part != null; part = answer.next()) {
      query.check();
      writer.rows(part);
      rows += part.count();
    }
    writer.end(meta(answer.meta(), rows));
    return rows;
  }

  /// The members of GraphQL's `QueryMeta`, and whether it is all.
  private static Map<String, Object> meta(QueryMeta meta, long rows) {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("complete", true);
    told.put("rows", rows);
    told.put("truncated", meta.truncated());
    told.put("queryId", meta.queryId());
    told.put("servedBy", meta.servedBy());
    told.put("elapsedMs", meta.elapsedMillis());
    told.put("rowsScanned", meta.rowsScanned());
    told.put("bytesScanned", meta.bytesScanned());
    told.put("segmentsScanned", meta.segmentsScanned());
    told.put("segmentsPruned", meta.segmentsPruned());
    if (meta.watermark() != null) {
      told.put("watermark", Formats.time(meta.watermark()));
    }
    told.put("snapshot", meta.snapshot());
    told.put("approximate", meta.approximate());
    if (!meta.missing().isEmpty()) {
      List<Object> missing = new ArrayList<>();
      for (MissingRows some : meta.missing()) {
        missing.add(
            Map.of(
                "collection", some.collection(),
                "partition", some.partition(),
                "reason", some.reason()));
      }
      told.put("missing", missing);
    }
    List<Object> warnings = new ArrayList<>();
    for (QueryMeta.Warning warning : meta.warnings()) {
      warnings.add(Map.of("code", warning.code(), "message", warning.message()));
    }
    told.put("warnings", warnings);
    return told;
  }
}
