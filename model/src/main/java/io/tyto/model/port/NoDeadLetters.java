package io.tyto.model.port;

import io.tyto.model.access.Caller;
import io.tyto.model.query.QueryContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Nothing is kept, so nothing is found.
final class NoDeadLetters implements DeadLetterService {
  @Override
  public Page letters(Query query, QueryContext context) {
    return new Page(List.of(), List.of(), false, false, 0L);
  }

  @Override
  public List<Reason> reasons(
      @Nullable String collection, Interval received, QueryContext context) {
    return List.of();
  }

  @Override
  public ReplayResult replay(ReplayRequest request, Caller caller) {
    return new ReplayResult(0, 0, 0, List.of());
  }
}
