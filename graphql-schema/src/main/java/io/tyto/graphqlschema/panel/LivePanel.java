package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.input.QueryLimits;
import io.tyto.graphqlschema.schema.ApiCollection;
import io.tyto.graphqlschema.value.Longs;
import io.tyto.model.access.Caller;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.LiveService;
import io.tyto.model.port.LiveService.Following;
import io.tyto.model.port.LiveService.Listener;
import java.time.Instant;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The one field of a subscription, checked and ready to be followed. Thread-safe: immutable.
public interface LivePanel {
  /// What the name of an aggregate's subscription ends with.
  String LIVE = "Live";

  /// What the name of a subscription to events ends with.
  String EVENTS = "Events";

  /// What is told.
  ///
  /// @param data finished, of the field
  /// @param id what {@link #behind} takes to go on; null where nothing can be gone on with
  record Update(Map<String, @Nullable Object> data, @Nullable String id) {}

  /// Follows it for a caller; blocks for a moment.
  Following follow(LiveService live, Caller caller, Listener<Update> listener);

  /// The same, to go on right behind an update of before; BAD_USER_INPUT where that has no meaning.
  LivePanel behind(String id);

  /// Compiles a field of the root subscription; a mistake is a {@link TytoException}.
  static LivePanel of(
      ExecutableNormalizedField field,
      Map<String, ApiCollection> byField,
      Instant now,
      QueryLimits limits) {
    ApiCollection aggregate = before(LIVE, field, byField);
    if (aggregate != null) {
      return AggregateLive.compile(field, new Scope(aggregate, now, limits));
    }
    ApiCollection events = before(EVENTS, field, byField);
    if (events != null) {
      return EventsLive.compile(field, new Scope(events, now, limits));
    }
    throw Shapes.unknown(field);
  }

  /// The collection whose field stands before the ending, or null.
  private static @Nullable ApiCollection before(
      String ending, ExecutableNormalizedField field, Map<String, ApiCollection> byField) {
    String name = field.getName();
    return name.endsWith(ending)
        ? byField.get(name.substring(0, name.length() - ending.length()))
        : null;
  }

  /// A listener of updates for one of their finished data.
  static <T> Listener<T> shaping(Function<T, Update> shape, Listener<Update> listener) {
    boolean longsAreStrings = Longs.areStrings();
    return new Listener<>() {
      @Override
      public void next(T update) {
        listener.next(Longs.in(longsAreStrings, () -> shape.apply(update)));
      }

      @Override
      public void failed(TytoException cause) {
        listener.failed(cause);
      }

      @Override
      public void ended(@Nullable TytoException cause) {
        listener.ended(cause);
      }
    };
  }
}
