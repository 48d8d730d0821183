package io.tyto.server.settings;

import io.tyto.ingest.enrich.StepSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// Reads the setting `pipeline`, a list of steps in YAML: `[{url: {field: page}}, {own: {}}]`.
final class PipelineText {
  private static final String KEY = "pipeline";
  private static final String EXPECTED =
      "expected a list of enrichers with their settings, such as `[{url: {field: page}}]`";

  private final List<String> faults;
  private final Function<Node, String> place;
  private final List<StepSettings> steps = new ArrayList<>();

  private PipelineText(List<String> faults, Function<Node, String> place) {
    this.faults = faults;
    this.place = place;
  }

  /// Reads a value as a flag or a variable of the environment holds it.
  static List<StepSettings> ofValue(String text, String origin, List<String> faults) {
    Node root = composed(text, origin, faults);
    return root == null ? List.of() : new PipelineText(faults, _ -> origin).read(root);
  }

  /// Reads the key of a server file, which is known to be YAML.
  static List<StepSettings> ofFile(String text, String file, List<String> faults) {
    Node value = valueOf(composed(text, file, faults));
    return value == null
        ? List.of()
        : new PipelineText(faults, node -> file + ":" + lineOf(node)).read(value);
  }

  private static @Nullable Node composed(String text, String label, List<String> faults) {
    try {
      LoadSettings settings = LoadSettings.builder().setLabel(label).build();
      return new Compose(settings).composeString(text).orElse(null);
    } catch (YamlEngineException e) {
      faults.add("setting `pipeline` (%s) is not YAML: %s".formatted(label, e.getMessage()));
      return null;
    }
  }

  private static @Nullable Node valueOf(@Nullable Node root) {
    if (root instanceof MappingNode map) {
      for (NodeTuple entry : map.getValue()) {
        if (entry.getKeyNode() instanceof ScalarNode key && key.getValue().equals(KEY)) {
          return entry.getValueNode();
        }
      }
    }
    return null;
  }

  private List<StepSettings> read(Node value) {
    if (value instanceof SequenceNode list) {
      list.getValue().forEach(this::readStep);
    } else {
      fault(value, EXPECTED);
    }
    return steps;
  }

  private void readStep(Node node) {
    switch (node) {
      case ScalarNode name -> add(name.getValue(), Map.of(), node);
      case MappingNode map when map.getValue().size() == 1 -> {
        NodeTuple entry = map.getValue().getFirst();
        if (entry.getKeyNode() instanceof ScalarNode name) {
          add(name.getValue(), settings(name.getValue(), entry.getValueNode()), node);
        } else {
          fault(node, EXPECTED);
        }
      }
      default -> fault(node, EXPECTED);
    }
  }

  private void add(String enricher, Map<String, Object> settings, Node node) {
    steps.add(new StepSettings(enricher, settings, place.apply(node)));
  }

  private Map<String, Object> settings(String enricher, Node node) {
    Map<String, Object> settings = new LinkedHashMap<>();
    if (node instanceof MappingNode map) {
      for (NodeTuple entry : map.getValue()) {
        Object value = value(entry.getValueNode());
        if (entry.getKeyNode() instanceof ScalarNode key && value != null) {
          settings.put(key.getValue(), value);
        } else if (!isNull(entry.getValueNode())) {
          fault(
              entry.getKeyNode(),
              "expected the settings of %s as single values or lists of them".formatted(enricher));
        }
      }
    } else if (!isNull(node)) {
      fault(
          node,
          "expected the settings of %s in braces: `{%s: {field: page}}`"
              .formatted(enricher, enricher));
    }
    return settings;
  }

  private static @Nullable Object value(Node node) {
    if (node instanceof SequenceNode list) {
      List<String> texts = new ArrayList<>();
      for (Node element : list.getValue()) {
        if (!(element instanceof ScalarNode scalar)) {
          return null;
        }
        texts.add(scalar.getValue());
      }
      return texts;
    }
    return node instanceof ScalarNode scalar && !isNull(node) ? scalar.getValue() : null;
  }

  private static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  private void fault(Node node, String expected) {
    faults.add("%s: pipeline: %s".formatted(place.apply(node), expected));
  }

  private static int lineOf(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
  }
}
