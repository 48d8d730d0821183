package io.tyto.model.port;

import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.EventsQuery;
import io.tyto.model.query.LiveQuery;
import io.tyto.model.result.EventsUpdate;
import io.tyto.model.result.LiveUpdate;

/// Refuses.
final class NoLiveService implements LiveService {
  @Override
  public Following follow(LiveQuery query, Caller caller, Listener<LiveUpdate> listener) {
    throw refusal();
  }

  @Override
  public Following events(EventsQuery query, Caller caller, Listener<EventsUpdate> listener) {
    throw refusal();
  }

  private static TytoException refusal() {
    return new TytoException(
        ErrorCode.BAD_USER_INPUT, "this server follows no subscriptions: ask a query instead");
  }
}
