package io.tyto.model.port;

import io.tyto.model.access.Caller;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Tells what is kept of entities. Calls block; errors are {@link
/// io.tyto.model.error.TytoException}. Thread-safe.
public interface EntityService {
  /// Where nothing is kept of anybody.
  EntityService NONE = (entity, key, caller, timeout) -> null;

  /// What is kept of one entity, every event counted that queries see.
  ///
  /// @param values by the measure's name in the config: logical values, null where no event had one
  /// @param pending measures that are still computed from stored rows
  record Kept(Map<String, @Nullable Object> values, Set<String> pending) {}

  /// What every collection of which the caller may see all records keeps of an entity, by
  /// collection; null where none of these has seen an event of it. Whether others have is not told:
  /// where one of them keeps nothing of entities, what is told of a key that was never seen is what
  /// is told of one that others have seen. OVERLOADED where that takes longer than allowed.
  ///
  /// @param entity its name in the configs
  /// @param key logical value, as events bring it
  @Nullable Map<String, Kept> entity(String entity, Object key, Caller caller, Duration timeout);
}
