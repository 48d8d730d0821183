package io.tyto.model.result;

import java.util.List;

/// Raw rows, column by column.
public interface RecordRows {
  int rowCount();

  /// In the order of the query's columns.
  List<ResultColumn> columns();

  /// The `_id` of each record.
  List<String> ids();
}
