package io.tyto.server.cli;

import io.tyto.ingest.DataVerifier;
import io.tyto.ingest.LocalNode;
import io.tyto.server.TytoServer;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.tyto.server.settings.StoreSettings;
import io.tyto.store.maintenance.StoreVerifier;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "verify",
    description =
        "Reads every byte of a data folder again and reports each fault by file and byte offset."
            + " Needs no lock: a server may go on meanwhile.")
final class VerifyCommand implements Callable<Integer> {
  @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.FOLDER);
  @Spec private CommandSpec spec;

  @Option(
      names = "--cubes",
      description =
          "also rolls rows up again and compares them with the cells of cubes and views; needs the"
              + " folder to itself")
  private boolean cubes;

  @Option(names = "--repair", description = "with --cubes: writes cells that differ anew")
  private boolean repair;

  @Override
  public Integer call() {
    if (repair && !cubes) {
      throw new ParameterException(
          spec.commandLine(), "--repair is about the cells of cubes and views: give --cubes too");
    }
    Settings settings = flags.resolve();
    Path data = settings.path(Setting.DATA);
    StatusCommand.requireData(settings);
    PrintWriter out = spec.commandLine().getOut();
    StoreVerifier.Report report = DataVerifier.verify(StoreSettings.folder(settings));
    report.faults().forEach(fault -> out.println("FAULT " + fault));
    out.printf(
        "%s: %,d manifests, %,d segments, %,d rows, %s read, %d faults%n",
        data,
        report.manifests(),
        report.segments(),
        report.rows(),
        Sizes.bytes(report.bytes()),
        report.faults().size());
    int wrong = cubes ? verifyCubes(settings, out) : 0;
    return report.faults().isEmpty() && wrong == 0 ? 0 : 1;
  }

  /// The number of differences that are left.
  private int verifyCubes(Settings settings, PrintWriter out) {
    try (LocalNode node = TytoServer.openNode(settings, Clock.systemUTC())) {
      List<String> differences = node.verifyCubes(repair);
      differences.forEach(each -> out.println("CELLS " + each));
      int left =
          repair && !differences.isEmpty() ? node.verifyCubes(false).size() : differences.size();
      print("cubes", differences.size(), left, out);
      List<String> ofViews = node.verifyViews(repair, note -> out.println("note: " + note));
      ofViews.forEach(each -> out.println("CELLS " + each));
      int leftOfViews =
          repair && !ofViews.isEmpty() ? node.verifyViews(false, _ -> {}).size() : ofViews.size();
      print("views", ofViews.size(), leftOfViews, out);
      return left + leftOfViews;
    }
  }

  private void print(String what, int found, int left, PrintWriter out) {
    out.printf(
        "%s: %d differences between cells and rows%s%n",
        what, found, repair ? ", %d after the repair".formatted(left) : "");
  }
}
