package io.tyto.perf.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What is compared: a config for Tyto, a load statement for DuckDB, and questions.
///
/// @param config types of the columns and nothing else
/// @param load SQL that makes DuckDB's table of the file `$FILE`
record DataSet(String config, String load, List<Question> questions) {

  /// The generated events.
  static DataSet events(long rows) {
    return new DataSet(
        resource("events.yaml"),
        resource("events.sql"),
        Question.parse(resource("events.questions"), rows));
  }

  /// Public data that is compared by its bytes alone; the file lies outside of the repository.
  static DataSet published(String name) {
    return new DataSet(resource(name + ".yaml"), resource(name + ".sql"), List.of());
  }

  /// Other data: a folder with `config.yaml`, `load.sql` and `questions`.
  static DataSet in(Path folder, long rows) throws IOException {
    return new DataSet(
        Files.readString(folder.resolve("config.yaml")),
        Files.readString(folder.resolve("load.sql")),
        Question.parse(Files.readString(folder.resolve("questions")), rows));
  }

  private static String resource(String name) {
    try (InputStream in = DataSet.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + name, e);
    }
  }
}
