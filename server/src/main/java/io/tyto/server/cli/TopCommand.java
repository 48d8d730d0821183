package io.tyto.server.cli;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.RunningQuery;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `tyto top`: what runs in the server that holds a folder, and the end of it.
@Command(
    name = "top",
    description = {
      "Shows the operations that run, who asked them, and what they took so far; ends them.",
      "On a terminal the screen is shown anew every two seconds, until Ctrl-C; elsewhere once."
    })
final class TopCommand implements Callable<Integer> {
  private static final String CLEAR = "\u001b[H\u001b[2J";
  private static final long EVERY_MILLIS = 2_000;
  private static final int MAX_LINES = 40;
  private static final int WIDTH = 26;

  @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.FOLDER);
  @Spec private CommandSpec spec;

  @Option(names = "--once", description = "shows it once, also on a terminal")
  private boolean once;

  @Option(
      names = "--kill",
      paramLabel = "ID",
      description = "ends what runs under this id, of a query or a request")
  private @Nullable String kill;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    RunningServer server = server();
    if (kill != null) {
      server.cancel(kill);
      out.printf("%s is told to end%n", kill);
      return 0;
    }
    boolean isLive = !once && System.console() != null && System.console().isTerminal();
    print(out, server.queries(), isLive);
    while (isLive) {
      Thread.sleep(EVERY_MILLIS);
      print(out, server.queries(), true);
    }
    return 0;
  }

  private RunningServer server() {
    Settings settings = flags.resolve();
    Path data = settings.path(Setting.DATA);
    StatusCommand.requireData(settings);
    return SettingFlags.holder(settings)
        .filter(holder -> !holder.address().isEmpty())
        .map(RunningServer::new)
        .orElseThrow(() ->
            new TytoException(
                ErrorCode.BAD_USER_INPUT,
                "no server holds %s, so nothing runs there".formatted(data)));
  }

  private static void print(PrintWriter out, List<RunningQuery> queries, boolean isLive) {
    if (isLive) {
      out.print(CLEAR);
    }
    out.printf(
        "%-36s %9s %5s %-26s %14s %9s  %s%n",
        "id", "seconds", "lane", "caller", "rows", "cost", "what");
    queries.stream()
        .sorted(Comparator.comparingLong(RunningQuery::runningMillis).reversed())
        .limit(MAX_LINES)
        .forEach(query -> print(out, query));
    if (queries.size() > MAX_LINES) {
      out.printf("... and %d more%n", queries.size() - MAX_LINES);
    }
    if (queries.isEmpty()) {
      out.println("nothing runs");
    }
    out.flush();
  }

  private static void print(PrintWriter out, RunningQuery query) {
    out.printf(
        "%-36s %,9.1f %5s %-26s %,14d %,9.2f  %s%n",
        query.id(),
        query.runningMillis() / 1e3,
        query.lane().isEmpty() ? "-" : query.lane(),
        cut(query.caller()),
        query.rowsScanned(),
        query.cost(),
        what(query));
  }

  private static String what(RunningQuery query) {
    return "%s%s%s%s"
        .formatted(
            query.what(),
            query.collections().isEmpty() ? "" : " of " + String.join(", ", query.collections()),
            query.requestId() == null ? "" : " (request " + query.requestId() + ")",
            query.isCancelled() ? " ENDING" : "");
  }

  /// Ids of tokens have no bound, and anything may stand in them.
  private static String cut(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= WIDTH ? line : line.substring(0, WIDTH - 1) + "~";
  }
}
