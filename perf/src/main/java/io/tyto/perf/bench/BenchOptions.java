package io.tyto.perf.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What `tyto bench` can be told.
final class BenchOptions {
  private static final long MILLION = 1_000_000;
  private static final int ATTEMPTS = 3;

  @Option(
      names = "--rows",
      split = ",",
      defaultValue = "1000000",
      description = "events; several numbers are several runs (default: ${DEFAULT-VALUE})")
  List<Long> rows;

  @Option(
      names = "--against",
      defaultValue = "duckdb",
      description = "duckdb or none (default: ${DEFAULT-VALUE})")
  String against;

  @Option(
      names = "--peers",
      paramLabel = "FILE",
      description = "times of other engines on this machine, lines of JSON; see perf/README.md")
  @Nullable Path peers;

  @Option(
      names = "--queries",
      paramLabel = "REGEX",
      defaultValue = ".*",
      description = "only questions whose name matches, such as 'Q0[1-5]'")
  Pattern queries;

  @Option(names = "--http", description = "ask over HTTP, too")
  boolean http;

  @Option(
      names = "--cold",
      description = "also start a new process with a heap of 512 MiB on the store")
  boolean cold;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "write everything found to this file instead of result.json in --data")
  @Nullable Path json;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description =
          "kept between runs: events, DuckDB's file, Tyto's store (default: in the temporary folder)")
  @Nullable Path data;

  @Option(names = "--store", paramLabel = "FOLDER", description = "Tyto's store, if not in --data")
  @Nullable Path store;

  @Option(names = "--fresh", description = "throw Tyto's store away and import anew")
  boolean fresh;

  @Option(
      names = "--ndjson",
      paramLabel = "FILE",
      description = "events to load, instead of generating them")
  @Nullable Path ndjson;

  @Option(
      names = "--set",
      paramLabel = "FOLDER",
      description = "other data: config.yaml, load.sql and questions; goes with --ndjson")
  @Nullable Path set;

  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      description = "name of the data in the peers' file (default: events10m for 10,000,000 rows)")
  @Nullable String dataset;

  @Option(
      names = "--runs",
      defaultValue = "7",
      description = "timed runs, of which the median counts (default: ${DEFAULT-VALUE})")
  int runs;

  @Option(
      names = "--warmups",
      defaultValue = "3",
      description = "runs of each question before them (default: ${DEFAULT-VALUE})")
  int warmups;

  @Option(
      names = "--settling",
      paramLabel = "ROUNDS",
      defaultValue = "3",
      description =
          "rounds over the whole set before anything is timed, so that the JVM has compiled what"
              + " runs often (default: ${DEFAULT-VALUE})")
  int settling;

  @Option(
      names = "--threads",
      defaultValue = "2",
      description = "of each engine (default: ${DEFAULT-VALUE})")
  int threads;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description =
          "to wait, all in all, for others on this machine to be quiet; 0: nor measure again what"
              + " they disturbed (default: ${DEFAULT-VALUE})")
  int patience;

  boolean isAlone() {
    return against.equals("none");
  }

  Rounds.Plan plan() {
    return new Rounds.Plan(settling, warmups, runs, patience > 0 ? ATTEMPTS : 1);
  }

  DataSet data(long count) throws IOException {
    return set == null ? DataSet.events(count) : DataSet.in(set, count);
  }

  List<Question> questions(DataSet asked) {
    return asked.questions().stream()
        .filter(question -> queries.matcher(question.name()).matches())
        .toList();
  }

  PeersFile peers(long count) throws IOException {
    if (peers == null) {
      return PeersFile.none();
    }
    String size = count % MILLION == 0 ? count / MILLION + "m" : Long.toString(count);
    return PeersFile.read(peers, dataset != null ? dataset : "events" + size);
  }

  /// A folder of its own for each number of rows.
  Path folder(long count) {
    String name = "tyto-bench-" + count;
    return data == null
        ? Path.of(System.getProperty("java.io.tmpdir"), name)
        : rows.size() == 1 ? data : data.resolve(name);
  }
}
