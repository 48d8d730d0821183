package io.tyto.engine.live;

import io.tyto.engine.filter.RowSample;
import io.tyto.engine.record.EventScan;
import io.tyto.engine.record.EventScan.Events;
import io.tyto.engine.record.EventScan.Place;
import io.tyto.engine.record.RowScan.Identity;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Guard;
import io.tyto.model.access.Verb;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.LiveService.Following;
import io.tyto.model.port.LiveService.Listener;
import io.tyto.model.query.EventsQuery;
import io.tyto.model.query.Filter;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.EventsUpdate;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One listener to the rows of a collection as they arrive.
///
/// Rows are read from snapshots when they are asked for, so that nothing waits in memory for a slow
/// listener, only its position stays behind. Once it has caught up, it may lag by so many rows
/// only; whoever resumes from an offset reads all of them. What it reads is charged to its caller,
/// and it ends where the caller's limits do. Thread-safe.
final class EventFollower implements Following {
  /// Rows that may wait for a listener that had caught up.
  static final int MAX_WAITING = 10_000;

  /// What arrived longer ago is not told to whoever resumes, however far their offset is behind:
  /// they had a day to come back, and a day to catch up.
  static final Duration OLDEST = EventOffset.LIFETIME.multipliedBy(2);

  private static final System.Logger LOG = System.getLogger(EventFollower.class.getName());

  private final EventsQuery query;
  private final Caller caller;
  private final LiveQueries home;
  private final EventOffset begin;
  private final Listener<EventsUpdate> listener;
  private final Map<String, Set<String>> columns;

  /// One and the same, so that it can be taken back.
  private final Runnable reading = this::read;

  // Guarded by this.
  private boolean isWanted;
  private boolean isWorking;
  private boolean isClosed;
  private boolean hasMore = true;
  private @Nullable Standing seen;
  private @Nullable QueryContext running;

  // Of the thread that reads; one at a time.
  private Map<Place, Long> position;
  private boolean hasCaughtUp;
  private long dropped;

  /// @param begin where to begin
  /// @param hasCaughtUp whether that is the end
  EventFollower(
      EventsQuery query,
      Caller caller,
      EventOffset begin,
      boolean hasCaughtUp,
      LiveQueries home,
      Listener<EventsUpdate> listener) {
    this.query = query;
    this.caller = caller;
    this.begin = begin;
    this.position = begin.next();
    this.hasCaughtUp = hasCaughtUp;
    this.home = home;
    this.listener = listener;
    this.columns = NamedColumns.of(query);
  }

  @Override
  public void request() {
    synchronized (this) {
      isWanted = true;
      if (!hasMore || isWorking || isClosed) {
        return;
      }
      isWorking = true;
    }
    home.execute(caller, reading);
  }

  @Override
  public String begin() {
    return begin.encode();
  }

  @Override
  public void close() {
    synchronized (this) {
      if (isClosed) {
        return;
      }
      isClosed = true;
      if (running != null) {
        running.cancel();
      }
    }
    home.takeBack(caller, reading);
    home.leave(this);
  }

  void end(TytoException cause) {
    synchronized (this) {
      if (isClosed) {
        return;
      }
    }
    close();
    listener.ended(cause);
  }

  /// Reads if rows have arrived and are wanted.
  void look(Function<String, @Nullable Standing> standingOf) {
    synchronized (this) {
      if (!isWanted || isWorking || isClosed) {
        return;
      }
      if (!hasMore) {
        Standing now = standingOf.apply(query.collection());
        if (now != null && now.equals(seen)) {
          return;
        }
      }
      isWorking = true;
    }
    home.execute(caller, reading);
  }

  private void read() {
    synchronized (this) {
      if (isClosed) {
        return;
      }
    }
    EventsUpdate update;
    try (TableSnapshot snapshot = home.snapshot(query.collection())) {
      Events events = scan(snapshot);
      update = update(events, snapshot);
      synchronized (this) {
        seen = Standing.of(snapshot);
        hasMore = events.waiting() > 0 && !position.equals(events.end());
        isWorking = false;
        running = null;
        if (update == null || isClosed) {
          return;
        }
        isWanted = false;
      }
    } catch (RuntimeException | Error e) {
      fail(e);
      return;
    }
    listener.next(update);
  }

  private void fail(Throwable cause) {
    TytoException told;
    if (cause instanceof TytoException known) {
      told = known;
    } else {
      LOG.log(System.Logger.Level.ERROR, "reading events of " + query.collection(), cause);
      told = new TytoException(ErrorCode.INTERNAL, cause.toString(), cause);
    }
    end(told);
  }

  private Events scan(TableSnapshot snapshot) {
    QueryContext context = home.newContext("events " + UUID.randomUUID(), caller);
    synchronized (this) {
      running = context;
      if (isClosed) {
        context.cancel();
      }
    }
    // As the rules say now: they may have changed since the last look.
    Filter own = Guard.rows(caller, Verb.RECORDS, snapshot.schema());
    home.requireShown(columns, caller);
    try (ScanContext scan = home.scanContext(context)) {
      return new EventScan(
              snapshot.schema(),
              snapshot.sources(),
              Guard.and(Guard.and(own, query.where()), oldest()),
              query.columns(),
              this::isChosen,
              position,
              query.maxBatch(),
              hasCaughtUp,
              scan)
          .run();
    }
  }

  /// Null for who has caught up: what is new to them is new.
  private @Nullable Filter oldest() {
    return hasCaughtUp
        ? null
        : new Filter.Compare("_received", Filter.Op.GTE, home.now().minus(OLDEST), false);
  }

  /// What there is to tell, or null; moves on.
  private @Nullable EventsUpdate update(Events events, TableSnapshot snapshot) {
    int rows = events.positions().size();
    if (hasCaughtUp && rows + events.waiting() > MAX_WAITING) {
      dropped += rows + events.waiting();
      position = events.end();
      return take(0, events, snapshot);
    }
    position = events.waiting() == 0 ? events.end() : events.next();
    hasCaughtUp |= events.waiting() == 0;
    return rows == 0 ? null : take(rows, events, snapshot);
  }

  private EventsUpdate take(int rows, Events events, TableSnapshot snapshot) {
    String offset =
        new EventOffset(snapshot.schema().collectionId(), home.now(), position).encode();
    EventsUpdate update =
        new EventsUpdate(
            rows,
            rows == 0 ? List.of() : events.columns(),
            rows == 0 ? List.of() : events.identities().stream().map(Identity::recordId).toList(),
            dropped,
            offset);
    dropped = 0;
    return update;
  }

  /// By the row's identity alone, so that the same rows are chosen each time.
  private boolean isChosen(Identity identity) {
    if (query.sampleRate() >= 1) {
      return true;
    }
    int log = RowSample.ofLog(identity.logId().getBytes(StandardCharsets.UTF_8));
    return RowSample.isChosen(
        RowSample.ofRow(identity.partition(), log, identity.offset()), query.sampleRate());
  }
}
