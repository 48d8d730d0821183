package io.tyto.perf.bench;

import io.tyto.perf.Folders;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Bytes a row of public data, all files of the store after compaction, beside DuckDB's file.
final class PublishedBytes {
  private static final Map<String, String> FILES =
      new TreeMap<>(
          Map.of(
              "wikiticker", "wikiticker-2015-09-12-sampled.json.gz",
              "flights3m", "flights-3m.csv.gz"));

  private PublishedBytes() {}

  /// @param shared a folder with `data/wikiticker` and `data/flights3m`; what is not there is said
  static void print(Path shared, int threads, PrintWriter out) throws IOException, SQLException {
    for (Map.Entry<String, String> each : FILES.entrySet()) {
      Path file = shared.resolve("data").resolve(each.getKey()).resolve(each.getValue());
      if (!Files.exists(file)) {
        out.printf("goal 4 bytes a row    %s: skipped, no file %s%n", each.getKey(), file);
        continue;
      }
      Path folder = Files.createTempDirectory("tyto-bytes");
      try {
        out.println(line(each.getKey(), file, new Workspace(folder, null, out), threads));
      } finally {
        Folders.delete(folder);
      }
      out.flush();
    }
  }

  private static String line(String name, Path file, Workspace workspace, int threads)
      throws IOException, SQLException {
    DataSet data = DataSet.published(name);
    try (TytoStore tyto = workspace.tyto(data, file, threads);
        DuckFile duck = workspace.duckDb(data, file, threads)) {
      double own = tyto.bytes() / (double) tyto.rows();
      double other = duck.bytes() / (double) tyto.rows();
      return String.format(
          Locale.ROOT,
          "goal 4 bytes a row    %s: %.2f, DuckDB's file %.2f: %s",
          name,
          own,
          other,
          own <= other ? "met" : String.format("missed by %.0f %%", 100 * (own / other - 1)));
    }
  }
}
