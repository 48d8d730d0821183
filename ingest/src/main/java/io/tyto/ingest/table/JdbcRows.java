package io.tyto.ingest.table;

import io.tyto.ingest.decode.TreeDecoder;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.DimensionTable.Limits;
import io.tyto.model.schema.DimensionTable.OfJdbc;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.Date;
import java.sql.Driver;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The answer to a query of a database, over a connection that can only read. A timestamp without a
/// zone is one of UTC.
record JdbcRows(
    OfJdbc source,
    Limits limits,
    List<Driver> drivers,
    Function<String, @Nullable String> environment) {
  /// Rows that a driver fetches at a time.
  private static final int FETCH_ROWS = 1_000;

  void read(TableRows rows) {
    try (Connection connection = connect()) {
      requireReadOnly(connection);
      // PostgreSQL's driver fetches piece by piece only within a transaction.
      connection.setAutoCommit(false);
      try (PreparedStatement query = connection.prepareStatement(source.query())) {
        query.setQueryTimeout((int) Math.max(1, limits.timeout().toSeconds()));
        query.setFetchSize(FETCH_ROWS);
        try (ResultSet result = query.executeQuery()) {
          read(result, rows);
        }
      } finally {
        connection.rollback();
      }
    } catch (SQLException e) {
      throw new TytoException(
          ErrorCode.STORE_FAILED, "%s: %s".formatted(source.shown(), e.getMessage()), e);
    }
  }

  private Connection connect() throws SQLException {
    Properties properties = new Properties();
    properties.putAll(source.properties());
    if (source.user() != null) {
      properties.setProperty("user", source.user());
    }
    String variable = source.passwordEnv();
    if (variable != null) {
      String password = environment.apply(variable);
      if (password == null) {
        throw new TytoException(
            ErrorCode.BAD_USER_INPUT,
            "the environment variable %s, which passwordEnv names, is not set".formatted(variable));
      }
      properties.setProperty("password", password);
    }
    for (Driver driver : drivers) {
      Connection connection =
          driver.acceptsURL(source.url()) ? driver.connect(source.url(), properties) : null;
      if (connection != null) {
        return connection;
      }
    }
    throw new TytoException(
        ErrorCode.BAD_USER_INPUT,
        "no driver takes %s; put the jar of the database's JDBC driver into the plug-in folder and start anew"
            .formatted(source.shown()));
  }

  private void requireReadOnly(Connection connection) throws SQLException {
    try {
      connection.setReadOnly(true);
    } catch (SQLException e) {
      if (!connection.isReadOnly()) {
        throw new SQLException(
            "the driver makes no connection read-only (%s); set the property that does in jdbc.properties"
                .formatted(e.getMessage()),
            e);
      }
    }
  }

  private static void read(ResultSet result, TableRows rows) throws SQLException {
    String[] names = names(result.getMetaData(), rows.schema().columns());
    boolean[] isZoned = zoned(result.getMetaData());
    TreeDecoder decoder = rows.treeDecoder();
    Map<String, @Nullable Object> values = new HashMap<>();
    while (result.next()) {
      for (int i = 0; i < names.length; i++) {
        values.put(names[i], value(result.getObject(i + 1), isZoned[i]));
      }
      rows.add(decoder, values);
    }
  }

  /// Databases differ in the case in which they name columns, and fields are named in one.
  private static String[] names(ResultSetMetaData columns, List<ColumnSpec> fields)
      throws SQLException {
    String[] names = new String[columns.getColumnCount()];
    for (int i = 0; i < names.length; i++) {
      String label = columns.getColumnLabel(i + 1);
      names[i] =
          fields.stream()
              .map(ColumnSpec::name)
              .filter(label::equalsIgnoreCase)
              .findFirst()
              .orElse(label);
    }
    return names;
  }

  /// Drivers give both kinds of timestamps as the same class, and some the same type.
  private static boolean[] zoned(ResultSetMetaData columns) throws SQLException {
    boolean[] zoned = new boolean[columns.getColumnCount()];
    for (int i = 0; i < zoned.length; i++) {
      String name = columns.getColumnTypeName(i + 1).toLowerCase(Locale.ROOT);
      zoned[i] =
          columns.getColumnType(i + 1) == Types.TIMESTAMP_WITH_TIMEZONE
              || name.equals("timestamptz")
              || name.endsWith("with time zone");
    }
    return zoned;
  }

  private static @Nullable Object value(@Nullable Object value, boolean isZoned)
      throws SQLException {
    return switch (value) {
      case Timestamp time when isZoned -> time.toInstant();
      case Timestamp time -> time.toLocalDateTime().toInstant(ZoneOffset.UTC);
      case LocalDateTime time -> time.toInstant(ZoneOffset.UTC);
      case OffsetDateTime time -> time.toInstant();
      case Date date -> date.toLocalDate();
      case Clob text -> text.getSubString(1, (int) Math.min(text.length(), Integer.MAX_VALUE));
      case null, default -> value;
    };
  }
}
