package io.tyto.cluster.query;

import io.tyto.model.result.MissingRows;
import java.util.List;

/// What nodes have is less than it should be, for a moment: less than was answered before, or not
/// what they were said to have.
final class BehindException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient List<MissingRows> missing;

  BehindException(List<MissingRows> missing) {
    super("rows that should be there are not", null, false, false);
    this.missing = List.copyOf(missing);
  }

  List<MissingRows> missing() {
    return missing;
  }
}
