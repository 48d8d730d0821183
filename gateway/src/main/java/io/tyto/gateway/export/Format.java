package io.tyto.gateway.export;

import io.tyto.gateway.http.Accept;
import io.tyto.graphqlschema.bulk.BulkColumn;
import io.tyto.graphqlschema.bulk.BulkKind;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;

/// The formats that results can be had in, the one for those who do not care first.
enum Format {
  JSON("application/json", "json"),
  NDJSON("application/x-ndjson", "ndjson"),
  CSV("text/csv", "csv"),
  ARROW("application/vnd.apache.arrow.stream", "arrows"),
  PARQUET("application/vnd.apache.parquet", "parquet");

  private final String mediaType;
  private final String extension;

  Format(String mediaType, String extension) {
    this.mediaType = mediaType;
    this.extension = extension;
  }

  String mediaType() {
    return mediaType;
  }

  String contentType() {
    return switch (this) {
      case CSV -> mediaType + "; charset=utf-8; header=present";
      case JSON, NDJSON -> mediaType + "; charset=utf-8";
      case ARROW, PARQUET -> mediaType;
    };
  }

  String extension() {
    return extension;
  }

  /// @param keepsFormulas whether CSV shows texts that a spreadsheet would compute as they are
  RowsWriter writer(
      BulkKind kind, List<BulkColumn> columns, OutputStream out, boolean keepsFormulas)
      throws IOException {
    return switch (this) {
      case JSON ->
          kind == BulkKind.TABLE ? new TableJson(columns, out) : new RowsJson(columns, out);
      case NDJSON -> new Ndjson(columns, out);
      case CSV -> new Csv(columns, out, keepsFormulas);
      case ARROW -> new ArrowStream(columns, out);
      case PARQUET -> new ParquetFile(columns, out);
    };
  }

  /// The format that a client wants most; NOT_ACCEPTABLE where there is none of those it names.
  static Format of(HttpServerRequest request) {
    List<String> offered = Arrays.stream(values()).map(Format::mediaType).toList();
    String best = Accept.of(request).best(offered);
    if (best == null) {
      throw new TytoException(
          ErrorCode.NOT_ACCEPTABLE,
          "Accept names no format of results; there are " + String.join(", ", offered));
    }
    return values()[offered.indexOf(best)];
  }
}
