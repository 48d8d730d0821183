package io.tyto.model.schema;

import java.util.ArrayList;
import java.util.List;

/// Where a value stands in a JSON document: a JSON Pointer (RFC 6901) in which the step `*` means
/// every element of an array. Immutable.
///
/// Escapes: `~0` is `~`, `~1` is `/`, and `~2` is `*`, for a key that is a lone asterisk. In a CSV
/// record the first step names the cell's column; further steps go on inside a cell that holds
/// JSON.
///
/// @param steps keys or array indexes from the outside in; empty points at the whole document
public record JsonPointer(List<Step> steps) {
  public static final int MAX_STEPS = 32;

  public JsonPointer {
    steps = List.copyOf(steps);
  }

  /// One step down.
  public sealed interface Step {}

  /// The member of that name, or the array element of that index where `name` is a number.
  public record Member(String name) implements Step {
    /// The array index this step can mean, or -1.
    public int index() {
      return name.matches("0|[1-9][0-9]{0,8}") ? Integer.parseInt(name) : -1;
    }
  }

  /// Every element of an array.
  public record Each() implements Step {}

  /// The pointer of a field that stands under its own name at the top.
  public static JsonPointer ofMember(String name) {
    return new JsonPointer(List.of(new Member(name)));
  }

  /// Parses the textual form; IllegalArgumentException says what is wrong with it.
  public static JsonPointer parse(String text) {
    if (text.isEmpty()) {
      return new JsonPointer(List.of());
    }
    if (text.charAt(0) != '/') {
      throw new IllegalArgumentException("a JSON Pointer begins with '/', such as '/" + text + "'");
    }
    List<Step> steps = new ArrayList<>();
    for (String step : text.substring(1).split("/", -1)) {
      steps.add(step.equals("*") ? new Each() : new Member(unescaped(step)));
    }
    if (steps.size() > MAX_STEPS) {
      throw new IllegalArgumentException("a JSON Pointer has at most " + MAX_STEPS + " steps");
    }
    return new JsonPointer(steps);
  }

  /// The place that `inner` has for whoever stands where this points.
  public JsonPointer then(JsonPointer inner) {
    List<Step> all = new ArrayList<>(steps);
    all.addAll(inner.steps);
    return new JsonPointer(all);
  }

  /// Whether it can point at several values.
  public boolean isMany() {
    return steps.stream().anyMatch(Each.class::isInstance);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Step step : steps) {
      text.append('/');
      switch (step) {
        case Each _ -> text.append('*');
        case Member(String name) when name.equals("*") -> text.append("~2");
        case Member(String name) -> text.append(name.replace("~", "~0").replace("/", "~1"));
      }
    }
    return text.toString();
  }

  private static String unescaped(String step) {
    StringBuilder name = new StringBuilder(step.length());
    for (int i = 0; i < step.length(); i++) {
      char c = step.charAt(i);
      if (c != '~') {
        name.append(c);
        continue;
      }
      i++;
      name.append(
          switch (i < step.length() ? step.charAt(i) : ' ') {
            case '0' -> '~';
            case '1' -> '/';
            case '2' -> '*';
            default ->
                throw new IllegalArgumentException(
                    "'~' in a JSON Pointer is written ~0 ('/' is ~1, a lone '*' is ~2)");
          });
    }
    return name.toString();
  }
}
