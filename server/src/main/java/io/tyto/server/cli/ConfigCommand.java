package io.tyto.server.cli;

import io.tyto.ingest.DataInspector;
import io.tyto.ingest.LocalNode;
import io.tyto.ingest.config.ConfigParser;
import io.tyto.ingest.config.ParsedConfigs;
import io.tyto.ingest.feed.DecoderRegistry;
import io.tyto.ingest.proposal.ConfigProposal;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ApplyResult;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.AdminService.ConfigPlan;
import io.tyto.model.port.AdminService.ConfigVersion;
import io.tyto.model.schema.EventConfig;
import io.tyto.server.Extensions;
import io.tyto.server.TytoServer;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.tyto.server.settings.StoreSettings;
import io.tyto.store.DataLock;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "config",
    description = "Proposes, checks, applies event configs; shows the server's settings.",
    subcommands = {
      ConfigCommand.Init.class,
      ConfigCommand.Check.class,
      ConfigCommand.Diff.class,
      ConfigCommand.Apply.class,
      ConfigCommand.History.class,
      ConfigCommand.Show.class
    })
final class ConfigCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  @Command(
      name = "init",
      description = {
        "Proposes an event config from a sample of records, with comments, ready to edit:",
        "  tyto config init events.json.gz > config/events.yaml"
      })
  static final class Init implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "NDJSON, a JSON array, CSV or TSV, also as .gz")
    private Path file;

    @Override
    public Integer call() {
      if (!Files.isRegularFile(file)) {
        throw new TytoException(
            ErrorCode.BAD_USER_INPUT,
            file
                + (Files.exists(file) ? " is not a file" : " does not exist")
                + "; expected NDJSON, a JSON array, CSV or TSV, plain or .gz");
      }
      try (InputStream content = Files.newInputStream(file)) {
        spec.commandLine().getOut().print(ConfigProposal.propose(file.toString(), content));
        spec.commandLine().getOut().flush();
        return 0;
      } catch (IOException | UncheckedIOException e) {
        throw new TytoException(
            ErrorCode.BAD_USER_INPUT, "cannot read " + file + ": " + e.getMessage(), e);
      }
    }
  }

  @Command(name = "check", description = "Prints every error of the event configs.")
  static final class Check implements Callable<Integer> {
    @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.CONFIGS);
    @Spec private CommandSpec spec;

    @Parameters(
        arity = "0..1",
        paramLabel = "FOLDER_OR_FILE",
        description = "by default the setting config")
    private @Nullable Path where;

    @Override
    public Integer call() {
      Settings settings = flags.resolve();
      Path path = where == null ? settings.path(Setting.CONFIG) : where;
      List<ConfigFile> files = ConfigFiles.read(path);
      ParsedConfigs parsed;
      List<String> unreadable;
      try (Extensions extensions = Extensions.of(settings)) {
        parsed = ConfigParser.parse(files, List.of(), extensions.pipeline());
        unreadable = unreadable(parsed.configs(), DecoderRegistry.of(extensions.plugins()));
      }
      PrintWriter out = spec.commandLine().getOut();
      parsed.notes().forEach(note -> out.println("note: " + note));
      parsed.problems().forEach(out::println);
      unreadable.forEach(out::println);
      int errors = parsed.problems().size() + unreadable.size();
      out.printf(
          "%s: %d files, %d collections good, %s%d errors%n",
          path,
          files.size(),
          parsed.configs().size() - unreadable.size(),
          parsed.tables().isEmpty() ? "" : parsed.tables().size() + " tables good, ",
          errors);
      return errors == 0 ? 0 : 1;
    }

    /// What is wrong with the formats and the schema files that configs name.
    private static List<String> unreadable(List<EventConfig> configs, DecoderRegistry decoders) {
      List<String> problems = new ArrayList<>();
      for (EventConfig config : configs) {
        try {
          decoders.check(List.of(config));
        } catch (TytoException e) {
          problems.add(String.valueOf(e.getMessage()));
        }
      }
      return problems;
    }
  }

  @Command(
      name = "diff",
      description = {
        "Says what `config apply` would change, and what follows for stored rows and for callers.",
        "Changes nothing. Exit code 1 where a change would be refused."
      })
  static final class Diff implements Callable<Integer> {
    @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.WRITING);
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      Settings settings = flags.resolve();
      List<ConfigFile> files = ConfigFiles.read(settings.path(Setting.CONFIG));
      Optional<DataLock.Holder> holder = SettingFlags.holder(settings);
      ConfigPlan plan =
          holder.isPresent() && !holder.get().address().isEmpty()
              ? new RunningServer(holder.get()).diffConfigs(files)
              : offline(settings, files);
      PlanText.print(plan, spec.commandLine().getOut());
      return plan.isBreaking() ? 1 : 0;
    }

    private static ConfigPlan offline(Settings settings, List<ConfigFile> files) {
      try (Extensions extensions = Extensions.of(settings)) {
        return DataInspector.diffConfigs(
            StoreSettings.folder(settings),
            files,
            DecoderRegistry.of(extensions.plugins()),
            Clock.systemUTC());
      }
    }
  }

  @Command(
      name = "apply",
      description = {
        "Takes over what changed, in the running server if there is one, or nothing where a change",
        "would contradict what is stored: see `config diff`."
      })
  static final class Apply implements Callable<Integer> {
    @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.WRITING);
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      Settings settings = flags.resolve();
      List<ConfigFile> files = ConfigFiles.read(settings.path(Setting.CONFIG));
      PrintWriter out = spec.commandLine().getOut();
      Optional<DataLock.Holder> holder = SettingFlags.holder(settings);
      ApplyResult result;
      if (holder.isPresent() && !holder.get().address().isEmpty()) {
        out.println("applying in the server at " + holder.get().address());
        result = new RunningServer(holder.get()).applyConfigs(files);
      } else {
        try (LocalNode node = TytoServer.openNode(settings, Clock.systemUTC())) {
          result = node.applyConfigs(files);
        }
      }
      PlanText.print(result.plan(), out);
      return 0;
    }
  }

  @Command(
      name = "history",
      description = {
        "Prints what each version of a collection's config changed, and with --text the files.",
        "Fields that were found in events are printed as lines to take into the file."
      })
  static final class History implements Callable<Integer> {
    @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.WRITING);
    @Spec private CommandSpec spec;

    @Option(names = "--text", description = "also print each version's file")
    private boolean isWithText;

    @Parameters(paramLabel = "COLLECTION")
    private String collection;

    @Override
    public Integer call() {
      Settings settings = flags.resolve();
      Optional<DataLock.Holder> holder = SettingFlags.holder(settings);
      List<ConfigVersion> versions =
          holder.isPresent() && !holder.get().address().isEmpty()
              ? new RunningServer(holder.get()).configHistory(collection)
              : DataInspector.configHistory(StoreSettings.folder(settings), collection);
      PrintWriter out = spec.commandLine().getOut();
      for (ConfigVersion version : versions) {
        out.println("version " + version.version());
        version.changes().forEach(change -> out.println("  " + change));
        if (isWithText) {
          out.println(version.text().indent(4).stripTrailing());
        }
      }
      List<String> discovered = versions.getLast().discovered();
      if (!discovered.isEmpty()) {
        out.println("found in events, and in no file:");
        discovered.forEach(line -> out.println("  " + line));
      }
      out.flush();
      return 0;
    }
  }

  @Command(name = "show", description = "Prints every setting, its value and where it came from.")
  static final class Show implements Callable<Integer> {
    @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.ALL);
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      Settings settings = flags.resolve();
      PrintWriter out = spec.commandLine().getOut();
      for (Setting setting : Setting.values()) {
        Settings.Value value = settings.value(setting);
        out.printf("%-20s %-20s %s%n", setting.key(), shown(value.text()), value.origin());
      }
      return 0;
    }

    /// Without what a URL says before an `@`, which may be a password.
    private static String shown(String text) {
      return text.replaceAll("://[^/@,\\s]*@", "://***@");
    }
  }
}
