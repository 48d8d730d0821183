package io.tyto.model.query;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An operation as it stands while it runs.
///
/// @param requestId what the client or a proxy calls its request; null: nobody did
/// @param caller id of who asks
/// @param what the operation's name and kind, or the path of an export; nothing that a client put
///   into it as a value
/// @param hash of the operation's text; the same for all that differ in variables only
/// @param collections that it has asked so far, by name
/// @param lane of what is asked now: `cube`, `scan`, or empty before anything is read
/// @param runningMillis since it began
/// @param rowsScanned so far
/// @param cost charged so far, in the units of {@link Estimate#cost}
/// @param isCancelled it was told to end, and is about to
public record RunningQuery(
    String id,
    @Nullable String requestId,
    String caller,
    String what,
    String hash,
    List<String> collections,
    String lane,
    Instant started,
    long runningMillis,
    long rowsScanned,
    double cost,
    boolean isCancelled) {
  public RunningQuery {
    collections = List.copyOf(collections);
  }

  /// Whether people mean this one by an id: its own, or that of its request.
  public boolean isCalled(String name) {
    return name.equals(id) || name.equals(requestId);
  }
}
