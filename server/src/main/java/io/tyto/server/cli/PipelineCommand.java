package io.tyto.server.cli;

import io.tyto.ingest.config.ConfigParser;
import io.tyto.ingest.config.ParsedConfigs;
import io.tyto.ingest.config.Schemas;
import io.tyto.model.port.AdminService.PipelineField;
import io.tyto.model.port.AdminService.PipelineStatus;
import io.tyto.model.port.AdminService.PipelineStep;
import io.tyto.model.port.AdminService.PluginJar;
import io.tyto.model.schema.TableSchema;
import io.tyto.server.Extensions;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.tyto.store.DataLock;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `tyto pipeline`: the enrichers as the server that holds the data folder runs them, or as the
/// settings and event configs declare them.
@Command(
    name = "pipeline",
    description =
        "Prints each enricher in order: its fields, the collections that have them, its rates.")
final class PipelineCommand implements Callable<Integer> {
  private static final int SCHEMA_ID = 1;

  @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.PIPELINE);
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Settings settings = flags.resolve();
    PrintWriter out = spec.commandLine().getOut();
    Optional<DataLock.Holder> holder = SettingFlags.holder(settings);
    if (holder.isPresent() && !holder.get().address().isEmpty()) {
      out.println("pipeline of the server at " + holder.get().address());
      print(out, new RunningServer(holder.get()).pipeline(), true);
      return 0;
    }
    out.println("pipeline of the settings; no server runs, so nothing is counted");
    try (Extensions extensions = Extensions.of(settings)) {
      ParsedConfigs parsed = configs(settings, extensions);
      List<TableSchema> schemas =
          parsed.configs().stream()
              .map(config -> Schemas.firstVersion(config, SCHEMA_ID, SCHEMA_ID, SCHEMA_ID))
              .toList();
      PipelineStatus status =
          new PipelineStatus(extensions.pipeline().status(schemas), extensions.plugins().jars());
      print(out, status, false);
      parsed.problems().forEach(problem -> out.println("ERROR " + problem));
      return parsed.isValid() ? 0 : 1;
    }
  }

  private static ParsedConfigs configs(Settings settings, Extensions extensions) {
    Path folder = settings.path(Setting.CONFIG);
    return Files.exists(folder)
        ? ConfigParser.parse(ConfigFiles.read(folder), List.of(), extensions.pipeline())
        : ParsedConfigs.NOTHING;
  }

  private static void print(PrintWriter out, PipelineStatus status, boolean isRunning) {
    if (status.steps().isEmpty()) {
      out.println("no enrichers; the setting `pipeline` lists them");
    }
    for (PipelineStep step : status.steps()) {
      print(out, step);
      if (isRunning) {
        printRates(out, step);
      }
    }
    for (PluginJar jar : status.plugins()) {
      out.printf("plug-in %s: %s%n", jar.file(), String.join(", ", jar.provides()));
    }
    out.flush();
  }

  private static void print(PrintWriter out, PipelineStep step) {
    out.printf(
        "%d %s%s%n",
        step.position(),
        step.enricher(),
        step.dataVersion().isEmpty() ? "" : ", data: " + step.dataVersion());
    step.reads().forEach(field -> print(out, "reads", field));
    step.adds().forEach(field -> print(out, "adds", field));
    if (step.collections().isEmpty()) {
      out.println("  no collection declares its fields: write `enriched: " + step.enricher() + "`");
    }
    step.collections()
        .forEach(
            (name, columns) -> out.printf("  in    %-20s %s%n", name, String.join(", ", columns)));
  }

  private static void print(PrintWriter out, String verb, PipelineField field) {
    out.printf("  %-5s %-20s %-10s %s%n", verb, field.name(), field.type(), field.description());
  }

  private static void printRates(PrintWriter out, PipelineStep step) {
    out.printf(
        "  %,d calls, %,d hits, %,d failures, %.1f \u00b5s a call%n",
        step.calls(), step.hits(), step.failures(), step.microsPerCall());
    if (step.lastFailure() != null) {
      out.println("  last failure: " + step.lastFailure());
    }
  }
}
