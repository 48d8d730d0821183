package io.tyto.ingest.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Collects what is to be said about one file. Not thread-safe.
final class Problems {
  /// A file that is wrong throughout is told so, not listed for ever.
  private static final int MAX_PROBLEMS = 200;

  private final String file;
  private final List<ConfigProblem> problems = new ArrayList<>();
  private final List<ConfigProblem> notes = new ArrayList<>();

  Problems(String file) {
    this.file = file;
  }

  /// Something stands there that should not.
  void wrong(Located where, String expected) {
    add(where.line(), where.key(), "'" + where.value() + "'", expected);
  }

  /// Something is missing, or cannot be told by a single value.
  void wrong(int line, String key, String message) {
    add(line, key, null, message);
  }

  void add(int line, String key, @Nullable String found, String expected) {
    if (problems.size() < MAX_PROBLEMS) {
      problems.add(new ConfigProblem(file, line, key, found, expected));
    } else if (problems.size() == MAX_PROBLEMS) {
      problems.add(
          new ConfigProblem(file, line, "", null, "more problems follow; these come first"));
    }
  }

  /// Accepted, but without effect or probably not meant.
  void note(int line, String key, String message) {
    notes.add(new ConfigProblem(file, line, key, null, message));
  }

  boolean isEmpty() {
    return problems.isEmpty();
  }

  List<ConfigProblem> problems() {
    return problems.stream().sorted(Comparator.comparingInt(ConfigProblem::line)).toList();
  }

  List<ConfigProblem> notes() {
    return notes.stream().sorted(Comparator.comparingInt(ConfigProblem::line)).toList();
  }
}
