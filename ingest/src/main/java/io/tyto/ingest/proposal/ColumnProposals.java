package io.tyto.ingest.proposal;

import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.JsonPointer;
import io.tyto.model.schema.JsonPointer.Each;
import io.tyto.model.schema.JsonPointer.Step;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Turns what a sample showed into columns: members of objects become columns of their own, arrays
/// of single values become lists, everything else stays JSON.
final class ColumnProposals {
  /// An object below the top that holds more values than this is rarely grouped by all of them, and
  /// may be a map whose keys are data.
  private static final int MAX_MEMBERS = 15;

  static final int MAX_COLUMNS = 200;

  private final Map<JsonPointer, Observation> places;
  private final ColumnNames names;

  /// Places whose whole content is in a JSON column already.
  private final Set<List<Step>> whole = new HashSet<>();

  private ColumnProposals(Map<JsonPointer, Observation> places) {
    this.places = places;
    names = new ColumnNames(places.keySet());
  }

  static List<Proposed> of(Sample sample) {
    return new ColumnProposals(sample.places()).columns();
  }

  private List<Proposed> columns() {
    List<Proposed> columns = new ArrayList<>();
    for (Map.Entry<JsonPointer, Observation> place : places.entrySet()) {
      List<Step> steps = place.getKey().steps();
      boolean isCovered = steps.getLast() instanceof Each || isInside(steps);
      if (!isCovered && !hasColumnsOfItsOwn(place.getKey(), place.getValue())) {
        columns.add(column(place.getKey(), place.getValue()));
      }
      if (columns.size() == MAX_COLUMNS) {
        break;
      }
    }
    return columns;
  }

  private boolean isInside(List<Step> steps) {
    for (int depth = 1; depth < steps.size(); depth++) {
      if (whole.contains(steps.subList(0, depth))) {
        return true;
      }
    }
    return false;
  }

  /// An object that always was one, and small: its members become columns.
  private boolean hasColumnsOfItsOwn(JsonPointer pointer, Observation values) {
    if (!values.hasObjects || values.hasArrays || values.count() > 0) {
      return false;
    }
    int depth = pointer.steps().size();
    long members =
        places.keySet().stream()
            .filter(other -> other.steps().size() > depth)
            .filter(other -> other.steps().subList(0, depth).equals(pointer.steps()))
            .count();
    return members > 0 && (depth == 1 || members <= MAX_MEMBERS) && depth < Sample.MAX_DEPTH;
  }

  private Proposed column(JsonPointer pointer, Observation values) {
    String name = names.of(pointer);
    if (values.hasObjects || values.hasNestedArrays) {
      whole.add(pointer.steps());
      String remark =
          values.hasNestedArrays
              ? "kept whole; for one member of every element declare a string[] and map \"%s/*/<member>\""
                  .formatted(pointer)
              : "kept whole; map \"%s/<key>\" to a field for one of its values".formatted(pointer);
      return new Proposed(name, pointer, ColumnType.JSON, null, remark, values);
    }
    if (values.hasArrays) {
      List<Step> each = new ArrayList<>(pointer.steps());
      each.add(new Each());
      Observation elements = places.getOrDefault(new JsonPointer(each), new Observation());
      TypeGuess guess = TypeGuess.ofList(name, elements);
      return new Proposed(name, pointer, guess.type(), guess.format(), "", elements);
    }
    TypeGuess guess = TypeGuess.of(name, values);
    return new Proposed(name, pointer, guess.type(), guess.format(), remark(values), values);
  }

  private static String remark(Observation values) {
    if (values.count() == 0) {
      return "always null here";
    }
    boolean isOneKind =
        values.isOnly(Observation.Kind.TEXT)
            || values.isOnly(Observation.Kind.BOOL)
            || values.isOnly(Observation.Kind.WHOLE, Observation.Kind.FRACTION);
    return isOneKind ? "" : "texts, numbers and booleans mixed";
  }
}
