package io.tyto.ingest.partition;

import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.Utf8;
import io.tyto.ingest.log.RawEvent;
import io.tyto.ingest.partition.DeadLetter.Payload;
import io.tyto.ingest.partition.DeadLetter.RecordFormat;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The columns of dead letters: the same for every collection, stored like rows.
public final class DeadLetters {
  /// Grows with the columns; what was written by an older one lacks some.
  private static final int VERSION = 2;

  private static final String TABLE = "/dead_letters";
  private static final int MAX_HEADER_CHARACTERS = 64 << 10;

  /// Between the parts of a value that is a list; no name of a column has it.
  private static final char SEPARATOR = '\u001f';

  /// In the place of headers that are too large to be kept.
  static final String HEADERS_LEFT_OUT = String.valueOf(SEPARATOR);

  /// A column; its id is {@link SystemColumns#FIRST_USER_ID} and its place here, so new ones come
  /// last and none goes.
  public enum Column {
    CODE(ColumnType.STRING),
    FIELD(ColumnType.STRING),
    MESSAGE(ColumnType.STRING),
    SOURCE(ColumnType.STRING),
    POSITION(ColumnType.LONG),
    /// The payload, as {@link #RECORD_FORM} says.
    RECORD(ColumnType.STRING),
    TOPIC(ColumnType.STRING),
    TOPIC_PARTITION(ColumnType.LONG),
    /// Bytes of the whole payload.
    SIZE(ColumnType.LONG),
    /// A {@link Form}.
    RECORD_FORM(ColumnType.STRING),
    KEY(ColumnType.STRING),
    KEY_SIZE(ColumnType.LONG),
    KEY_FORM(ColumnType.STRING),
    /// Name and base64 value of each header, one behind the other.
    HEADERS(ColumnType.STRING),
    CONFIG_VERSION(ColumnType.LONG),
    /// A {@link RecordFormat.Kind}.
    FORMAT(ColumnType.STRING),
    /// Of CSV: the delimiter, then the names of the columns.
    LAYOUT(ColumnType.STRING),
    TREATED(ColumnType.LONG),
    /// While it is replayed: the partition of its row, and the offset of that in the replay log.
    REPLAY_PARTITION(ColumnType.LONG),
    REPLAY_OFFSET(ColumnType.LONG);

    private final ColumnType type;

    Column(ColumnType type) {
      this.type = type;
    }

    ColumnType type() {
      return type;
    }

    public int id() {
      return SystemColumns.FIRST_USER_ID + ordinal();
    }

    /// As queries name it.
    public String text() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /// How bytes stand in a column of text. Names are stored: never renamed.
  enum Form {
    TEXT,
    BASE64,
    /// The record had no bytes.
    NONE,
    WITHHELD
  }

  private static final List<ColumnSpec> COLUMNS = columns();

  private DeadLetters() {}

  /// What queries call the letters of a collection: no collection can be called so.
  public static String tableOf(String collection) {
    return collection + TABLE;
  }

  /// The collection that letters are of.
  public static String collectionOf(String table) {
    return table.endsWith(TABLE) ? table.substring(0, table.length() - TABLE.length()) : table;
  }

  /// The schema of a collection's dead letters, under the name of {@link #tableOf}.
  public static TableSchema schemaFor(TableSchema collection) {
    return schema(
        collection.projectId(),
        collection.groupId(),
        collection.collectionId(),
        tableOf(collection.name()));
  }

  /// The schema of a collection's dead letters; their time is the time of arrival.
  public static TableSchema schema(int projectId, int groupId, int collectionId) {
    return schema(projectId, groupId, collectionId, "dead_letters");
  }

  private static TableSchema schema(int projectId, int groupId, int collectionId, String name) {
    EventConfig config =
        EventConfig.of("dead_letters", COLUMNS)
            .apiName("DeadLetters")
            .description("Records that did not fit their collection")
            .build();
    return new TableSchema(projectId, groupId, collectionId, name, VERSION, COLUMNS, config);
  }

  /// Fills a row of {@link #schema}.
  public static void fill(DeadLetter letter, Row row) {
    row.clear();
    DeadLetter.Origin origin = letter.origin();
    set(row, Column.CODE, letter.code());
    set(row, Column.FIELD, letter.field());
    set(row, Column.MESSAGE, letter.message());
    set(row, Column.SOURCE, origin.source());
    set(row, Column.POSITION, origin.position());
    set(row, Column.TOPIC, origin.topic());
    if (origin.topicPartition() >= 0) {
      set(row, Column.TOPIC_PARTITION, origin.topicPartition());
    }
    set(row, letter.payload(), Column.RECORD, Column.RECORD_FORM, Column.SIZE);
    if (letter.key() != null) {
      set(row, letter.key(), Column.KEY, Column.KEY_FORM, Column.KEY_SIZE);
    }
    set(row, Column.HEADERS, headers(letter.headers()));
    if (letter.configVersion() > 0) {
      set(row, Column.CONFIG_VERSION, letter.configVersion());
    }
    set(row, Column.FORMAT, origin.format().kind().name());
    set(row, Column.LAYOUT, layout(origin.format()));
    if (letter.isTreated()) {
      set(row, Column.TREATED, 1);
    }
  }

  private static void set(Row row, Payload payload, Column text, Column form, Column size) {
    byte[] bytes = payload.bytes();
    set(row, size, payload.sizeBytes());
    if (bytes == null) {
      set(row, form, (payload.isWithheld() ? Form.WITHHELD : Form.NONE).name());
    } else if (Utf8.invalidAt(bytes, 0, bytes.length) < 0) {
      set(row, form, Form.TEXT.name());
      row.setBytes(text.ordinal(), bytes);
    } else {
      set(row, form, Form.BASE64.name());
      row.setBytes(text.ordinal(), Base64.getEncoder().encode(bytes));
    }
  }

  private static void set(Row row, Column column, @Nullable String value) {
    if (value != null) {
      row.setBytes(column.ordinal(), value.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void set(Row row, Column column, long value) {
    row.setLong(column.ordinal(), value);
  }

  /// The bytes that stand in a column of text.
  static byte @Nullable [] bytes(byte @Nullable [] text, Form form) {
    return switch (form) {
      case TEXT -> text;
      case BASE64 -> text == null ? null : Base64.getDecoder().decode(text);
      case NONE, WITHHELD -> null;
    };
  }

  private static @Nullable String headers(List<RawEvent.Header> headers) {
    StringBuilder text = new StringBuilder();
    for (RawEvent.Header header : headers) {
      String value = Base64.getEncoder().encodeToString(header.value());
      if (text.length() + header.name().length() + value.length() > MAX_HEADER_CHARACTERS) {
        return HEADERS_LEFT_OUT;
      }
      text.append(header.name()).append(SEPARATOR).append(value).append(SEPARATOR);
    }
    return text.isEmpty() ? null : text.toString();
  }

  static List<RawEvent.Header> headers(@Nullable String text) {
    List<RawEvent.Header> headers = new ArrayList<>();
    String[] parts = text == null ? new String[0] : text.split(String.valueOf(SEPARATOR), -1);
    for (int i = 0; i + 2 < parts.length; i += 2) {
      headers.add(new RawEvent.Header(parts[i], Base64.getDecoder().decode(parts[i + 1])));
    }
    return headers;
  }

  private static @Nullable String layout(RecordFormat format) {
    return format.kind() == RecordFormat.Kind.CSV
        ? format.delimiter() + String.join(String.valueOf(SEPARATOR), format.columns())
        : null;
  }

  static RecordFormat format(RecordFormat.Kind kind, @Nullable String layout) {
    if (kind != RecordFormat.Kind.CSV || layout == null || layout.isEmpty()) {
      return new RecordFormat(kind, List.of(), (char) 0);
    }
    String[] columns = layout.substring(1).split(String.valueOf(SEPARATOR), -1);
    return new RecordFormat(kind, List.of(columns), layout.charAt(0));
  }

  private static List<ColumnSpec> columns() {
    List<ColumnSpec> columns = new ArrayList<>();
    for (Column column : Column.values()) {
      columns.add(
          new ColumnSpec(
              column.id(),
              column.text(),
              column.text(),
              column.type,
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
