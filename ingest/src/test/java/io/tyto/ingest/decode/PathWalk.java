package io.tyto.ingest.decode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a pointer finds for a `string[]` column, written as plainly as possible: the oracle.
final class PathWalk {
  private final String[] steps;
  private final List<@Nullable String> elements = new ArrayList<>();
  private boolean isPresent;
  private boolean isMisfit;

  PathWalk(String pointer) {
    steps = pointer.substring(1).split("/");
  }

  boolean isMisfit() {
    return isMisfit;
  }

  @Nullable List<@Nullable String> found() {
    return isPresent ? elements : null;
  }

  void visit(@Nullable Object value, int step, boolean isRepeated) {
    if (step == steps.length) {
      end(value, isRepeated);
    } else if (steps[step].equals("*")) {
      each(value, step);
    } else if (value instanceof Map<?, ?> members && members.containsKey(steps[step])) {
      visit(members.get(steps[step]), step + 1, isRepeated);
    } else if (value instanceof List<?> list
        && steps[step].matches("\\d")
        && Integer.parseInt(steps[step]) < list.size()) {
      visit(list.get(Integer.parseInt(steps[step])), step + 1, isRepeated);
    }
  }

  private void each(@Nullable Object value, int step) {
    if (value instanceof List<?> list) {
      isPresent = true;
      list.forEach(element -> visit(element, step + 1, true));
    } else if (value != null) {
      visit(value, step + 1, true);
    }
  }

  private void end(@Nullable Object value, boolean isRepeated) {
    switch (value) {
      case null -> {
        if (isRepeated) {
          add(null);
        }
      }
      case Map<?, ?> _ -> isMisfit = true;
      case List<?> list -> {
        isPresent = true;
        for (Object element : list) {
          isMisfit |= element instanceof Map || element instanceof List;
          add(element);
        }
      }
      default -> add(value);
    }
  }

  private void add(@Nullable Object value) {
    isPresent = true;
    elements.add(
        switch (value) {
          case null -> null;
          case RandomJson.NumberLiteral number -> number.text();
          default -> value.toString();
        });
  }
}
