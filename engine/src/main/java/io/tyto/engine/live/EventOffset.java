package io.tyto.engine.live;

import io.tyto.engine.record.EventScan.Place;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How far a collection's events were read, as text that means nothing to clients. It is not
/// signed: all a forged one can do is to name other events of the same collection, which are
/// charged as any are, and none that arrived longer ago than {@link EventFollower#OLDEST}.
///
/// Bytes: version, number of the collection, microseconds at which it was handed out, and for each
/// log of each partition the partition (4), hash of the log's id (8) and next offset (8).
record EventOffset(int collection, Instant handedOut, Map<Place, Long> next) {
  /// Older ones would be read at once from far more rows than a subscription is for.
  static final Duration LIFETIME = Duration.ofHours(24);

  /// Clocks of the processes that hand out offsets and take them may differ by so much.
  private static final Duration CLOCKS = Duration.ofMinutes(5);

  private static final byte VERSION = 1;
  private static final int HEADER_BYTES = 1 + Integer.BYTES + Long.BYTES;
  private static final int ENTRY_BYTES = Integer.BYTES + 2 * Long.BYTES;
  private static final int MAX_CHARACTERS = 1 << 20;

  String encode() {
    ByteBuffer bytes =
        ByteBuffer.allocate(HEADER_BYTES + next.size() * ENTRY_BYTES)
            .put(VERSION)
            .putInt(collection)
            .putLong(ChronoUnit.MICROS.between(Instant.EPOCH, handedOut));
    next.forEach(
        (place, offset) -> bytes.putInt(place.partition()).putLong(place.log()).putLong(offset));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  /// CURSOR_INVALID where it is no offset of the collection, CURSOR_EXPIRED where it is too old.
  static EventOffset decode(String text, int collection, Instant now) {
    EventOffset offset = parse(text);
    if (offset.collection != collection || offset.handedOut.minus(CLOCKS).isAfter(now)) {
      throw invalid(null);
    }
    if (offset.handedOut.plus(LIFETIME).isBefore(now)) {
      throw new TytoException(
          ErrorCode.CURSOR_EXPIRED,
          "the offset is of %s, and offsets live %d hours: begin without fromOffset, and ask records by _received for what is missing"
              .formatted(offset.handedOut, LIFETIME.toHours()));
    }
    return offset;
  }

  private static EventOffset parse(String text) {
    if (text.length() > MAX_CHARACTERS) {
      throw invalid(null);
    }
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
      if (bytes.get() != VERSION) {
        throw invalid(null);
      }
      int collection = bytes.getInt();
      Instant handedOut = Instant.EPOCH.plus(bytes.getLong(), ChronoUnit.MICROS);
      Map<Place, Long> next = new HashMap<>();
      while (bytes.hasRemaining()) {
        next.put(new Place(bytes.getInt(), bytes.getLong()), bytes.getLong());
      }
      return new EventOffset(collection, handedOut, next);
    } catch (IllegalArgumentException | ArithmeticException | BufferUnderflowException e) {
      throw invalid(e);
    }
  }

  private static TytoException invalid(@Nullable Exception cause) {
    return new TytoException(
        ErrorCode.CURSOR_INVALID,
        "this is no offset of the collection's events: take offset of an update as it is",
        cause);
  }
}
