package io.tyto.perf.bench;

import io.tyto.model.error.TytoException;
import io.tyto.perf.kafka.KafkaBench;
import io.tyto.perf.live.LiveBench;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `tyto bench`.
@Command(
    name = "tyto bench",
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true,
    sortOptions = false,
    subcommands = {
      KafkaBench.class,
      CubesCommand.class,
      GatewayCommand.class,
      HostileCommand.class,
      ClusterCommand.class,
      LiveBench.class
    },
    description = {
      "Asks 29 questions over generated events of Tyto and of DuckDB, in turns and in this process,"
          + " checks every answer, and prints the times side by side.",
      "The funnel (Q27 of the set) is asked by io.tyto.perf.Behaviour."
    })
public final class BenchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private final BenchOptions options = new BenchOptions();

  @Option(
      names = "--curve",
      paramLabel = "FILE",
      description = "measure nothing; show how times grow over runs kept with --json (repeat it)")
  private @Nullable List<Path> curve;

  @Option(
      names = "--bytes",
      paramLabel = "FOLDER",
      description =
          "measure no times; bytes a row of data/wikiticker and data/flights3m in this folder")
  private @Nullable Path bytes;

  public static void main(String[] arguments) {
    CommandLine command = new CommandLine(new BenchCommand());
    command.setExecutionExceptionHandler(BenchCommand::explain);
    System.exit(command.execute(arguments));
  }

  /// What Tyto says of a config or a question needs no stack trace.
  private static int explain(Exception e, CommandLine command, CommandLine.ParseResult result)
      throws Exception {
    if (!(e instanceof TytoException)) {
      throw e;
    }
    command.getErr().println(e.getMessage());
    return command.getCommandSpec().exitCodeOnExecutionException();
  }

  @Override
  public Integer call() throws IOException, SQLException {
    PrintWriter out = spec.commandLine().getOut();
    if (curve != null) {
      Results.curve(curve).forEach(out::println);
      out.flush();
      return 0;
    }
    if (bytes != null) {
      PublishedBytes.print(bytes, options.threads, out);
      return 0;
    }
    boolean isRight = true;
    List<Path> results = new ArrayList<>();
    for (long rows : options.rows) {
      isRight &= compare(rows, out);
      results.add(result(rows));
    }
    if (results.size() > 1) {
      Results.curve(results).forEach(out::println);
      out.flush();
    }
    return isRight ? 0 : 1;
  }

  private boolean compare(long rows, PrintWriter out) throws IOException, SQLException {
    DataSet data = options.data(rows);
    Workspace workspace = new Workspace(options.folder(rows), options.store, out);
    PeersFile peers = options.peers(rows);
    Report report = new Report(out);
    Comparison comparison;
    Facts facts;
    Path events = options.ndjson == null ? workspace.events(rows, options.threads) : options.ndjson;
    if (options.fresh) {
      workspace.dropTyto();
    }
    try (DuckFile duck =
            options.isAlone() ? null : workspace.duckDb(data, events, options.threads);
        TytoStore tyto = workspace.tyto(data, events, options.threads);
        HttpAsker http = options.http ? new HttpAsker(tyto.serve()) : null) {
      report.line(
          "%,d rows in %d segments, %d threads each, median of %d after %d; %s",
          tyto.rows(),
          tyto.segments(),
          options.threads,
          options.runs,
          options.warmups,
          Machine.describe());
      Rounds rounds =
          new Rounds(tyto, duck, http, new Machine(options.patience), out, options.plan());
      comparison = Comparison.of(rounds.run(options.questions(data)), peers, options.threads);
      facts = facts(workspace, tyto, duck, peers);
    }
    report.table(comparison);
    if (options.cold) {
      facts =
          facts.with(
              ColdStart.measure(
                  workspace.store(), options.threads, rows, options.queries, options.set));
    }
    List<String> goals = Goals.of(comparison, facts);
    goals.forEach(goal -> report.line("%s", goal));
    Results.write(result(rows), comparison, facts, goals);
    return comparison.isRight();
  }

  private Path result(long rows) {
    return options.json != null && options.rows.size() == 1
        ? options.json
        : options.folder(rows).resolve("result.json");
  }

  private Facts facts(Workspace workspace, TytoStore tyto, @Nullable DuckFile duck, PeersFile peers)
      throws IOException {
    return new Facts(
        tyto.rows(),
        tyto.segments(),
        tyto.bytes(),
        duck == null ? OptionalDouble.empty() : OptionalDouble.of(duck.bytes()),
        workspace.tytoFact("import.seconds"),
        workspace.tytoFact("hash.seconds"),
        workspace.tytoFact("compaction.seconds"),
        workspace.duckDbFact("duckdb.seconds"),
        peers.value("clickhouse-lc", "bytes per row"),
        peers.value("clickhouse-t" + options.threads, "ingest ndjson rows/s"),
        null);
  }
}
