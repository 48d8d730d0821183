package io.tyto.model.query;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// A set of entities, by what they did. An entity that did nothing that is asked for is in none.
public sealed interface Cohort {

  /// Those with that many events at least.
  ///
  /// @param atLeast 1 or more
  record Did(EventFilter event, int atLeast) implements Cohort {}

  /// Those in all of `of`, and in none of `except`.
  ///
  /// @param of one at least
  record All(List<Cohort> of, List<Cohort> except) implements Cohort {
    public All {
      of = List.copyOf(of);
      except = List.copyOf(except);
    }
  }

  /// Those in one of them at least; empty: nobody.
  record Any(List<Cohort> of) implements Cohort {
    public Any {
      of = List.copyOf(of);
    }
  }

  /// The same cohort of other events.
  default Cohort with(UnaryOperator<EventFilter> other) {
    return switch (this) {
      case Did(EventFilter event, int atLeast) -> new Did(other.apply(event), atLeast);
      case All(var of, var except) ->
          new All(
              of.stream().map(each -> each.with(other)).toList(),
              except.stream().map(each -> each.with(other)).toList());
      case Any(var of) -> new Any(of.stream().map(each -> each.with(other)).toList());
    };
  }

  /// Every {@link Did}, in the order of reading.
  default List<Did> leaves() {
    List<Did> leaves = new ArrayList<>();
    switch (this) {
      case Did did -> leaves.add(did);
      case All(var of, var except) -> {
        of.forEach(each -> leaves.addAll(each.leaves()));
        except.forEach(each -> leaves.addAll(each.leaves()));
      }
      case Any(var of) -> of.forEach(each -> leaves.addAll(each.leaves()));
    }
    return leaves;
  }
}
