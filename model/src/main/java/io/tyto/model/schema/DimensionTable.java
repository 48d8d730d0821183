package io.tyto.model.schema;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A parsed and checked config of a dimension table: rows under unique keys that somebody else
/// keeps, and that are loaded again and again.
///
/// @param key the column whose values are unique: a string, int, long or uuid
/// @param columns in the order of the file, of single values; their ids mean nothing
/// @param source how records map to columns, and how files are read; without a feed
/// @param origin where the rows are
/// @param limits what a load may take
/// @param text the file as written, kept in the store
public record DimensionTable(
    String name,
    @Nullable String description,
    String key,
    List<ColumnSpec> columns,
    EventConfig.Source source,
    Origin origin,
    Limits limits,
    String text) {

  public DimensionTable {
    columns = List.copyOf(columns);
  }

  /// Where the rows of a table are.
  public sealed interface Origin {
    /// In words, without secrets.
    String shown();
  }

  /// @param path below the folder of the configs
  public record OfFile(String path) implements Origin {
    @Override
    public String shown() {
      return "file " + path;
    }
  }

  public record OfHttp(String url) implements Origin {
    @Override
    public String shown() {
      return "http " + url;
    }
  }

  /// @param passwordEnv the environment variable that holds the password; null: none is needed
  /// @param properties further ones of the driver
  public record OfJdbc(
      String url,
      String query,
      @Nullable String user,
      @Nullable String passwordEnv,
      Map<String, String> properties)
      implements Origin {
    public OfJdbc {
      properties = Map.copyOf(properties);
    }

    /// A URL of JDBC may hold a password behind its `?`.
    @Override
    public String shown() {
      int parameters = url.indexOf('?');
      return "jdbc " + (parameters < 0 ? url : url.substring(0, parameters));
    }

    /// In an order that does not change from start to start.
    @Override
    public String toString() {
      return "OfJdbc[%s, query=%s, user=%s, passwordEnv=%s, properties=%s]"
          .formatted(shown(), query, user, passwordEnv, new TreeMap<>(properties).keySet());
    }
  }

  /// A topic of which the last record of each key counts, and a record without a value removes it.
  public record OfKafka(String topic) implements Origin {
    @Override
    public String shown() {
      return "kafka " + topic;
    }
  }

  /// @param refresh pause between the end of a load and the next
  /// @param timeout of one load
  /// @param rows the most of one version
  /// @param bytes the most of one version
  /// @param versions that are kept, the newest included
  public record Limits(Duration refresh, Duration timeout, int rows, long bytes, int versions) {
    public static final Limits DEFAULT =
        new Limits(Duration.ofMinutes(5), Duration.ofMinutes(1), 1_000_000, 64L << 20, 8);
  }

  public @Nullable ColumnSpec column(String columnName) {
    return columns.stream()
        .filter(column -> column.name().equals(columnName))
        .findFirst()
        .orElse(null);
  }

  public ColumnSpec keyColumn() {
    ColumnSpec column = column(key);
    if (column == null) {
      throw new IllegalStateException("table " + name + " has no column " + key);
    }
    return column;
  }
}
