package io.tyto.cluster.simulate;

import java.util.Locale;

/// The questions of a mix, each to one collection.
///
/// Each is as expensive as one of the comparison's: see perf/README.md.
public enum QueryKind {
  /// A panel that a cube answers: a read of each segment's cells, 450 groups.
  CUBE(0, Cost.SCAN_ROWS, 450, "a panel from a cube"),
  /// The rows of the last day by a dimension of 200 values.
  RECENT(1, Cost.SCAN_ROWS, 200, "last day by country"),
  /// Top ten entities of a week: each node finishes its own.
  ENTITIES(7, Cost.SCAN_ENTITY_ROWS, 10, "top users of a week"),
  /// A group-by of the last day that is not by the entity: every node finds nearly all keys.
  WIDE(1, Cost.SCAN_ENTITY_ROWS, 100_000, "last day, 100 k groups");

  private final double days;
  private final Cost rate;
  private final int groupsSent;
  private final String title;

  QueryKind(double days, Cost rate, int groupsSent, String title) {
    this.days = days;
    this.rate = rate;
    this.groupsSent = groupsSent;
    this.title = title;
  }

  /// Of rows that are read.
  double days() {
    return days;
  }

  /// Rows a second and core.
  Cost rate() {
    return rate;
  }

  /// By each node.
  int groupsSent() {
    return groupsSent;
  }

  public String title() {
    return title;
  }

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
