package io.tyto.gateway.limits;

import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.LimitService;
import io.tyto.model.port.LiveService;
import io.tyto.model.query.EventsQuery;
import io.tyto.model.query.LiveQuery;
import io.tyto.model.result.EventsUpdate;
import io.tyto.model.result.LiveUpdate;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Subscriptions, of which each caller has so many at once as its class of limits allows.
/// Thread-safe.
public final class LimitedLive implements LiveService {
  private final LiveService live;
  private final LimitService limits;
  private final ConcurrentMap<String, Integer> byCaller = new ConcurrentHashMap<>();

  public LimitedLive(LiveService live, LimitService limits) {
    this.live = live;
    this.limits = limits;
  }

  /// CONCURRENCY_LIMITED where the caller has as many as it may.
  @Override
  public Following follow(LiveQuery query, Caller caller, Listener<LiveUpdate> listener) {
    return limited(caller, listener, counted -> live.follow(query, caller, counted));
  }

  /// The same.
  @Override
  public Following events(EventsQuery query, Caller caller, Listener<EventsUpdate> listener) {
    return limited(caller, listener, counted -> live.events(query, caller, counted));
  }

  private <T> Following limited(
      Caller caller, Listener<T> listener, Function<Listener<T>, Following> begin) {
    int most = limits.use(caller).limits().subscriptions();
    int now = byCaller.merge(caller.id(), 1, Integer::sum);
    Place place = new Place(caller.id());
    try {
      if (now > most) {
        throw new TytoException(
            ErrorCode.CONCURRENCY_LIMITED,
            "%d subscriptions of yours are open, which is as many as may: end one first"
                .formatted(most));
      }
      return new Counted(begin.apply(new Counting<>(listener, place)), place);
    } catch (RuntimeException | Error e) {
      place.leave();
      throw e;
    }
  }

  /// One of a caller's places, left once.
  private final class Place {
    private final String caller;
    private final AtomicBoolean isLeft = new AtomicBoolean();

    Place(String caller) {
      this.caller = caller;
    }

    void leave() {
      if (isLeft.compareAndSet(false, true)) {
        byCaller.computeIfPresent(caller, (_, count) -> count == 1 ? null : count - 1);
      }
    }
  }

  private record Counted(Following following, Place place) implements Following {
    @Override
    public void request() {
      following.request();
    }

    @Override
    public @Nullable String begin() {
      return following.begin();
    }

    @Override
    public void close() {
      following.close();
      place.leave();
    }
  }

  private record Counting<T>(Listener<T> listener, Place place) implements Listener<T> {
    @Override
    public void next(T update) {
      listener.next(update);
    }

    @Override
    public void failed(TytoException cause) {
      listener.failed(cause);
    }

    @Override
    public void ended(@Nullable TytoException cause) {
      place.leave();
      listener.ended(cause);
    }
  }
}
