package io.tyto.ingest.config;

import io.tyto.model.text.Suggestion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// One mapping of a config file, read by the keys that the caller knows. What does not have the
/// shape asked for becomes a problem and reads as absent, so that reading goes on and finds the
/// rest.
///
/// Only the keys asked for are ever visited: aliases that nest cannot blow up.
final class Section {
  private static final String SPLIT_TYPE =
      "; inside { } a type with a comma stands in quotes: \"decimal(18,2)\"";

  private final Problems problems;
  private final String path;
  private final int line;
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final Map<String, Integer> lines = new LinkedHashMap<>();

  Section(Problems problems, String path, MappingNode node) {
    this.problems = problems;
    this.path = path;
    this.line = lineOf(node);
    for (NodeTuple entry : node.getValue()) {
      enter(entry);
    }
  }

  private void enter(NodeTuple entry) {
    int at = lineOf(entry.getKeyNode());
    if (!(entry.getKeyNode() instanceof ScalarNode name)) {
      problems.wrong(at, path, "a key is a plain word, not a list or a mapping");
      return;
    }
    String key = name.getValue();
    if (values.containsKey(key)) {
      problems.wrong(
          at, pathOf(key), "stands twice, first in line " + lines.get(key) + "; keep one");
      return;
    }
    values.put(key, entry.getValueNode());
    lines.put(key, at);
  }

  int line() {
    return line;
  }

  String path() {
    return path;
  }

  /// Line of a key, or of the section where the key is absent.
  int line(String key) {
    return lines.getOrDefault(key, line);
  }

  String pathOf(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  List<String> keys() {
    return List.copyOf(values.keySet());
  }

  /// Every key as it stands, for rules about names.
  List<Located> names() {
    return values.keySet().stream().map(key -> new Located(key, line(key), pathOf(key))).toList();
  }

  boolean has(String key) {
    Node node = values.get(key);
    return node != null && !isNull(node);
  }

  /// Makes a problem of every key that is not known here.
  void allowOnly(List<String> known) {
    for (String key : values.keySet()) {
      if (!known.contains(key)) {
        String hint = splitType(key) ? SPLIT_TYPE : Suggestion.didYouMean(key, known);
        problems.add(
            line(key),
            pathOf(key),
            "an unknown key",
            "expected " + String.join(", ", known) + hint);
      }
    }
  }

  /// `{ type: decimal(18,2) }` is, to YAML, a key `2)` without a value.
  private static boolean splitType(String key) {
    return key.matches("\\s*\\d+\\s*\\)");
  }

  /// A single value as text, or null where there is none.
  @Nullable Located text(String key) {
    Node node = values.get(key);
    return node == null || isNull(node) ? null : scalar(node, pathOf(key));
  }

  /// A single value that must be there.
  @Nullable Located requiredText(String key, String expected) {
    if (!has(key)) {
      problems.wrong(line, pathOf(key), "is missing, expected " + expected);
      return null;
    }
    return text(key);
  }

  @Nullable String plainText(String key) {
    Located text = text(key);
    return text == null ? null : text.value();
  }

  boolean bool(String key, boolean otherwise) {
    Located text = text(key);
    if (text == null) {
      return otherwise;
    }
    return switch (text.value().toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> {
        problems.wrong(text, "expected true or false");
        yield otherwise;
      }
    };
  }

  /// A mapping, or null where there is none.
  @Nullable Section section(String key) {
    Node node = values.get(key);
    if (node == null || isNull(node)) {
      return null;
    }
    if (node instanceof MappingNode mapping) {
      return new Section(problems, pathOf(key), mapping);
    }
    problems.add(line(key), pathOf(key), shape(node), "expected a mapping of keys to values");
    return null;
  }

  /// Whether the value is a mapping, for keys that also have a short form.
  boolean isSection(String key) {
    return values.get(key) instanceof MappingNode;
  }

  /// Whether the value is a single one, for keys that also take a list.
  boolean isText(String key) {
    return values.get(key) instanceof ScalarNode;
  }

  boolean isEmptyList(String key) {
    return values.get(key) instanceof SequenceNode list && list.getValue().isEmpty();
  }

  /// Texts of a list, or of a single value; empty where there are none.
  List<Located> texts(String key) {
    List<Located> texts = new ArrayList<>();
    Node node = values.get(key);
    if (node instanceof SequenceNode list) {
      for (Node element : list.getValue()) {
        add(texts, scalar(element, pathOf(key)));
      }
    } else if (node != null && !isNull(node)) {
      add(texts, scalar(node, pathOf(key)));
    }
    return texts;
  }

  /// The mappings of a list; empty where there are none.
  List<Section> sections(String key) {
    List<Section> sections = new ArrayList<>();
    Node node = values.get(key);
    if (node instanceof SequenceNode list) {
      for (Node element : list.getValue()) {
        if (element instanceof MappingNode mapping) {
          sections.add(new Section(problems, pathOf(key), mapping));
        } else {
          problems.add(lineOf(element), pathOf(key), shape(element), "expected a mapping");
        }
      }
    } else if (node != null && !isNull(node)) {
      problems.add(line(key), pathOf(key), shape(node), "expected a list");
    }
    return sections;
  }

  /// All keys with single values.
  List<Located> entries() {
    List<Located> entries = new ArrayList<>();
    for (String key : values.keySet()) {
      add(entries, text(key));
    }
    return entries;
  }

  private static void add(List<Located> texts, @Nullable Located text) {
    if (text != null) {
      texts.add(text);
    }
  }

  private @Nullable Located scalar(Node node, String key) {
    if (node instanceof ScalarNode scalar) {
      return new Located(scalar.getValue(), lineOf(node), key);
    }
    problems.add(lineOf(node), key, shape(node), "expected a single value");
    return null;
  }

  private static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  private static String shape(Node node) {
    return switch (node) {
      case MappingNode _ -> "a mapping";
      case SequenceNode _ -> "a list";
      case ScalarNode scalar when isNull(scalar) -> "nothing";
      case ScalarNode scalar -> "'" + scalar.getValue() + "'";
      default -> "something else";
    };
  }

  private static int lineOf(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
  }
}
