package io.tyto.gateway.export;

import io.tyto.model.access.Caller;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// Ends what callers have under way who may not be here any more. Thread-safe.
///
/// *Lifetime*: looks until {@link #close}.
final class Presence implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Presence.class.getName());

  private final Predicate<Caller> mayStay;
  private final Set<Stay> stays = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("export-callers").factory());

  /// @param every how often it is looked whether callers may stay
  Presence(Predicate<Caller> mayStay, Duration every) {
    this.mayStay = mayStay;
    long millis = every.toMillis();
    var _ = timer.scheduleWithFixedDelay(this::look, millis, millis, TimeUnit.MILLISECONDS);
  }

  /// What is under way, until it is closed.
  final class Stay implements AutoCloseable {
    private final Caller caller;
    private final Runnable end;

    private Stay(Caller caller, Runnable end) {
      this.caller = caller;
      this.end = end;
    }

    @Override
    public void close() {
      stays.remove(this);
    }
  }

  /// @param end called once the caller may not stay, perhaps more than once; must not block
  Stay of(Caller caller, Runnable end) {
    Stay stay = new Stay(caller, end);
    stays.add(stay);
    return stay;
  }

  private void look() {
    for (Stay stay : stays) {
      try {
        if (!mayStay.test(stay.caller)) {
          stay.end.run();
        }
      } catch (RuntimeException e) {
        // Those behind it are looked at all the same, and this one again.
        LOG.log(System.Logger.Level.WARNING, "cannot tell whether a caller may stay", e);
      }
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
