package io.tyto.gateway;

import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.LiveService;
import io.tyto.model.query.EventsQuery;
import io.tyto.model.query.LiveQuery;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.EventsUpdate;
import io.tyto.model.result.LiveUpdate;
import io.tyto.model.result.QueryMeta;
import io.tyto.model.result.QueryPlan;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Follows what a test tells it.
final class FakeLive implements LiveService {
  private static final int SECONDS = 30;

  /// Who follows, in order.
  final BlockingQueue<Followed> followed = new LinkedBlockingQueue<>();

  /// Who follows events, in order.
  final BlockingQueue<FollowedEvents> followedEvents = new LinkedBlockingQueue<>();

  final AtomicInteger closed = new AtomicInteger();
  volatile boolean isFull;

  /// Where it is more than 0, every follower is told as many and then that it is the end.
  volatile int updates;

  /// One follower: a test tells it something when it has asked.
  final class Followed implements Following {
    final LiveQuery query;
    private final Listener<LiveUpdate> listener;
    final BlockingQueue<Boolean> requests = new LinkedBlockingQueue<>();
    private long sequence;

    Followed(LiveQuery query, Listener<LiveUpdate> listener) {
      this.query = query;
      this.listener = listener;
    }

    @Override
    public void request() {
      requests.add(true);
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }

    /// Waits until it is asked for.
    void tell() throws InterruptedException {
      asked();
      listener.next(new LiveUpdate(answer("s"), ++sequence, 0));
    }

    private void tellAll(int count) {
      try {
        for (int i = 0; i < count; i++) {
          tell();
        }
        asked();
        end();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    void fail(TytoException cause) throws InterruptedException {
      asked();
      listener.failed(cause);
    }

    void end() {
      listener.ended(null);
    }

    private void asked() throws InterruptedException {
      if (requests.poll(SECONDS, TimeUnit.SECONDS) == null) {
        throw new AssertionError("nothing was asked for");
      }
    }
  }

  /// The same of events.
  final class FollowedEvents implements Following {
    final EventsQuery query;
    private final Listener<EventsUpdate> listener;
    private final BlockingQueue<Boolean> requests = new LinkedBlockingQueue<>();

    FollowedEvents(EventsQuery query, Listener<EventsUpdate> listener) {
      this.query = query;
      this.listener = listener;
    }

    @Override
    public void request() {
      requests.add(true);
    }

    @Override
    public String begin() {
      return query.fromOffset() == null ? "begin" : query.fromOffset();
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }

    void tell(String offset) throws InterruptedException {
      if (requests.poll(SECONDS, TimeUnit.SECONDS) == null) {
        throw new AssertionError("nothing was asked for");
      }
      listener.next(new EventsUpdate(0, List.of(), List.of(), 0, offset));
    }
  }

  FollowedEvents nextEvents() throws InterruptedException {
    FollowedEvents next = followedEvents.poll(SECONDS, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("nobody follows events");
    }
    return next;
  }

  Followed next() throws InterruptedException {
    Followed next = followed.poll(SECONDS, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("nobody follows");
    }
    return next;
  }

  @Override
  public Following follow(LiveQuery query, Caller caller, Listener<LiveUpdate> listener) {
    if (isFull) {
      throw new TytoException(ErrorCode.OVERLOADED, "too many");
    }
    Followed follower = new Followed(query, listener);
    if (updates > 0) {
      Thread.startVirtualThread(() -> follower.tellAll(updates));
    } else {
      followed.add(follower);
    }
    return follower;
  }

  @Override
  public Following events(EventsQuery query, Caller caller, Listener<EventsUpdate> listener) {
    FollowedEvents follower = new FollowedEvents(query, listener);
    followedEvents.add(follower);
    return follower;
  }

  /// An answer without rows.
  static AggregateResult answer(String snapshot) {
    return new AggregateResult(
        0,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        0,
        List.of(),
        List.of(),
        0,
        false,
        null,
        new QueryMeta("q", "segments", 0, 0, 0, 0, 0, null, snapshot, false, List.of(), List.of()),
        new QueryPlan(null, List.of(), List.of(), 0));
  }
}
