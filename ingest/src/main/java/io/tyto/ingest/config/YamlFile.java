package io.tyto.ingest.config;

import io.tyto.model.port.AdminService.ConfigFile;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
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

  /// What a file holds.
  ///
  /// @param top null, with a problem, where it is no YAML mapping
  /// @param files those attached, by name
  record Content(@Nullable Section top, Map<String, byte[]> files) {
    static final Content NOTHING = new Content(null, Map.of());
  }

  static Content read(ConfigFile file, Problems problems) {
    if (file.text().length() > MAX_CHARACTERS) {
      problems.wrong(
          1,
          "",
          "the file, with the schema files that it names, has more than %d characters"
              .formatted(MAX_CHARACTERS));
      return Content.NOTHING;
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
        return Content.NOTHING;
      }
      Section top = null;
      Map<String, byte[]> files = new HashMap<>();
      for (Node document : new Compose(settings).composeAllFromString(file.text())) {
        if (!(document instanceof MappingNode mapping)) {
          break;
        }
        Section section = new Section(problems, "", mapping);
        if (top == null) {
          top = section;
        } else {
          attach(section, files, problems);
        }
      }
      if (top == null) {
        problems.wrong(1, "", "expected a mapping, such as one that begins with `collection:`");
      }
      return new Content(top, files);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(Mark::getLine).orElse(0) + 1;
      problems.wrong(line, "", "not YAML: " + e.getProblem() + hint(file.text(), line));
    } catch (YamlEngineException e) {
      problems.wrong(1, "", "not YAML: " + e.getMessage());
    }
    return Content.NOTHING;
  }

  private static void attach(Section section, Map<String, byte[]> files, Problems problems) {
    section.allowOnly(ConfigKeys.ATTACHED);
    Located name = section.requiredText("file", "the name of an attached file");
    Located base64 = section.requiredText("base64", "its content");
    if (name == null || base64 == null) {
      return;
    }
    try {
      files.put(name.value(), Base64.getDecoder().decode(base64.value()));
    } catch (IllegalArgumentException e) {
      problems.wrong(base64.line(), "base64", "is not Base64: " + e.getMessage());
    }
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
