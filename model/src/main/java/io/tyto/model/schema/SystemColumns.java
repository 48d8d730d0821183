package io.tyto.model.schema;

import java.util.List;

/// The columns that every row carries beside those of its config; their ids lie below {@link
/// #FIRST_USER_ID} and are the same in every collection.
public final class SystemColumns {
  /// Index of the row's log in the segment's or tail's list of log ids.
  public static final int LOG = 1;

  /// The row's logOffset; with the log the identity of the row, stable for ever.
  public static final int OFFSET = 2;

  /// Time of arrival, microseconds since the epoch.
  public static final int RECEIVED = 3;

  /// Dense id of the row's entity within its shard; 0 is the null entity.
  public static final int ENTITY = 4;

  public static final String LOG_NAME = "_log";
  public static final String OFFSET_NAME = "_offset";
  public static final String ENTITY_NAME = "_entity";

  public static final int FIRST_USER_ID = 16;

  public static final List<ColumnSpec> ALL =
      List.of(
          ColumnSpec.system(LOG, LOG_NAME, ColumnType.STRING),
          ColumnSpec.system(OFFSET, OFFSET_NAME, ColumnType.LONG),
          ColumnSpec.system(RECEIVED, "_received", ColumnType.TIMESTAMP),
          ColumnSpec.system(ENTITY, ENTITY_NAME, ColumnType.LONG));

  private SystemColumns() {}
}
