package io.tyto.gateway.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.access.LimitClass;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.LimitService;
import io.tyto.model.port.LiveService;
import io.tyto.model.query.EventsQuery;
import io.tyto.model.query.LiveQuery;
import io.tyto.model.result.EventsUpdate;
import io.tyto.model.result.LiveUpdate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LimitedLiveTest {
  private static final EventsQuery EVENTS = new EventsQuery("a", null, List.of(), 1, null, 10);

  private final List<Listener> listeners = new ArrayList<>();
  private boolean isFull;

  private final LiveService live =
      new LiveService() {
        @Override
        public Following follow(LiveQuery query, Caller caller, Listener<LiveUpdate> listener) {
          throw new IllegalStateException("not asked here");
        }

        @Override
        public Following events(EventsQuery query, Caller caller, Listener<EventsUpdate> listener) {
          if (isFull) {
            throw new TytoException(ErrorCode.OVERLOADED, "full");
          }
          listeners.add(listener::ended);
          return new Following() {
            @Override
            public void request() {}

            @Override
            public void close() {}
          };
        }
      };

  /// Ends one subscription.
  private interface Listener {
    void ended(@Nullable TytoException cause);
  }

  private final LimitedLive limited =
      new LimitedLive(
          live, _ -> new LimitService.Use(new LimitClass("two", 1, 1, 1, 1, 2, 1), 1, 0, 0));

  private static Caller caller(String id) {
    return new Caller(id, Caller.Kind.KEY, id, "default", Access.ALL, "two");
  }

  private LiveService.Following follow(String caller) {
    return limited.events(
        EVENTS,
        caller(caller),
        new LiveService.Listener<>() {
          @Override
          public void next(EventsUpdate update) {}

          @Override
          public void failed(TytoException cause) {}

          @Override
          public void ended(@Nullable TytoException cause) {}
        });
  }

  @Test
  void eachCallerHasSoMany() {
    LiveService.Following first = follow("a");
    follow("a");
    TytoException refusal = assertThrows(TytoException.class, () -> follow("a"));
    assertEquals(ErrorCode.CONCURRENCY_LIMITED, refusal.code());
    follow("b");
    first.close();
    first.close();
    follow("a");
    assertThrows(TytoException.class, () -> follow("a"), "closed twice is closed once");
    listeners.get(1).ended(null);
    follow("a");
    assertThrows(TytoException.class, () -> follow("a"));
  }

  @Test
  void whatIsRefusedBehindItCountsNot() {
    isFull = true;
    assertThrows(TytoException.class, () -> follow("a"));
    assertThrows(TytoException.class, () -> follow("a"));
    isFull = false;
    follow("a");
    follow("a");
  }
}
