package io.tyto.engine.plan;

import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.access.Guard;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.QueryContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Refuses rows that are older than a question accepts. Thread-safe: no state.
public final class Freshness {
  private Freshness() {}

  /// STALE where the newest row lies further behind the clock than the context allows, or the rows
  /// are known to trail their log by more. FORBIDDEN where a row policy keeps the caller to some
  /// rows.
  public static void require(TableSnapshot snapshot, QueryContext context, InstantSource clock) {
    Duration most = context.maxStaleness();
    if (most == null) {
      return;
    }
    // Asked for one time after the other, it would tell when others' events came.
    Guard.requireAllRows(
        context.caller(),
        snapshot.schema(),
        "maxStaleness is judged by the newest event of all, not by those of one caller");
    if (Guard.minGroup(context.caller(), snapshot.schema()) > 0) {
      throw SmallGroups.refused(snapshot.schema(), "the age of the newest event");
    }
    Long lag = snapshot.facts().ingestLagMillis();
    if (lag != null && lag > most.toMillis()) {
      throw stale(snapshot, "its rows trail the log by " + Duration.ofMillis(lag), most);
    }
    Instant newest = MetaData.of(snapshot, context, System.nanoTime()).watermark();
    if (newest == null) {
      throw stale(snapshot, "it has no event yet", most);
    }
    if (newest.isBefore(clock.instant().minus(most))) {
      throw stale(snapshot, "its newest event is of " + newest, most);
    }
  }

  private static TytoException stale(TableSnapshot snapshot, String found, Duration most) {
    return new TytoException(
        ErrorCode.STALE,
        "collection %s: %s, and maxStaleness allows %s; ask again later, or accept older rows"
            .formatted(snapshot.schema().name(), found, most));
  }
}
