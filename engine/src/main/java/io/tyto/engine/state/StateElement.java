package io.tyto.engine.state;

import io.tyto.model.schema.Physical;

/// One thing that is kept of every entity. Two of them are the same, and the one's values go on as
/// the other's, if all parts are equal.
///
/// @param columnId whose values; 0: the events themselves
/// @param form of the column's values
/// @param meaning what the stored numbers or bytes stand for: the type, as far as it matters, and
///   the privacy policy
public record StateElement(StateFunction function, int columnId, Physical form, String meaning) {
  public static final StateElement EVENTS =
      new StateElement(StateFunction.COUNT, 0, Physical.LONG, "");
}
