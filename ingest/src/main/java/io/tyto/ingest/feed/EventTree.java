package io.tyto.ingest.feed;

import io.tyto.ingest.decode.DecodeLimits;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.log.RawEvent;
import io.tyto.model.error.TytoException;
import io.tyto.model.plugin.DecodedEvent;
import io.tyto.model.plugin.EventDecoder;
import io.tyto.model.plugin.UndecodableException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The values of the event at hand, decoded once for all who look at them. Not thread-safe.
final class EventTree {
  private final EventDecoder decoder;
  private @Nullable RawEvent current;
  private @Nullable DecodedEvent decoded;
  private @Nullable Rejection fault;

  EventTree(EventDecoder decoder) {
    this.decoder = decoder;
  }

  /// Null where the event has no values: {@link #fault} says why.
  @SuppressWarnings("ReferenceEquality") // the one at hand, not one like it
  @Nullable DecodedEvent of(RawEvent event) {
    if (event != current) {
      current = null;
      fault = null;
      decoded = decode(event);
      current = event;
    }
    return decoded;
  }

  /// Why the event asked for last could not be decoded.
  @Nullable Rejection fault() {
    return fault;
  }

  private @Nullable DecodedEvent decode(RawEvent event) {
    byte[] payload = event.payload();
    if (payload == null) {
      return null;
    }
    if (payload.length > DecodeLimits.MAX_RECORD_BYTES) {
      fault =
          new Rejection(
              Rejection.Code.TOO_LARGE,
              null,
              "found a record of %d bytes, expected at most %d"
                  .formatted(payload.length, DecodeLimits.MAX_RECORD_BYTES));
      return null;
    }
    try {
      return Objects.requireNonNull(decoder.decode(payload, 0, payload.length), "it gave no event");
    } catch (UndecodableException e) {
      fault = new Rejection(code(e.reason()), null, String.valueOf(e.getMessage()));
    } catch (TytoException e) {
      throw e; // an outage says nothing of the event
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      fault = failed(e);
    }
    return null;
  }

  /// A decoder that fails over an event must not stop the others; a plug-in may have such faults.
  static Rejection failed(Throwable e) {
    return new Rejection(
        Rejection.Code.UNDECODABLE, null, "the decoder failed over the event: " + e);
  }

  private static Rejection.Code code(UndecodableException.Reason reason) {
    return switch (reason) {
      case MALFORMED -> Rejection.Code.UNDECODABLE;
      case UNKNOWN_SCHEMA -> Rejection.Code.UNKNOWN_SCHEMA;
      case INVALID_UTF8 -> Rejection.Code.INVALID_UTF8;
      case TOO_DEEP -> Rejection.Code.TOO_DEEP;
      case TOO_LARGE -> Rejection.Code.TOO_LARGE;
    };
  }
}
