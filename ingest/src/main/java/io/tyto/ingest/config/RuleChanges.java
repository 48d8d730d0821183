package io.tyto.ingest.config;

import io.tyto.model.port.AdminService.ConfigChange;
import io.tyto.model.port.AdminService.Verdict;
import io.tyto.model.schema.Anomaly;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Differences in `anomalies`, rule by rule.
final class RuleChanges {
  private RuleChanges() {}

  static void compare(
      EventConfig before, EventConfig after, StoredRows stored, List<ConfigChange> changes) {
    for (Anomaly rule : after.lifetime().anomalies()) {
      Anomaly was = before.lifetime().anomaly(rule.name());
      if (!rule.equals(was)) {
        note(rule.name(), was, rule, consequence(rule, was, before, stored), changes);
      }
    }
    for (Anomaly rule : before.lifetime().anomalies()) {
      if (after.lifetime().anomaly(rule.name()) == null) {
        String gone =
            "what was kept for it is let go within minutes; alerts that were gathered stay";
        note(rule.name(), rule, null, gone, changes);
      }
      ColumnSpec value = successor(rule.value(), after);
      if (value != null && value.privacy() != null) {
        changes.add(
            new ConfigChange(
                Verdict.COMPATIBLE,
                "fields.%s: becomes private, and %s looked at it"
                    .formatted(value.name(), rule.name()),
                "alerts that other collections gathered keep its numbers in `value`, `mean` and `deviation`; to have these deleted, give the fields there `privacy: { policy: drop }`"));
      }
    }
  }

  private static void note(
      String name,
      @Nullable Anomaly was,
      @Nullable Anomaly is,
      String consequence,
      List<ConfigChange> changes) {
    changes.add(
        new ConfigChange(
            Verdict.COMPATIBLE,
            "anomalies.%s: %s becomes %s".formatted(name, text(was), text(is)),
            consequence));
  }

  private static String consequence(
      Anomaly rule, @Nullable Anomaly was, EventConfig before, StoredRows stored) {
    if (was != null && was.value().equals(rule.value()) && was.cohort().equals(rule.cohort())) {
      return "marks events that come from now on, by what was kept; stored marks stay";
    }
    if (!rule.isOfEntity()) {
      return "marks events that come from now on; it begins with nothing, so the first %,d with the same values have null"
          .formatted(rule.after());
    }
    boolean isKept =
        before.lifetime().anomalies().stream()
            .anyMatch(other -> other.isOfEntity() && other.value().equals(rule.value()));
    return isKept || stored.rows() == 0
        ? "marks events that come from now on"
        : "marks events that come from now on; they have null until states are built within minutes from the %,d rows that are there"
            .formatted(stored.rows());
  }

  /// The column that has the values of one of before.
  private static @Nullable ColumnSpec successor(String name, EventConfig after) {
    return after.columns().stream()
        .filter(column -> column.name().equals(name) || column.aliases().contains(name))
        .findFirst()
        .orElse(null);
  }

  /// As configs write it.
  private static String text(@Nullable Anomaly rule) {
    return rule == null
        ? Comparison.shown(null)
        : "{ value: %s, deviations: %s, of: %s, after: %d }"
            .formatted(
                rule.value(),
                BigDecimal.valueOf(rule.deviations()).stripTrailingZeros().toPlainString(),
                rule.isOfEntity() ? "entity" : rule.cohort(),
                rule.after());
  }
}
