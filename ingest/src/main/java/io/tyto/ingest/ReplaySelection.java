package io.tyto.ingest;

import io.tyto.ingest.letter.LetterId;
import io.tyto.model.port.DeadLetterService.Interval;
import io.tyto.model.port.DeadLetterService.ReplayRequest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which letters a replay is asked for.
///
/// @param ids empty: any
/// @param code null: any
/// @param sinceMicros of arrival, since the epoch; `untilMicros` is behind the last
record ReplaySelection(
    Set<LetterId> ids, @Nullable String code, long sinceMicros, long untilMicros, int limit) {

  /// BAD_USER_INPUT where a text is no id.
  static ReplaySelection of(ReplayRequest request) {
    Set<LetterId> ids = new HashSet<>();
    request.ids().forEach(id -> ids.add(LetterId.decode(id)));
    Interval received = request.received();
    return new ReplaySelection(
        ids,
        request.code(),
        micros(received.since(), Long.MIN_VALUE),
        micros(received.until(), Long.MAX_VALUE),
        request.limit());
  }

  private static long micros(@Nullable Instant instant, long otherwise) {
    return instant == null ? otherwise : ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }

  boolean mayLieIn(int partition) {
    return ids.isEmpty() || ids.stream().anyMatch(id -> id.partition() == partition);
  }

  boolean has(LetterId id, String letterCode, long receivedMicros) {
    return (ids.isEmpty() || ids.contains(id))
        && (code == null || code.equals(letterCode))
        && receivedMicros >= sinceMicros
        && receivedMicros < untilMicros;
  }
}
