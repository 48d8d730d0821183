package io.tyto.gateway.access;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// Counts wrong credentials by the site they come from, and bars sites that sent too many within a
/// minute. Credentials that were good from there before are still let in: one program with an old
/// key does not shut out the office it stands in. Thread-safe.
final class Guesses {
  static final int MAX_FAILURES = 10;
  static final Duration WINDOW = Duration.ofMinutes(1);

  /// Sites of which anything is known; beyond it the one that failed first is forgotten.
  static final int MAX_SITES = 10_000;

  /// Credentials that were good, by site; beyond it the one that came last the longest ago goes.
  static final int MAX_GOOD = 10_000;

  private final Clock clock;
  private final Map<String, Failures> failures = bounded(MAX_SITES, false);
  private final Map<String, Boolean> good = bounded(MAX_GOOD, true);

  private record Failures(Instant since, int count) {}

  Guesses(Clock clock) {
    this.clock = clock;
  }

  private static <V> Map<String, V> bounded(int most, boolean byUse) {
    return new LinkedHashMap<>(16, 0.75f, byUse) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
        return size() > most;
      }
    };
  }

  /// Zero where the site may try; otherwise how long it has to wait.
  synchronized Duration barred(String site) {
    Failures known = failures.get(site);
    if (known == null) {
      return Duration.ZERO;
    }
    Duration left = Duration.between(clock.instant(), known.since().plus(WINDOW));
    if (left.isPositive()) {
      return known.count() < MAX_FAILURES ? Duration.ZERO : left;
    }
    failures.remove(site);
    return Duration.ZERO;
  }

  synchronized void failed(String site) {
    Instant now = clock.instant();
    Failures known = failures.get(site);
    if (known != null && now.isBefore(known.since().plus(WINDOW))) {
      failures.put(site, new Failures(known.since(), known.count() + 1));
    } else {
      // At the end of the line, as what is youngest.
      failures.remove(site);
      failures.put(site, new Failures(now, 1));
    }
  }

  /// Remembers a credential by its hash.
  synchronized void succeeded(String site, String hash) {
    good.put(site + " " + hash, true);
  }

  synchronized boolean wasGood(String site, String hash) {
    return good.get(site + " " + hash) != null;
  }
}
