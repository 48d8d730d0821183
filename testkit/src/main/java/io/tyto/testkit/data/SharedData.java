package io.tyto.testkit.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/// Real data sets in a folder `shared` that a machine may have: named by the property `tyto.shared`
/// or the variable `TYTO_SHARED`, else beside the checkout. Tests that need it are skipped without.
public final class SharedData {
  private static final String SKIPPED = "skipped, no shared data";

  private SharedData() {}

  /// A file below the folder, such as `data/movies/movies.json.gz`; skips the test where it is
  /// absent.
  public static Path file(String relative) {
    for (Path folder : candidates()) {
      Path file = folder.resolve(relative);
      if (Files.exists(file)) {
        return file;
      }
    }
    return Assumptions.abort(SKIPPED);
  }

  private static List<Path> candidates() {
    List<Path> folders = new ArrayList<>();
    String property = System.getProperty("tyto.shared", "");
    // The build hands the property on as it is, also where nobody set it.
    if (!property.isEmpty() && !property.startsWith("$")) {
      folders.add(Path.of(property));
    }
    String variable = System.getenv("TYTO_SHARED");
    if (variable != null && !variable.isEmpty()) {
      folders.add(Path.of(variable));
    }
    // Tests run in the folder of their module or in the checkout itself.
    Path here = Path.of("").toAbsolutePath();
    folders.add(here.resolve("../shared"));
    folders.add(here.resolve("../../shared"));
    return folders;
  }
}
