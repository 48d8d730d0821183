package io.tyto.engine.live;

import io.tyto.engine.live.SharedQuery.State;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.LiveService.Following;
import io.tyto.model.port.LiveService.Listener;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.LiveUpdate;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One listener of a shared query: it is told the newest answer when it asks, whatever came before.
/// Thread-safe.
final class Follower implements Following {
  private static final System.Logger LOG = System.getLogger(Follower.class.getName());

  private final SharedQuery query;
  private final boolean onlyOnChange;
  private final Listener<LiveUpdate> listener;

  // Guarded by this.
  private boolean isWanted;
  private boolean isClosed;
  private long first;
  private long told;
  private long toldVersion;

  Follower(SharedQuery query, boolean onlyOnChange, Listener<LiveUpdate> listener) {
    this.query = query;
    this.onlyOnChange = onlyOnChange;
    this.listener = listener;
  }

  boolean onlyOnChange() {
    return onlyOnChange;
  }

  @Override
  public void request() {
    boolean isReady;
    synchronized (this) {
      isWanted = true;
      isReady = number(query.state()) != told;
    }
    if (isReady) {
      query.home().tell(this::tell);
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      if (isClosed) {
        return;
      }
      isClosed = true;
    }
    query.home().leave(query, this);
  }

  void end(TytoException cause) {
    synchronized (this) {
      if (isClosed) {
        return;
      }
      isClosed = true;
    }
    listener.ended(cause);
  }

  private long number(State state) {
    return onlyOnChange ? state.version() : state.pulse();
  }

  /// Tells the newest answer, if one is wanted and it is news.
  void tell() {
    State state = query.state();
    LiveUpdate update;
    synchronized (this) {
      if (!isWanted || isClosed || number(state) <= told) {
        return;
      }
      isWanted = false;
      if (told == 0) {
        first = number(state);
      }
      update = update(state);
      told = number(state);
      toldVersion = state.version();
    }
    try {
      if (update == null) {
        listener.failed(Objects.requireNonNull(state.failure()));
      } else {
        listener.next(update);
      }
    } catch (RuntimeException e) {
      // The others must hear it all the same.
      LOG.log(System.Logger.Level.ERROR, "a listener of a live query failed", e);
      close();
    }
  }

  private @Nullable LiveUpdate update(State state) {
    AggregateResult result = state.result();
    if (result == null) {
      return null;
    }
    int changed =
        state.version() == toldVersion
            ? 0
            : state.version() == toldVersion + 1 ? state.changedRows() : result.rowCount();
    boolean isFirst = toldVersion == 0;
    return new LiveUpdate(result, number(state) - first + 1, isFirst ? result.rowCount() : changed);
  }
}
