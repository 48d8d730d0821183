package io.tyto.server.cli;

import io.tyto.ingest.LocalNode;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.IngestService.FileImport;
import io.tyto.model.port.IngestService.FileImportResult;
import io.tyto.model.port.IngestService.ImportProgress;
import io.tyto.model.port.IngestService.Rejected;
import io.tyto.server.TytoServer;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.tyto.store.DataLock;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `tyto import`: a file is a log of its own, known by the SHA-256 of its content, so it can be
/// interrupted and run again without doubling a row.
@Command(
    name = "import",
    description =
        "Imports NDJSON, JSON arrays, CSV or TSV, plain or .gz. A file that was imported before is"
            + " recognised by its content, under any name.")
final class ImportCommand implements Callable<Integer> {
  /// Small enough to stay in the processor's cache on its way to who reads it.
  private static final int BUFFER = 1 << 16;

  private static final int EXAMPLES = 5;

  @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.WRITING);
  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "COLLECTION",
      description = "the collection that the records belong to")
  private String collection;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "FILE",
      description = "files, or patterns in quotes such as 'exports/*.ndjson.gz'")
  private List<String> patterns;

  @Option(names = "--again", description = "import a second time what was imported before")
  private boolean again;

  private volatile boolean stopping;
  private final CountDownLatch stopped = new CountDownLatch(1);

  /// How records get in: into a folder of our own, or through the server that holds it.
  private interface Target {
    FileImportResult importFile(FileImport file, InputStream content, ImportProgress progress);
  }

  @Override
  public Integer call() throws IOException {
    Settings settings = flags.resolve();
    List<Path> files = expand(patterns);
    Path data = settings.path(Setting.DATA);
    PrintWriter out = spec.commandLine().getOut();
    Thread hook = new Thread(this::awaitStop, "stop-import");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      Optional<DataLock.Holder> holder = SettingFlags.holder(settings);
      if (holder.isPresent() && !holder.get().address().isEmpty()) {
        String address = holder.get().address();
        out.println("handing the records to the server at " + address + ", which holds " + data);
        return importAll(new RunningServer(holder.get())::importFile, files, out);
      }
      try (LocalNode node = TytoServer.openNode(settings, Clock.systemUTC())) {
        if (Files.exists(settings.path(Setting.CONFIG))) {
          List<ConfigFile> configs = ConfigFiles.read(settings.path(Setting.CONFIG));
          if (!configs.isEmpty()) {
            node.applyConfigs(configs);
          }
        }
        return importAll(node::importFile, files, out);
      }
    } finally {
      stopped.countDown();
    }
  }

  private int importAll(Target target, List<Path> files, PrintWriter out) throws IOException {
    long rejected = 0;
    for (Path file : files) {
      long bytes = Files.size(file);
      FileTime modified = Files.getLastModifiedTime(file);
      String hash = sha256(file);
      Progress progress = new Progress(out, file.getFileName().toString(), bytes);
      long[] seen = new long[1];
      try (InputStream content = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
        FileImportResult result =
            target.importFile(
                new FileImport(collection, file.toString(), hash, bytes, again),
                content,
                (records, read, _) -> {
                  seen[0] = records;
                  progress.show(read, records);
                  return !stopping;
                });
        progress.finish(result.accepted() + result.rejected() + result.duplicates());
        report(out, file, result);
        rejected += result.rejected();
      }
      if (Files.size(file) != bytes || !Files.getLastModifiedTime(file).equals(modified)) {
        throw new TytoException(
            ErrorCode.BAD_USER_INPUT,
            file
                + " changed while it was imported. What was read of it stays; events with an event id"
                + " are not doubled when you import the finished file");
      }
      if (stopping) {
        out.printf(
            "stopped after %,d records of %s; the same command goes on there%n", seen[0], file);
        return 130;
      }
    }
    return rejected == 0 ? 0 : 3;
  }

  private static void report(PrintWriter out, Path file, FileImportResult result) {
    if (result.alreadyImported() > 0) {
      out.printf(
          "%s: %,d records were imported before and skipped%s%n",
          file,
          result.alreadyImported(),
          result.accepted() == 0 ? "; --again imports them a second time" : "");
    }
    if (result.duplicates() > 0) {
      out.printf("%s: %,d duplicates by event id%n", file, result.duplicates());
    }
    if (result.rejected() > 0) {
      out.printf("%s: %,d records refused, kept as dead letters:%n", file, result.rejected());
      for (Rejected one :
          result.examples().subList(0, Math.min(EXAMPLES, result.examples().size()))) {
        out.printf(
            "  record %d: %s%s [%s]%n",
            one.index(), one.field() == null ? "" : one.field() + ": ", one.message(), one.code());
      }
    }
    out.flush();
  }

  /// Ctrl-C: lets the import reach a consistent state before the process ends.
  private void awaitStop() {
    stopping = true;
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static List<Path> expand(List<String> patterns) throws IOException {
    List<Path> files = new ArrayList<>();
    for (String pattern : patterns) {
      List<Path> found = existing(pattern);
      if (found.isEmpty()) {
        throw new TytoException(ErrorCode.BAD_USER_INPUT, "no such file: " + pattern);
      }
      for (Path file : found) {
        if (Files.isDirectory(file)) {
          throw new TytoException(
              ErrorCode.BAD_USER_INPUT,
              "%s is a folder; name files, or a pattern such as '%s/*.json'".formatted(file, file));
        }
        files.add(file);
      }
    }
    return files;
  }

  private static List<Path> existing(String pattern) throws IOException {
    try {
      Path file = Path.of(pattern);
      if (Files.exists(file)) {
        return List.of(file);
      }
      int wild = firstWildcard(pattern);
      if (wild < 0) {
        return List.of();
      }
      int slash = pattern.lastIndexOf('/', wild);
      Path folder = slash < 0 ? Path.of(".") : Path.of(pattern.substring(0, slash + 1));
      String absolute = folder.toAbsolutePath().normalize() + "/" + pattern.substring(slash + 1);
      PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + absolute);
      if (!Files.isDirectory(folder)) {
        return List.of();
      }
      try (Stream<Path> all = Files.walk(folder.toAbsolutePath().normalize())) {
        return all.filter(Files::isRegularFile).filter(matcher::matches).sorted().toList();
      }
    } catch (InvalidPathException e) {
      throw new TytoException(ErrorCode.BAD_USER_INPUT, "not a file name: " + pattern, e);
    }
  }

  private static int firstWildcard(String pattern) {
    for (int i = 0; i < pattern.length(); i++) {
      if ("*?[{".indexOf(pattern.charAt(i)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  private static String sha256(Path file) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[BUFFER];
      try (InputStream in = Files.newInputStream(file)) {
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          digest.update(buffer, 0, read);
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
