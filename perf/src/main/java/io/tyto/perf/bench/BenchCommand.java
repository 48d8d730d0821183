package io.tyto.perf.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `tyto bench`.
@Command(
    name = "tyto bench",
    mixinStandardHelpOptions = true,
    description = {
      "Asks 29 questions over generated events of Tyto and of DuckDB, in turns and in this process,"
          + " checks every answer, and prints the times side by side.",
      "The funnel (Q27 of the set) is not asked: Tyto has none yet."
    })
public final class BenchCommand implements Callable<Integer> {
  private static final long MILLION = 1_000_000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--rows",
      defaultValue = "1000000",
      description = "events (default: ${DEFAULT-VALUE})")
  private long rows;

  @Option(
      names = "--against",
      defaultValue = "duckdb",
      description = "duckdb or none (default: ${DEFAULT-VALUE})")
  private String against;

  @Option(
      names = "--peers",
      paramLabel = "FILE",
      description = "times of other engines on this machine, lines of JSON; see perf/README.md")
  private @Nullable Path peers;

  @Option(
      names = "--queries",
      paramLabel = "REGEX",
      defaultValue = ".*",
      description = "only questions whose name matches, such as 'Q0[1-5]'")
  private Pattern queries;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "kept between runs: events, DuckDB's file, Tyto's store (default: in temp)")
  private @Nullable Path data;

  @Option(names = "--store", paramLabel = "FOLDER", description = "Tyto's store, if not in --data")
  private @Nullable Path store;

  @Option(
      names = "--ndjson",
      paramLabel = "FILE",
      description = "events to load, instead of generating them")
  private @Nullable Path ndjson;

  @Option(
      names = "--set",
      paramLabel = "FOLDER",
      description = "other data: config.yaml, load.sql and questions; goes with --ndjson")
  private @Nullable Path set;

  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      description = "name of the data in the peers' file (default: events10m for 10,000,000 rows)")
  private @Nullable String dataset;

  @Option(
      names = "--runs",
      defaultValue = "7",
      description = "timed runs, of which the median counts")
  private int runs;

  @Option(names = "--warmups", defaultValue = "3", description = "runs before them")
  private int warmups;

  @Option(
      names = "--settling",
      paramLabel = "ROUNDS",
      defaultValue = "3",
      description =
          "rounds over the whole set before anything is timed, so that the JVM has compiled what"
              + " runs often (default: ${DEFAULT-VALUE})")
  private int settling;

  @Option(names = "--threads", defaultValue = "2", description = "of each engine")
  private int threads;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "to wait, all in all, for others on this machine to be quiet")
  private int patience;

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new BenchCommand()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    DataSet asked = set == null ? DataSet.events(rows) : DataSet.in(set, rows);
    Workspace workspace = new Workspace(folder(), store, out);
    Path events = ndjson == null ? workspace.events(rows, threads) : ndjson;
    try (DuckFile duck = against.equals("none") ? null : workspace.duckDb(asked, events, threads);
        TytoStore tyto = workspace.tyto(asked, events, threads)) {
      out.printf(
          "%,d rows in %d segments, %d threads each, median of %d after %d; %s%n",
          tyto.rows(), tyto.segments(), threads, runs, warmups, Machine.describe());
      out.flush();
      Comparison comparison =
          new Rounds(
                  tyto, duck, new Machine(patience), out, new Rounds.Plan(settling, warmups, runs))
              .run(questions(asked), peers(), threads);
      new Report(out).table(comparison);
      return comparison.isRight() ? 0 : 1;
    }
  }

  private List<Question> questions(DataSet asked) {
    return asked.questions().stream()
        .filter(question -> queries.matcher(question.name()).matches())
        .toList();
  }

  private PeersFile peers() throws IOException {
    return peers == null ? PeersFile.none() : PeersFile.read(peers, dataset());
  }

  private String dataset() {
    return dataset != null
        ? dataset
        : "events" + (rows % MILLION == 0 ? rows / MILLION + "m" : Long.toString(rows));
  }

  private Path folder() {
    return data != null
        ? data
        : Path.of(System.getProperty("java.io.tmpdir"), "tyto-bench-" + rows);
  }
}
