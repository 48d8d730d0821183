package io.tyto.ingest.lifetime;

import io.tyto.model.schema.Anomaly;
import java.util.ArrayList;
import java.util.List;

/// What the rules of a collection found in the events of one call, for whoever makes alerts of it.
/// Not thread-safe.
public final class Findings {
  private final List<Finding> found = new ArrayList<>();

  /// One marked event.
  ///
  /// @param position among the rows of the call
  /// @param rules that marked it, at least one, in the order of the file
  /// @param value of the first rule; decimals with their point
  /// @param mean of the values before
  /// @param deviation likewise
  public record Finding(
      int position, List<Anomaly> rules, double value, double mean, double deviation) {
    public Finding {
      rules = List.copyOf(rules);
    }

    private Finding with(Anomaly other) {
      List<Anomaly> more = new ArrayList<>(rules);
      more.add(other);
      return new Finding(position, more, value, mean, deviation);
    }
  }

  /// Rules come in the order of the file, rows in their order.
  void add(int position, Anomaly rule, double value, double mean, double deviation) {
    if (!found.isEmpty() && found.getLast().position() == position) {
      found.addLast(found.removeLast().with(rule));
    } else {
      found.add(new Finding(position, List.of(rule), value, mean, deviation));
    }
  }

  /// What was found since the last call.
  public List<Finding> take() {
    if (found.isEmpty()) {
      return List.of();
    }
    List<Finding> taken = List.copyOf(found);
    found.clear();
    return taken;
  }
}
