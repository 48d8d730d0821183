package io.tyto.server.cli;

import io.tyto.ingest.DataFolder;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.tyto.store.Disk;
import io.tyto.store.audit.AuditVerifier;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `tyto audit`: who did what, of a data folder that is served or not.
@Command(
    name = "audit",
    description = "Reads the audit log: who asked, changed and was refused what.",
    subcommands = {AuditCommand.Verify.class, AuditCommand.Tail.class})
final class AuditCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /// That of the folder, and those of processes that share it.
  private static List<Path> logs(SettingFlags flags) {
    Settings settings = flags.resolve();
    Path data = settings.path(Setting.DATA);
    StatusCommand.requireData(settings);
    List<Path> logs = new ArrayList<>();
    logs.add(new DataFolder(data).audit());
    Path nodes = data.resolve("nodes");
    try (Stream<Path> named = Files.isDirectory(nodes) ? Files.list(nodes) : Stream.empty()) {
      named
          .sorted()
          .map(node -> new DataFolder(data, String.valueOf(node.getFileName())).audit())
          .forEach(logs::add);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + nodes, e);
    }
    return logs.stream().filter(Files::isDirectory).toList();
  }

  @Command(
      name = "verify",
      description = "Tells whether an entry was changed, taken out, put in or moved.")
  static final class Verify implements Callable<Integer> {
    @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.FOLDER);
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      PrintWriter out = spec.commandLine().getOut();
      boolean isClean = true;
      for (Path log : logs(flags)) {
        AuditVerifier.Report report = AuditVerifier.verify(log, Disk.SYSTEM);
        out.printf(
            "%s: %,d entries, the last with the hash %s%n", log, report.entries(), report.hash());
        report.notes().forEach(note -> out.println("  note: " + note));
        report.faults().forEach(fault -> out.println("  FAULT: " + fault));
        isClean &= report.faults().isEmpty();
      }
      out.println(isClean ? "The log is as it was written." : "The log is not as it was written.");
      out.flush();
      return isClean ? 0 : 1;
    }
  }

  @Command(name = "tail", description = "Prints the newest entries, a JSON object each.")
  static final class Tail implements Callable<Integer> {
    @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.FOLDER);
    @Spec private CommandSpec spec;

    @Option(names = "-n", defaultValue = "20", description = "how many (default: ${DEFAULT-VALUE})")
    private int count;

    @Override
    public Integer call() throws IOException {
      PrintWriter out = spec.commandLine().getOut();
      for (Path log : logs(flags)) {
        List<Path> files;
        try (Stream<Path> all = Files.list(log)) {
          files = all.filter(file -> file.toString().endsWith(".log")).sorted().toList();
        }
        List<String> lines = new ArrayList<>();
        for (Path file : files.reversed()) {
          if (lines.size() < count) {
            lines.addAll(0, Files.readAllLines(file));
          }
        }
        lines.subList(Math.max(0, lines.size() - count), lines.size()).forEach(out::println);
      }
      out.flush();
      return 0;
    }
  }
}
