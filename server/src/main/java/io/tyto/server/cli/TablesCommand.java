package io.tyto.server.cli;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.TableStatus;
import io.tyto.model.port.AdminService.TableVersionStatus;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `tyto tables`: the dimension tables of a running server.
@Command(
    name = "tables",
    description = "Prints each dimension table: its key, where its rows are, its newest version.",
    subcommands = {TablesCommand.Versions.class, TablesCommand.Reload.class})
final class TablesCommand implements Callable<Integer> {
  @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.FOLDER);
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    List<TableStatus> tables = server(flags).tables();
    if (tables.isEmpty()) {
      out.println("no dimension tables; a config with `table: NAME` describes one");
    } else {
      out.printf(
          "%-20s %-16s %8s %12s %-24s %s%n", "table", "key", "version", "rows", "loaded", "from");
    }
    for (TableStatus table : tables) {
      TableVersionStatus newest = table.versions().isEmpty() ? null : table.versions().getLast();
      out.printf(
          "%-20s %-16s %8s %12s %-24s %s%n",
          table.name(),
          table.key(),
          newest == null ? "none" : newest.number(),
          newest == null ? "" : "%,d".formatted(newest.rows()),
          newest == null ? "" : newest.loaded(),
          table.origin());
      if (table.failure() != null) {
        out.println("  the last load failed: " + table.failure());
      }
    }
    out.flush();
    return tables.stream().anyMatch(table -> table.failure() != null) ? 1 : 0;
  }

  private static RunningServer server(SettingFlags flags) {
    Settings settings = flags.resolve();
    Path data = settings.path(Setting.DATA);
    StatusCommand.requireData(settings);
    return SettingFlags.holder(settings)
        .filter(holder -> !holder.address().isEmpty())
        .map(RunningServer::new)
        .orElseThrow(() ->
            new TytoException(
                ErrorCode.BAD_USER_INPUT,
                "no server holds %s; dimension tables are loaded by `tyto serve`".formatted(data)));
  }

  @Command(name = "versions", description = "Prints the versions of a table that are kept.")
  static final class Versions implements Callable<Integer> {
    @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.FOLDER);
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "TABLE", description = "the table's name")
    private String name;

    @Override
    public Integer call() {
      PrintWriter out = spec.commandLine().getOut();
      TableStatus table =
          server(flags).tables().stream()
              .filter(one -> one.name().equals(name))
              .findFirst()
              .orElseThrow(() ->
                  new TytoException(
                      ErrorCode.NOT_FOUND, "there is no dimension table '%s'".formatted(name)));
      out.printf(
          "%8s %-28s %-28s %12s %14s%n", "version", "for events from", "loaded", "rows", "bytes");
      boolean isOldest = true;
      for (TableVersionStatus version : table.versions()) {
        out.printf(
            "%8d %-28s %-28s %,12d %,14d%n",
            version.number(),
            isOldest ? "the beginning" : version.from(),
            version.loaded(),
            version.rows(),
            version.bytes());
        isOldest = false;
      }
      out.flush();
      return 0;
    }
  }

  @Command(name = "reload", description = "Loads a table now and tells whether it has changed.")
  static final class Reload implements Callable<Integer> {
    @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.FOLDER);
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "TABLE", description = "the table's name")
    private String name;

    @Override
    public Integer call() {
      boolean isNew = server(flags).reloadTable(name);
      spec.commandLine()
          .getOut()
          .println(name + (isNew ? ": loaded, a new version" : ": loaded, nothing has changed"));
      return 0;
    }
  }
}
