package io.tyto.perf.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/// The folder of one comparison, kept between runs: the events, DuckDB's file, Tyto's store, and
/// what loading took.
final class Workspace {
  private static final double GENERATED_A_SECOND = 700_000;
  private static final String FACTS = "bench.properties";

  private final Path folder;
  private final Path store;
  private final PrintWriter out;
  private final Properties facts = new Properties();

  /// @param store where Tyto's data lie; null: in the folder
  Workspace(Path folder, @Nullable Path store, PrintWriter out) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.store = store == null ? folder.resolve("tyto") : store;
    this.out = out;
    if (Files.exists(folder.resolve(FACTS))) {
      try (Reader reader = Files.newBufferedReader(folder.resolve(FACTS))) {
        facts.load(reader);
      }
    }
  }

  Path store() {
    return store;
  }

  /// The generated events, made if they are not there yet.
  Path events(long rows, int threads) throws IOException {
    Path file = folder.resolve("events-" + rows + ".ndjson");
    if (!Files.exists(file)) {
      say(
          "Generating %,d events (%,d MB) into %s, about %.0f s; later runs find them there.",
          rows, rows * 335 / 1_000_000, file, rows / GENERATED_A_SECOND);
      new EventFile(new EventModel(rows), EventFile.Format.NDJSON).write(file, threads);
    }
    return file;
  }

  DuckFile duckDb(DataSet data, Path events, int threads) throws Exception {
    Path file = folder.resolve("duckdb.db");
    boolean isNew = !Files.exists(file);
    Path made = isNew ? folder.resolve("duckdb.part") : file;
    Files.deleteIfExists(folder.resolve("duckdb.part"));
    if (isNew) {
      say("Loading %s into DuckDB.", events.getFileName());
      try (DuckFile duck = DuckFile.open(made, threads)) {
        note("duckdb.seconds", duck.load(data.load(), events));
      }
      Files.move(made, file);
    }
    return DuckFile.open(file, threads);
  }

  TytoStore tyto(DataSet data, Path events, int threads) throws IOException {
    TytoStore tyto = TytoStore.open(store, threads);
    if (tyto.isEmpty()) {
      say("Importing %s into %s: parse, encode, index, commit.", events.getFileName(), store);
      note("tyto.seconds", tyto.load(data.config(), events, "bench-" + Files.size(events)));
      say("Compacting.");
      long began = System.nanoTime();
      tyto.compact();
      note("tyto.compaction.seconds", (System.nanoTime() - began) / 1e9);
    }
    return tyto;
  }

  OptionalDouble fact(String name) {
    String value = facts.getProperty(name);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(value));
  }

  private void note(String name, double value) throws IOException {
    facts.setProperty(name, Double.toString(value));
    try (Writer writer = Files.newBufferedWriter(folder.resolve(FACTS))) {
      facts.store(writer, "what loading took");
    }
  }

  private void say(String format, Object... arguments) {
    out.printf(format + "%n", arguments);
    out.flush();
  }
}
