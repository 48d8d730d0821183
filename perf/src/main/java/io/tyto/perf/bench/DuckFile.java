package io.tyto.perf.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// DuckDB inside this process, over a file that is kept: plain types, as many threads as Tyto has.
final class DuckFile implements AutoCloseable {
  private final Path file;
  private final Connection connection;

  private DuckFile(Path file, Connection connection) {
    this.file = file;
    this.connection = connection;
  }

  static DuckFile open(Path file, int threads) throws SQLException {
    DuckFile duck = new DuckFile(file, DriverManager.getConnection("jdbc:duckdb:" + file));
    duck.execute("set threads = " + threads);
    duck.execute("set TimeZone = 'UTC'");
    return duck;
  }

  /// Seconds to load and checkpoint.
  double load(String sql, Path source) throws SQLException {
    long began = System.nanoTime();
    execute(sql.replace("$FILE", source.toAbsolutePath().toString()));
    execute("checkpoint");
    return (System.nanoTime() - began) / 1e9;
  }

  long bytes() throws IOException {
    return Files.size(file);
  }

  /// Reads every cell as text, as a client that prints them does, and returns how many there are.
  long ask(Question question) {
    long cells = 0;
    for (Question.Part part : question.parts()) {
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery(part.sql())) {
        int columns = rows.getMetaData().getColumnCount();
        while (rows.next()) {
          for (int column = 1; column <= columns; column++) {
            cells += rows.getString(column) == null ? 0 : 1;
          }
        }
      } catch (SQLException e) {
        throw new IllegalStateException(part.sql(), e);
      }
    }
    return cells;
  }

  Answer answer(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      List<List<@Nullable Object>> rows = new ArrayList<>();
      while (result.next()) {
        List<@Nullable Object> cells = new ArrayList<>();
        for (int column = 1; column <= columns; column++) {
          Answer.add(result.getObject(column), cells);
        }
        rows.add(cells);
      }
      return new Answer(rows);
    }
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
