package io.tyto.server.cli;

import io.tyto.ingest.DataVerifier;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.tyto.store.maintenance.StoreVerifier;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "verify",
    description =
        "Reads every byte of a data folder again and reports each fault by file and byte offset."
            + " Needs no lock: a server may go on meanwhile.")
final class VerifyCommand implements Callable<Integer> {
  @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.FOLDER);
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Settings settings = flags.resolve();
    Path data = settings.path(Setting.DATA);
    StatusCommand.requireData(data);
    PrintWriter out = spec.commandLine().getOut();
    StoreVerifier.Report report = DataVerifier.verify(data);
    report.faults().forEach(fault -> out.println("FAULT " + fault));
    out.printf(
        "%s: %,d manifests, %,d segments, %,d rows, %s read, %d faults%n",
        data,
        report.manifests(),
        report.segments(),
        report.rows(),
        Sizes.bytes(report.bytes()),
        report.faults().size());
    return report.faults().isEmpty() ? 0 : 1;
  }
}
