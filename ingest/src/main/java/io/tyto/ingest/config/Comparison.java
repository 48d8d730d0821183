package io.tyto.ingest.config;

import io.tyto.model.port.AdminService.ConfigChange;
import io.tyto.model.port.AdminService.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Notes the parts in which two values differ.
///
/// @param prefix of the parts' names
record Comparison<T>(String prefix, T before, T after, List<ConfigChange> changes) {
  static final String FROM_NOW_ON = "holds for events that come from now on";

  void compatible(String key, Function<T, @Nullable Object> part, String consequence) {
    note(Verdict.COMPATIBLE, key, part, consequence);
  }

  void rewrite(String key, Function<T, @Nullable Object> part, String consequence) {
    note(Verdict.REWRITE, key, part, consequence);
  }

  void breaking(String key, Function<T, @Nullable Object> part, String reason) {
    note(Verdict.BREAKING, key, part, reason);
  }

  private void note(
      Verdict verdict, String key, Function<T, @Nullable Object> part, String consequence) {
    Object was = part.apply(before);
    Object is = part.apply(after);
    if (!Objects.equals(was, is)) {
      changes.add(
          new ConfigChange(
              verdict,
              "%s%s: %s becomes %s".formatted(prefix, key, shown(was), shown(is)),
              consequence));
    }
  }

  static String shown(@Nullable Object value) {
    return switch (value) {
      case null -> "nothing";
      // The order in which a map is written is no difference, so it is not shown as one.
      case Map<?, ?> map -> new TreeMap<>(map).toString();
      default -> value.toString();
    };
  }
}
