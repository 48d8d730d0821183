package io.tyto.server.cli;

import io.tyto.ingest.backup.Restore;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.tyto.store.Disk;
import io.tyto.store.backup.BackupIndex;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `tyto restore`: makes a data folder of a backup.
@Command(
    name = "restore",
    description = "Makes a data folder of a backup, each file checked by its hash.")
final class RestoreCommand implements Callable<Integer> {
  @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.FOLDER);
  @Spec private CommandSpec spec;

  @Option(names = "--from", required = true, paramLabel = "DIR", description = "folder of backups")
  private Path from;

  @Option(
      names = "--number",
      defaultValue = "0",
      description = "which of them, as `tyto backup verify` lists them; without it the newest")
  private long number;

  @Override
  public Integer call() {
    Settings settings = flags.resolve();
    Path data = settings.path(Setting.DATA);
    if (!settings.text(Setting.STORE).equals("file")) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "A backup is restored into a folder, and `store` is %s. Restore it with --store file, copy what is then below %s into the bucket under equal names, and start with the bucket and that folder."
              .formatted(settings.text(Setting.STORE), data.resolve("store")));
    }
    BackupIndex index = Restore.run(from, data, number, Disk.SYSTEM);
    Instant then = Instant.ofEpochMilli(index.createdMillis());
    PrintWriter out = spec.commandLine().getOut();
    out.printf("%s is in %s, every file has its hash%n", BackupCommand.describe(index), data);
    if (index.unsealed() > 0) {
      out.printf(
          "WARNING: %,d records that were acknowledged by %s were in no segment and are not here, nor is what came later. Have producers send again from then on; events with ids that are here are taken once.%n",
          index.unsealed(), then);
    }
    out.printf(
        "WARNING: API keys are as they were at %s: revoke again what was revoked since (`tyto keys`).%n",
        then);
    if (index.hasSecret()) {
      out.printf(
          "WARNING: put the secret behind private fields at %s, or name its file with privacy.keyFile, before the first start.%n",
          data.resolve("keys").resolve("1.key"));
    }
    out.printf(
        "New events go to a new log. `tyto verify --data %s` reads all once more, `tyto serve` begins.%n",
        data);
    out.flush();
    return 0;
  }
}
