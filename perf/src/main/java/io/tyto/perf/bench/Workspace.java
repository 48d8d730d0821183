package io.tyto.perf.bench;

import io.tyto.perf.Folders;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
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

  /// @param store where Tyto's data lie; null: in the folder
  Workspace(Path folder, @Nullable Path store, PrintWriter out) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.store = store == null ? folder.resolve("tyto") : store;
    this.out = out;
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

  DuckFile duckDb(DataSet data, Path events, int threads) throws IOException, SQLException {
    Path file = folder.resolve("duckdb.db");
    if (!Files.exists(file)) {
      Path part = folder.resolve("duckdb.part");
      Files.deleteIfExists(part);
      say("Loading %s into DuckDB.", events.getFileName());
      try (DuckFile duck = DuckFile.open(part, threads)) {
        note(folder, "duckdb.seconds", duck.load(data.load(), events));
      }
      Files.move(part, file);
    }
    return DuckFile.open(file, threads);
  }

  /// Throws Tyto's store away, so that the next {@link #tyto} imports anew.
  void dropTyto() throws IOException {
    if (Files.exists(store.resolve("store"))) {
      Folders.delete(store);
    }
  }

  TytoStore tyto(DataSet data, Path events, int threads) throws IOException {
    TytoStore tyto = TytoStore.open(store, threads);
    if (tyto.isEmpty()) {
      say("Importing %s into %s: parse, encode, index, commit.", events.getFileName(), store);
      long began = System.nanoTime();
      String hash = Folders.sha256(events);
      note(store, "hash.seconds", (System.nanoTime() - began) / 1e9);
      note(store, "import.seconds", tyto.load(data.config(), events, hash));
      say("Compacting.");
      began = System.nanoTime();
      tyto.compact();
      note(store, "compaction.seconds", (System.nanoTime() - began) / 1e9);
    }
    return tyto;
  }

  /// What loading Tyto's store took, when it was.
  OptionalDouble tytoFact(String name) throws IOException {
    return fact(store, name);
  }

  OptionalDouble duckDbFact(String name) throws IOException {
    return fact(folder, name);
  }

  private static OptionalDouble fact(Path folder, String name) throws IOException {
    String value = facts(folder).getProperty(name);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(value));
  }

  private static Properties facts(Path folder) throws IOException {
    Properties facts = new Properties();
    if (Files.exists(folder.resolve(FACTS))) {
      try (Reader reader = Files.newBufferedReader(folder.resolve(FACTS))) {
        facts.load(reader);
      }
    }
    return facts;
  }

  private static void note(Path folder, String name, double value) throws IOException {
    Properties facts = facts(folder);
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
