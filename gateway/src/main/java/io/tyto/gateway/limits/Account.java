package io.tyto.gateway.limits;

import io.tyto.model.access.LimitClass;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/// What one caller, or all of a project, has used: a bucket of cost that fills with time, and the
/// cost of the day. Thread-safe.
///
/// The bucket is charged what a query is estimated at, and set right when it is known what it took.
/// A full one lets any query through that the class allows, so it can fall below zero.
final class Account {
  private static final double NANOS_PER_SECOND = 1e9;

  /// A class without a limit for the burst has a bucket that is never empty.
  private double level = Double.POSITIVE_INFINITY;

  private long filledNanos = Long.MIN_VALUE;
  private LocalDate day = LocalDate.EPOCH;
  private double usedToday;

  /// How long to wait until so much may be charged; nothing is charged unless it is zero.
  synchronized Duration charge(double cost, LimitClass limits, long nanos, Instant now) {
    fill(limits, nanos, now);
    if (usedToday + cost > limits.costPerDay()) {
      Instant midnight = day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
      return Duration.between(now, midnight);
    }
    double needed = Math.min(cost, limits.burst());
    if (level < needed) {
      double seconds = (needed - level) / limits.costPerSecond();
      return Duration.ofNanos(Math.max(1, (long) (seconds * NANOS_PER_SECOND)));
    }
    add(cost);
    return Duration.ZERO;
  }

  /// Charges without asking; negative gives back.
  synchronized void add(double cost) {
    level -= cost;
    usedToday = Math.max(0, usedToday + cost);
  }

  /// What could be used now.
  synchronized double level(LimitClass limits, long nanos, Instant now) {
    fill(limits, nanos, now);
    return Math.min(level, limits.costPerDay() - usedToday);
  }

  synchronized double usedToday() {
    return usedToday;
  }

  private void fill(LimitClass limits, long nanos, Instant now) {
    double seconds =
        filledNanos == Long.MIN_VALUE ? 0 : Math.max(0, nanos - filledNanos) / NANOS_PER_SECOND;
    filledNanos = nanos;
    // Nothing times infinity is no number.
    double filled = seconds == 0 ? 0 : seconds * limits.costPerSecond();
    level = Math.min(limits.burst(), level + filled);
    LocalDate today = now.atZone(ZoneOffset.UTC).toLocalDate();
    if (!today.equals(day)) {
      day = today;
      usedToday = 0;
    }
  }
}
