package io.tyto.gateway;

import graphql.ExecutionResult;
import io.tyto.gateway.http.JsonText;
import io.tyto.graphqlschema.LiveStream;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.LiveService.Following;
import io.tyto.model.query.QueryContext;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One event stream that carries any number of operations, each under an id of the client's: the
/// single connection mode of GraphQL over SSE. Operations may begin before it is open; their
/// answers wait for it. Thread-safe. *Lifetime*: from its reservation until its client leaves, or
/// does not come in time.
final class SharedStream {
  private final Caller caller;
  private final int maxOperations;

  // Guarded by this. Whatever is followed is called without, as it has locks of its own.
  private final Map<String, Operation> active = new HashMap<>();
  private @Nullable EventLine line;
  private boolean isClosed;

  /// @param caller who reserved it, and alone may use it
  SharedStream(Caller caller, int maxOperations) {
    this.caller = caller;
    this.maxOperations = maxOperations;
  }

  Caller caller() {
    return caller;
  }

  /// Gives it its one connection, which takes what there is to tell by now.
  void open(EventLine opened) {
    List<Following> begun = new ArrayList<>();
    synchronized (this) {
      line = opened;
      for (Operation operation : active.values()) {
        if (operation.last != null) {
          opened.send(operation.last, operation::forget);
        } else if (operation.following != null) {
          begun.add(operation.following);
        }
      }
    }
    begun.forEach(Following::request);
  }

  static TytoException alreadyOpen() {
    return new TytoException(
        ErrorCode.ALREADY_OPEN, "this event stream was opened before: reserve another one");
  }

  /// What operations under way are told where their caller may not be here any more.
  synchronized Buffer farewell() {
    Buffer all = Buffer.buffer();
    for (String id : active.keySet()) {
      all.appendBuffer(nextEvent(id, EventStream.UNWELCOME, null)).appendBuffer(completeEvent(id));
    }
    return all;
  }

  /// Takes the place of an operation; ALREADY_OPEN, LIMIT_TOO_LARGE, and NOT_FOUND where the stream
  /// is closed.
  synchronized Operation begin(String id, QueryContext query) {
    if (isClosed) {
      throw SharedStreams.unknown();
    }
    if (active.containsKey(id)) {
      throw new TytoException(
          ErrorCode.ALREADY_OPEN, "an operation with this operationId is under way: take another");
    }
    if (active.size() >= maxOperations) {
      throw new TytoException(
          ErrorCode.LIMIT_TOO_LARGE,
          "%d operations are under way on this stream, which is as many as it may have: complete one, or reserve another stream"
              .formatted(maxOperations));
    }
    Operation operation = new Operation(id, query);
    active.put(id, operation);
    return operation;
  }

  /// Ends an operation of which its client wants to hear no more; without effect where it has
  /// ended.
  void complete(String id) {
    Operation operation;
    synchronized (this) {
      operation = active.remove(id);
    }
    if (operation != null) {
      operation.stop();
    }
  }

  /// Ends all operations; the stream is over.
  void close() {
    List<Operation> begun;
    synchronized (this) {
      isClosed = true;
      begun = List.copyOf(active.values());
      active.clear();
    }
    begun.forEach(Operation::stop);
  }

  /// An operation under way.
  final class Operation implements LiveStream.Sink {
    private final String id;
    private final QueryContext query;

    // Guarded by the stream.
    private @Nullable Following following;
    private @Nullable Buffer last;

    private Operation(String id, QueryContext query) {
      this.id = id;
      this.query = query;
    }

    /// Tells the one answer.
    void answer(ExecutionResult result) {
      finish(nextEvent(id, result, null).appendBuffer(completeEvent(id)));
    }

    /// Tells all answers of a subscription.
    void follow(Following begun) {
      boolean isWanted;
      boolean isOpen;
      synchronized (SharedStream.this) {
        isWanted = isActive();
        isOpen = line != null;
        if (isWanted) {
          following = begun;
        }
      }
      if (!isWanted) {
        begun.close();
      } else if (isOpen) {
        begun.request();
      }
    }

    @Override
    public void next(ExecutionResult answer, @Nullable String eventId) {
      Buffer event = nextEvent(id, answer, eventId);
      synchronized (SharedStream.this) {
        if (isActive() && line != null) {
          line.send(event, this::more);
        }
      }
    }

    @Override
    public void ended(@Nullable ExecutionResult answer) {
      finish(
          answer == null
              ? completeEvent(id)
              : nextEvent(id, answer, null).appendBuffer(completeEvent(id)));
    }

    /// Its place is taken until its last event is, so that what waits for a slow client is bounded.
    private void finish(Buffer events) {
      synchronized (SharedStream.this) {
        if (!isActive()) {
          return;
        }
        if (line == null) {
          last = events;
        } else {
          line.send(events, this::forget);
        }
      }
    }

    /// Gives the place back; nothing more is told.
    void forget() {
      synchronized (SharedStream.this) {
        active.remove(id, this);
      }
      stop();
    }

    private void more() {
      Following begun;
      synchronized (SharedStream.this) {
        begun = isActive() ? following : null;
      }
      if (begun != null) {
        begun.request();
      }
    }

    private void stop() {
      Following begun;
      synchronized (SharedStream.this) {
        begun = following;
      }
      query.cancel();
      if (begun != null) {
        begun.close();
      }
    }

    private boolean isActive() {
      return active.get(id) == this;
    }
  }

  private static Buffer nextEvent(String id, ExecutionResult result, @Nullable String eventId) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("id", id);
    data.put("payload", result.toSpecification());
    return EventLine.event("next", eventId, JsonText.of(data));
  }

  private static Buffer completeEvent(String id) {
    return EventLine.event("complete", null, JsonText.of(Map.of("id", id)));
  }
}
