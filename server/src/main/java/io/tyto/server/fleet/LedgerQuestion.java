package io.tyto.server.fleet;

import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// A question to the ledger: counts and sums by lane, and perhaps by item, of some of its events.
///
/// @param isByItem whether items are groups of their own
/// @param items whose events count; empty: all
/// @param fromMinute of the hour, inclusive
/// @param toMinute exclusive
record LedgerQuestion(boolean isByItem, Set<Integer> items, int fromMinute, int toMinute) {
  private static final int GROUPS = 1_000;

  /// Of everything.
  static final LedgerQuestion ALL = new LedgerQuestion(false, Set.of(), 0, LedgerBook.MINUTES);

  LedgerQuestion {
    items = Set.copyOf(items);
  }

  static LedgerQuestion random(Random random) {
    Set<Integer> items = new TreeSet<>();
    if (random.nextInt(3) == 0) {
      for (int i = 1 + random.nextInt(LedgerBook.ITEMS - 1); i > 0; i--) {
        items.add(random.nextInt(LedgerBook.ITEMS));
      }
    }
    int from = 0;
    int to = LedgerBook.MINUTES;
    if (random.nextInt(3) == 0) {
      from = random.nextInt(LedgerBook.MINUTES);
      to = from + 1 + random.nextInt(LedgerBook.MINUTES - from);
    }
    return new LedgerQuestion(random.nextBoolean(), items, from, to);
  }

  /// The group that an event counts in, or -1.
  int group(int item, int minute) {
    if (minute < fromMinute || minute >= toMinute || !items.isEmpty() && !items.contains(item)) {
      return -1;
    }
    return isByItem ? item : 0;
  }

  String graphQl() {
    boolean isAllTime = fromMinute == 0 && toMinute == LedgerBook.MINUTES;
    String range =
        isAllTime
            ? "preset: ALL_TIME"
            : "between: {from: \"%s\", to: \"%s\"}"
                .formatted(
                    LedgerBook.START.plusSeconds(60L * fromMinute),
                    LedgerBook.START.plusSeconds(60L * toMinute));
    String where =
        items.isEmpty()
            ? ""
            : ", where: {item: {in: [%s]}}"
                .formatted(
                    items.stream()
                        .sorted()
                        .map(item -> "\"i" + item + "\"")
                        .collect(Collectors.joining(", ")));
    return """
    { ledger { aggregate(input: {range: {%s}%s, groupBy: [{dimension: LANE}%s]}, limit: %d) {
      rows { key { lane %s } measures { count amount { sumExact } } } } } }
    """
        .formatted(
            range, where, isByItem ? ", {dimension: ITEM}" : "", GROUPS, isByItem ? "item" : "");
  }
}
