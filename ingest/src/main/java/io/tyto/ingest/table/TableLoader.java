package io.tyto.ingest.table;

import io.tyto.engine.lookup.LookupTableWriter;
import io.tyto.ingest.LogSources;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.DimensionTable;
import io.tyto.model.schema.DimensionTable.OfFile;
import io.tyto.model.schema.DimensionTable.OfHttp;
import io.tyto.model.schema.DimensionTable.OfJdbc;
import io.tyto.model.schema.DimensionTable.OfKafka;
import io.tyto.model.schema.Feed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Driver;
import java.time.Clock;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Reads the rows of dimension tables from where they are. Thread-safe.
///
/// @param folder of the files that tables name; null: there are none
/// @param environment value of a variable, or null
/// @param drivers those of JDBC that there are
/// @param logs for topics
public record TableLoader(
    @Nullable Path folder,
    Function<String, @Nullable String> environment,
    Supplier<List<Driver>> drivers,
    LogSources logs,
    Clock clock) {

  /// All rows as they are now. An interrupt ends it soon. BAD_USER_INPUT where they are not what
  /// the config says; LOG_UNAVAILABLE, STORE_FAILED, CANCELLED where they could not be read.
  LookupTableWriter load(DimensionTable table) {
    TableRows rows = new TableRows(table, clock);
    try {
      switch (table.origin()) {
        case OfFile(String path) -> readFile(path, rows);
        case OfHttp(String url) -> new HttpRows(url, table.limits().timeout()).read(rows);
        case OfJdbc jdbc ->
            new JdbcRows(jdbc, table.limits(), drivers.get(), environment).read(rows);
        case OfKafka(String topic) ->
            new TopicRows(logs.of(Feed.Kind.KAFKA), topic, table.limits().bytes()).read(rows);
      }
      return rows.writer();
    } catch (IOException | UncheckedIOException e) {
      throw new TytoException(
          ErrorCode.STORE_FAILED, "%s: %s".formatted(table.origin().shown(), e.getMessage()), e);
    }
  }

  private void readFile(String name, TableRows rows) throws IOException {
    if (folder == null) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT, "this server has no folder of configs to find it in");
    }
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file)) {
      throw new TytoException(ErrorCode.BAD_USER_INPUT, "there is no file " + file);
    }
    if (!file.toRealPath().startsWith(folder.toRealPath())) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT, "%s leads out of the folder of the configs".formatted(file));
    }
    rows.addAll(Files.newInputStream(file), name);
  }
}
