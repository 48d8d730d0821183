package io.tyto.model.port;

import io.tyto.model.access.Caller;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.EventsQuery;
import io.tyto.model.query.LiveQuery;
import io.tyto.model.result.EventsUpdate;
import io.tyto.model.result.LiveUpdate;
import org.jspecify.annotations.Nullable;

/// Follows what queries answer, and tells whoever listens when it changes. Thread-safe.
///
/// Listeners pull: an update is told only after {@link Following#request}, one a request, so that a
/// slow listener never has more than one under way.
public interface LiveService {
  /// Of a server that follows nothing.
  LiveService NONE = new NoLiveService();

  /// Follows an aggregate, for a caller and of the caller's rows alone. FORBIDDEN. What was not
  /// asked for in time is replaced by what is newer. OVERLOADED where more is followed already than
  /// there is room for.
  Following follow(LiveQuery query, Caller caller, Listener<LiveUpdate> listener);

  /// Follows raw events in the order they arrive. OVERLOADED as above; CURSOR_INVALID where the
  /// offset is none of this query's, CURSOR_EXPIRED where rows behind it are gone.
  Following events(EventsQuery query, Caller caller, Listener<EventsUpdate> listener);

  /// Something that is being followed, until it is closed. Thread-safe.
  interface Following extends AutoCloseable {
    /// Asks for one more update; without effect while one that was asked for is still to come.
    void request();

    /// What a query is given to begin where this one began; null where it can only begin anew.
    default @Nullable String begin() {
      return null;
    }

    /// Nothing is told any more, but for what is being told at this moment. Closing twice is once.
    @Override
    void close();
  }

  /// Called from any thread, never by two at once; must not block.
  interface Listener<T> {
    void next(T update);

    /// The answer could not be computed this time; it goes on. Uses up a request as an update does.
    void failed(TytoException cause);

    /// It is over.
    ///
    /// @param cause null where it ended as it should
    void ended(@Nullable TytoException cause);
  }
}
