package io.tyto.server.cli;

import io.tyto.ingest.LocalNode;
import io.tyto.ingest.backup.Backup;
import io.tyto.server.TytoServer;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.tyto.server.settings.StoreSettings;
import io.tyto.store.DataLock;
import io.tyto.store.Disk;
import io.tyto.store.backup.BackupFolder;
import io.tyto.store.backup.BackupIndex;
import io.tyto.store.maintenance.Fault;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `tyto backup`: copies what a data folder has committed, while a server goes on with it.
@Command(
    name = "backup",
    description =
        "Copies what a data folder has committed into a folder of backups, of later ones only what is new. A server may go on meanwhile.",
    subcommands = BackupCommand.Verify.class)
final class BackupCommand implements Callable<Integer> {
  @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.WRITING);
  @Spec private CommandSpec spec;

  // Not required in picocli's sense: `backup verify` has none.
  @Option(names = "--to", paramLabel = "DIR", description = "folder of backups; made if need be")
  private @Nullable Path to;

  @Option(
      names = "--seal",
      description =
          "first seals what was acknowledged so far, through the server that holds the folder, or without one")
  private boolean seals;

  @Override
  public Integer call() {
    Path target = to;
    if (target == null) {
      throw new ParameterException(
          spec.commandLine(), "name the folder of backups with --to DIR, best on another disk");
    }
    Settings settings = flags.resolve();
    Path data = settings.path(Setting.DATA);
    StatusCommand.requireData(settings);
    if (seals) {
      seal(settings, data);
    }
    PrintWriter out = spec.commandLine().getOut();
    Backup.Result result =
        Backup.make(StoreSettings.folder(settings), target, Disk.SYSTEM, Clock.systemUTC());
    BackupIndex index = result.index();
    out.printf(
        "backup %d of %s in %s: %,d files, %s; %,d files, %s of it new%n",
        index.number(),
        data,
        target,
        index.items().size(),
        Sizes.bytes(index.bytes()),
        result.copied(),
        Sizes.bytes(result.copiedBytes()));
    tellReach(out, index);
    out.println(
        "API keys are in it as hashes of their secrets. Not in it: the log, the audit log, settings and files of configs, and every secret.");
    if (index.hasSecret()) {
      out.println(
          "WARNING: the secret behind private fields is not in it. Keep a copy of the key file apart: without it this backup cannot be served.");
    }
    out.flush();
    return 0;
  }

  private static void seal(Settings settings, Path data) {
    Optional<DataLock.Holder> holder = DataLock.holder(data);
    if (holder.isPresent() && !holder.get().address().isEmpty()) {
      new RunningServer(holder.get()).seal();
      return;
    }
    try (LocalNode node = TytoServer.openNode(settings, Clock.systemUTC())) {
      node.seal();
    }
  }

  /// Up to where the data are in it, and what of the logs is not.
  private static void tellReach(PrintWriter out, BackupIndex index) {
    long rows = index.parts().stream().mapToLong(BackupIndex.Part::rows).sum();
    index.parts().stream()
        .mapToLong(BackupIndex.Part::sealedMillis)
        .min()
        .ifPresent(oldest ->
            out.printf(
                "It reaches up to the newest commit of each of %d partitions, %,d rows ever; the oldest of these commits is of %s%n",
                index.parts().size(), rows, Instant.ofEpochMilli(oldest)));
    if (index.unsealed() == 0) {
      return;
    }
    out.printf(
        "WARNING: %,d records that were acknowledged are in no segment yet, so they are not in it; with --seal they are sealed first:%n",
        index.unsealed());
    for (BackupIndex.Part part : index.parts()) {
      if (part.unsealed() > 0) {
        out.printf(
            "  group %d, partition %d: %,d records of the log %s from offset %,d on%n",
            part.group(), part.partition(), part.unsealed(), part.logId(), part.next());
      }
    }
  }

  /// One backup in a line.
  static String describe(BackupIndex index) {
    return "backup %d of %s: %,d files, %s"
        .formatted(
            index.number(),
            Instant.ofEpochMilli(index.createdMillis()),
            index.items().size(),
            Sizes.bytes(index.bytes()));
  }

  @Command(
      name = "verify",
      description = "Reads every byte of all backups in a folder again and compares their hashes.")
  static final class Verify implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "folder of backups")
    private Path folder;

    @Override
    public Integer call() {
      PrintWriter out = spec.commandLine().getOut();
      BackupFolder backups = new BackupFolder(folder, Disk.SYSTEM);
      if (backups.numbers().isEmpty()) {
        out.printf("there is no backup in %s%n", folder);
        return 1;
      }
      List<Fault> faults = backups.verify(index -> out.println(describe(index)));
      faults.forEach(fault -> out.println("FAULT " + fault));
      out.printf("%s: %d faults%n", folder, faults.size());
      out.flush();
      return faults.isEmpty() ? 0 : 1;
    }
  }
}
