package io.tyto.gateway.observe;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// By what names an event of the log is found again: bound to the thread while it works for a
/// request, and written with all that is logged meanwhile.
///
/// @param requestId what the client or a proxy calls the request
public record LogIds(
    @Nullable String requestId, @Nullable String traceId, @Nullable String queryId) {
  private static final ScopedValue<LogIds> CURRENT = ScopedValue.newInstance();

  private static final LogIds NONE = new LogIds(null, null, null);

  /// Those of what the thread works for; none elsewhere.
  public static LogIds current() {
    return CURRENT.isBound() ? CURRENT.get() : NONE;
  }

  <T extends @Nullable Object> T within(Supplier<T> work) {
    return ScopedValue.where(CURRENT, this).call(work::get);
  }
}
