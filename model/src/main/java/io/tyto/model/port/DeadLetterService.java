package io.tyto.model.port;

import io.tyto.model.access.Caller;
import io.tyto.model.query.QueryContext;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Records that did not fit their collection: what they are, why, and a second try. Calls block;
/// errors are {@link io.tyto.model.error.TytoException}. Thread-safe.
///
/// A letter does not tell whose row it would be, and shows the event as it came: callers who see
/// some rows of the collection only, or not every field, see none, FORBIDDEN.
public interface DeadLetterService {
  /// Of a server that keeps none.
  DeadLetterService NONE = new NoDeadLetters();

  /// Letters of one collection, the newest first. CURSOR_INVALID, CURSOR_EXPIRED.
  Page letters(Query query, QueryContext context);

  /// Letters grouped by collection, code and field, the most frequent first.
  ///
  /// @param collection null: all
  List<Reason> reasons(@Nullable String collection, Interval received, QueryContext context);

  /// Reads the records of letters again as the config says now; those that fit become rows and the
  /// letters go. Asked again, it goes on where it was stopped: no record becomes a row twice.
  ReplayResult replay(ReplayRequest request, Caller caller);

  /// Time of arrival, `[since, until)`; null: without a bound.
  record Interval(@Nullable Instant since, @Nullable Instant until) {
    public static final Interval ALL = new Interval(null, null);
  }

  /// @param code and `field`: only those; null: any
  /// @param after a cursor of an earlier page
  /// @param wantsTotal count all that match
  record Query(
      String collection,
      @Nullable String code,
      @Nullable String field,
      Interval received,
      int first,
      @Nullable String after,
      boolean wantsTotal) {}

  /// @param cursors one a letter
  /// @param totalCount null where not wanted
  record Page(
      List<Letter> letters,
      List<String> cursors,
      boolean hasNextPage,
      boolean hasPreviousPage,
      @Nullable Long totalCount) {}

  /// @param id names the letter as long as there is one
  /// @param source `http`, the name of a file or of a topic
  /// @param topic null where it came from none; likewise `partition`
  /// @param offset in the topic, or number of the record in its file or request
  /// @param payload text as it came, or base64; null where there is none or it is withheld
  /// @param sizeBytes of the whole payload; null where unknown
  /// @param key of the record in its topic, as `payload`
  /// @param configVersion that refused it; null where unknown
  /// @param obstacle why a replay cannot read the record; null where it can try
  record Letter(
      String id,
      String collection,
      Instant receivedAt,
      String code,
      @Nullable String field,
      String message,
      String source,
      @Nullable String topic,
      @Nullable Integer partition,
      long offset,
      @Nullable String payload,
      boolean isPayloadBase64,
      boolean isWithheld,
      @Nullable Long sizeBytes,
      @Nullable String key,
      boolean isKeyBase64,
      @Nullable Integer configVersion,
      @Nullable Obstacle obstacle) {
    /// Whether a replay reads the record again; if it fits is another matter.
    public boolean isReplayable() {
      return obstacle == null;
    }
  }

  /// @param code `TRUNCATED`, `WITHHELD` or `UNREADABLE`
  /// @param message what is kept, and what to do
  record Obstacle(String code, String message) {}

  /// @param example a message of one of them
  record Reason(
      String collection,
      String code,
      @Nullable String field,
      long count,
      Instant firstSeen,
      Instant lastSeen,
      String example) {}

  /// @param ids empty: any
  /// @param code null: any
  /// @param limit the most letters that become rows
  record ReplayRequest(
      String collection, List<String> ids, @Nullable String code, Interval received, int limit) {}

  /// @param replayed letters that are rows now
  /// @param duplicates letters that repeat an event that is a row already; they are gone too
  /// @param stillFailing letters that were tried and stay
  /// @param errors why, of the first of those; and what else went wrong
  record ReplayResult(
      long replayed, long duplicates, long stillFailing, List<ReplayError> errors) {}

  /// @param id of the letter; null where it is about none
  record ReplayError(@Nullable String id, String code, @Nullable String field, String message) {}
}
