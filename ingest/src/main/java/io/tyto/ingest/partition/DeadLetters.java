package io.tyto.ingest.partition;

import io.tyto.engine.row.Row;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The columns of dead letters: the same for every collection, stored like rows.
public final class DeadLetters {
  /// Bytes of a rejected record that are kept.
  public static final int MAX_RECORD_BYTES = 64 << 10;

  private static final int CODE = 0;
  private static final int FIELD = 1;
  private static final int MESSAGE = 2;
  private static final int SOURCE = 3;
  private static final int POSITION = 4;
  private static final int RECORD = 5;

  private static final List<ColumnSpec> COLUMNS =
      columns(
          Map.entry("code", ColumnType.STRING),
          Map.entry("field", ColumnType.STRING),
          Map.entry("message", ColumnType.STRING),
          Map.entry("source", ColumnType.STRING),
          Map.entry("position", ColumnType.LONG),
          Map.entry("record", ColumnType.STRING));

  private DeadLetters() {}

  /// The schema of a collection's dead letters; their time is the time of arrival.
  public static TableSchema schema(int projectId, int groupId, int collectionId) {
    EventConfig config =
        new EventConfig(
            "dead_letters",
            "DeadLetters",
            "Records that did not fit their collection",
            null,
            null,
            null,
            COLUMNS,
            EventConfig.Source.DEFAULT,
            EventConfig.Retention.NONE,
            EventConfig.TimeBounds.DEFAULT,
            EventConfig.Expose.ALL,
            Map.of(),
            "");
    return new TableSchema(projectId, groupId, collectionId, "dead_letters", 1, COLUMNS, config);
  }

  /// One record that was refused.
  ///
  /// @param source `http` or the name of a file
  /// @param position number of the record in the request or file, from 0
  /// @param record its bytes, of which the first {@link #MAX_RECORD_BYTES} are kept
  @SuppressWarnings("ArrayRecordComponent") // carried, never compared
  public record DeadLetter(
      String code,
      @Nullable String field,
      String message,
      String source,
      long position,
      byte[] record) {

    public void fill(Row row) {
      row.clear();
      row.setBytes(CODE, utf8(code));
      if (field != null) {
        row.setBytes(FIELD, utf8(field));
      }
      row.setBytes(MESSAGE, utf8(message));
      row.setBytes(SOURCE, utf8(source));
      row.setLong(POSITION, position);
      // Decoded once, so that the column holds valid UTF-8 whatever was sent.
      int kept = Math.min(record.length, MAX_RECORD_BYTES);
      row.setBytes(RECORD, utf8(new String(record, 0, kept, StandardCharsets.UTF_8)));
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @SafeVarargs
  private static List<ColumnSpec> columns(Map.Entry<String, ColumnType>... types) {
    List<ColumnSpec> columns = new ArrayList<>();
    for (Map.Entry<String, ColumnType> type : types) {
      String name = type.getKey();
      columns.add(
          new ColumnSpec(
              SystemColumns.FIRST_USER_ID + columns.size(),
              name,
              name,
              type.getValue(),
              ColumnSpec.Role.AUTO,
              null,
              null,
              null,
              null,
              Map.of()));
    }
    return List.copyOf(columns);
  }
}
