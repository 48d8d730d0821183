package io.tyto.server.cli;

import io.tyto.ingest.config.Attachments;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ConfigFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Finds and reads event configs.
final class ConfigFiles {
  private static final long MAX_BYTES = 1 << 20;

  private ConfigFiles() {}

  /// The YAML files of a folder by name, or the one file.
  static List<ConfigFile> read(Path folderOrFile) {
    try {
      if (!Files.exists(folderOrFile)) {
        throw new TytoException(
            ErrorCode.CONFIG_INVALID,
            "no event configs at %s: write one (`tyto config init SAMPLE` proposes it) or name the"
                    .formatted(folderOrFile)
                + " folder with --config");
      }
      if (!Files.isDirectory(folderOrFile)) {
        return List.of(readOne(folderOrFile));
      }
      List<ConfigFile> files = new ArrayList<>();
      try (Stream<Path> entries = Files.list(folderOrFile)) {
        for (Path path : entries.sorted().toList()) {
          String name = path.getFileName().toString();
          if (Files.isRegularFile(path) && (name.endsWith(".yaml") || name.endsWith(".yml"))) {
            files.add(readOne(path));
          }
        }
      }
      return files;
    } catch (IOException | UncheckedIOException e) {
      throw new TytoException(
          ErrorCode.CONFIG_INVALID, "cannot read " + folderOrFile + ": " + e.getMessage(), e);
    }
  }

  private static ConfigFile readOne(Path file) throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      throw new TytoException(
          ErrorCode.CONFIG_INVALID, file + " is larger than 1 MiB; an event config is not");
    }
    try {
      ConfigFile config = new ConfigFile(file.getFileName().toString(), Files.readString(file));
      return Attachments.attach(config, name -> schemaFile(file.toAbsolutePath(), name));
    } catch (MalformedInputException e) {
      throw new TytoException(ErrorCode.CONFIG_INVALID, file + " is not UTF-8 text", e);
    }
  }

  /// A file in the folder of a config or below it, or null; links that lead out of it are not
  /// followed.
  private static byte @Nullable [] schemaFile(Path config, String name) {
    try {
      Path folder = Objects.requireNonNull(config.getParent()).toRealPath();
      Path file = folder.resolve(name);
      if (!Files.isRegularFile(file) || !file.toRealPath().startsWith(folder)) {
        return null;
      }
      if (Files.size(file) > Attachments.MAX_BYTES) {
        throw new TytoException(
            ErrorCode.CONFIG_INVALID,
            "%s is larger than %d bytes; a schema file is not"
                .formatted(file, Attachments.MAX_BYTES));
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
