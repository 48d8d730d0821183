package io.tyto.testkit.duckdb;

import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A DuckDB in memory with the rows of one collection. One thread.
public final class DuckDb implements AutoCloseable {
  private static final int ROWS_A_STATEMENT = 500;

  private final Connection connection;

  /// @param rows logical values by column name; absent is null
  public DuckDb(TableSchema schema, List<Map<String, Object>> rows) throws SQLException {
    connection = DriverManager.getConnection("jdbc:duckdb:");
    List<String> columns = new ArrayList<>();
    for (ColumnSpec column : schema.columns()) {
      columns.add(DuckDbDialect.name(column.name()) + " " + type(column.type()));
    }
    execute("set timezone = 'UTC'");
    execute("create table t (" + String.join(", ", columns) + ")");
    for (int from = 0; from < rows.size(); from += ROWS_A_STATEMENT) {
      insert(schema, rows.subList(from, Math.min(rows.size(), from + ROWS_A_STATEMENT)));
    }
  }

  /// All rows of an answer; lists are Lists, everything else is as JDBC has it.
  public List<List<@Nullable Object>> query(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<List<@Nullable Object>> rows = new ArrayList<>();
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<@Nullable Object> row = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          row.add(result.getObject(i));
        }
        rows.add(row);
      }
      return rows;
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  private void insert(TableSchema schema, List<Map<String, Object>> rows) throws SQLException {
    List<String> tuples = new ArrayList<>();
    for (Map<String, Object> row : rows) {
      List<String> cells = new ArrayList<>();
      for (ColumnSpec column : schema.columns()) {
        cells.add(DuckDbDialect.literal(row.get(column.name())));
      }
      tuples.add("(" + String.join(", ", cells) + ")");
    }
    execute("insert into t values " + String.join(", ", tuples));
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String type(ColumnType type) {
    return switch (type) {
      case ColumnType.StringType _,
          ColumnType.JsonType _,
          ColumnType.IpType _,
          ColumnType.UuidType _ ->
          "varchar";
      case ColumnType.BoolType _ -> "boolean";
      case ColumnType.IntType _ -> "integer";
      case ColumnType.LongType _ -> "bigint";
      case ColumnType.DoubleType _ -> "double";
      case ColumnType.DecimalType decimal ->
          "decimal(" + decimal.precision() + "," + decimal.scale() + ")";
      case ColumnType.TimestampType _ -> "timestamp";
      case ColumnType.DateType _ -> "date";
      case ColumnType.ListType list -> type(list.element()) + "[]";
    };
  }
}
