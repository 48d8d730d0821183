package io.tyto.server.fleet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What came of questions to the ledger. Thread-safe.
public final class LedgerTally {
  /// Of each kind of trouble, so many are kept to be shown.
  private static final int KEPT = 10;

  private final Map<String, Integer> refused = new TreeMap<>();
  private final Map<String, String> reasons = new TreeMap<>();
  private final List<String> wrong = new ArrayList<>();
  private final List<String> behind = new ArrayList<>();
  private final List<String> unnamed = new ArrayList<>();
  private long[] nanos = new long[1 << 10];
  private int exact;
  private int wrongCount;
  private int behindCount;
  private int unnamedCount;

  synchronized void exact(long elapsedNanos) {
    if (exact == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * exact);
    }
    nanos[exact++] = elapsedNanos;
  }

  synchronized void refused(String code, String message) {
    refused.merge(code, 1, Integer::sum);
    reasons.putIfAbsent(code, message);
  }

  synchronized void wrong(String problem) {
    wrongCount++;
    keep(wrong, problem);
  }

  synchronized void behind(String problem) {
    behindCount++;
    keep(behind, problem);
  }

  synchronized void unnamed(String problem) {
    unnamedCount++;
    keep(unnamed, problem);
  }

  private static void keep(List<String> list, String problem) {
    if (list.size() < KEPT) {
      list.add(problem);
    }
  }

  /// Answers that are some prefix of each lane, and count all that an earlier answer had.
  public synchronized int exact() {
    return exact;
  }

  /// Errors by code; each says what the matter is.
  public synchronized Map<String, Integer> refused() {
    return new TreeMap<>(refused);
  }

  /// By code, what the first error said.
  public synchronized Map<String, String> reasons() {
    return new TreeMap<>(reasons);
  }

  /// Answers that count an event twice, leave one out or have one that is none.
  public synchronized int wrongCount() {
    return wrongCount;
  }

  /// Answers that are right, and lack events that an earlier one of the same process had.
  public synchronized int behindCount() {
    return behindCount;
  }

  /// Questions without an answer, and errors that nobody foresaw.
  public synchronized int unnamedCount() {
    return unnamedCount;
  }

  /// The first of what should not be, in words.
  public synchronized List<String> problems() {
    List<String> all = new ArrayList<>();
    wrong.forEach(one -> all.add("WRONG: " + one));
    unnamed.forEach(one -> all.add("UNNAMED: " + one));
    behind.forEach(one -> all.add("BEHIND: " + one));
    return all;
  }

  /// How long exact answers took.
  ///
  /// @param share of them that took no longer, 0 to 1
  public synchronized double millis(double share) {
    long[] sorted = Arrays.copyOf(nanos, exact);
    Arrays.sort(sorted);
    return exact == 0 ? 0 : sorted[(int) Math.min(exact - 1, share * exact)] / 1e6;
  }
}
