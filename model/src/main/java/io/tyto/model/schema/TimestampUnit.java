package io.tyto.model.schema;

import java.time.Instant;

/// The unit in which a timestamp column counts since the epoch.
public enum TimestampUnit {
  MILLIS("ms", 1_000L),
  MICROS("us", 1_000_000L),
  NANOS("ns", 1_000_000_000L);

  private final String symbol;
  private final long perSecond;

  TimestampUnit(String symbol, long perSecond) {
    this.symbol = symbol;
    this.perSecond = perSecond;
  }

  public String symbol() {
    return symbol;
  }

  public long perSecond() {
    return perSecond;
  }

  /// Count of this unit since the epoch, finer digits floored; ArithmeticException outside int64.
  public long fromInstant(Instant instant) {
    long nanosPerUnit = 1_000_000_000L / perSecond;
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), perSecond), instant.getNano() / nanosPerUnit);
  }

  public Instant toInstant(long value) {
    long nanosPerUnit = 1_000_000_000L / perSecond;
    return Instant.ofEpochSecond(
        Math.floorDiv(value, perSecond), Math.floorMod(value, perSecond) * nanosPerUnit);
  }
}
