package io.tyto.ingest.config;

import io.tyto.model.port.AdminService.ConfigFile;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/// Reads YAML to a tree with line numbers; builds no objects and runs no tags.
final class YamlFile {
  static final int MAX_CHARACTERS = 1 << 20;
  private static final int MAX_ALIASES = 50;

  /// Deeper than any config; the composer recurses, so depth is counted before it runs.
  private static final int MAX_DEPTH = 30;

  private YamlFile() {}

  /// The top of a file, or null with a problem where it is no YAML mapping.
  static @Nullable Section read(ConfigFile file, Problems problems) {
    if (file.text().length() > MAX_CHARACTERS) {
      problems.wrong(1, "", "the file has more than " + MAX_CHARACTERS + " characters");
      return null;
    }
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(file.name())
            .setMaxAliasesForCollections(MAX_ALIASES)
            .setCodePointLimit(MAX_CHARACTERS)
            .build();
    try {
      int deepLine = lineTooDeep(settings, file.text());
      if (deepLine > 0) {
        problems.wrong(deepLine, "", "nests more than " + MAX_DEPTH + " deep");
        return null;
      }
      Optional<Node> root = new Compose(settings).composeString(file.text());
      if (root.isPresent() && root.get() instanceof MappingNode mapping) {
        return new Section(problems, "", mapping);
      }
      problems.wrong(1, "", "expected a mapping that begins with `collection:`");
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(Mark::getLine).orElse(0) + 1;
      problems.wrong(line, "", "not YAML: " + e.getProblem() + hint(file.text(), line));
    } catch (YamlEngineException e) {
      problems.wrong(1, "", "not YAML: " + e.getMessage());
    }
    return null;
  }

  /// The line in which nesting goes too deep, or 0.
  private static int lineTooDeep(LoadSettings settings, String text) {
    int depth = 0;
    for (Event event : new Parse(settings).parseString(text)) {
      switch (event.getEventId()) {
        case MappingStart, SequenceStart -> depth++;
        case MappingEnd, SequenceEnd -> depth--;
        default -> {}
      }
      if (depth > MAX_DEPTH) {
        return event.getStartMark().map(Mark::getLine).orElse(0) + 1;
      }
    }
    return 0;
  }

  /// The two slips that YAML's own words explain worst.
  private static String hint(String text, int line) {
    String[] lines = text.split("\n", -1);
    String shown = line <= lines.length ? lines[line - 1] : "";
    if (shown.matches(".*\\{.*type:\\s*[a-z0-9()]+\\[\\].*")) {
      return "; inside { } a list type stands in quotes: \"string[]\"";
    }
    return shown.contains("\t") ? "; indent with blanks, not tabs" : "";
  }
}
