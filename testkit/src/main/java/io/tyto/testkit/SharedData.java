package io.tyto.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Where public data sets and their published results lie, outside of the repository.
public final class SharedData {
  private SharedData() {}

  /// `-Dtyto.shared=FOLDER`, else `TYTO_SHARED`, else a folder `shared` beside the checkout.
  public static Optional<Path> folder() {
    String named = System.getProperty("tyto.shared", System.getenv("TYTO_SHARED"));
    if (named != null && !named.isEmpty()) {
      return Optional.of(Path.of(named)).filter(Files::isDirectory);
    }
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.exists(at.resolve("tyto")) && Files.exists(at.resolve("pom.xml"))) {
        Path parent = at.getParent();
        Path beside = parent == null ? null : parent.resolve("shared");
        return Optional.ofNullable(beside).filter(Files::isDirectory);
      }
    }
    return Optional.empty();
  }
}
