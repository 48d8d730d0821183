package io.tyto.engine.behaviour;

import io.tyto.engine.calendar.TimeAxis.TimeScale;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TimestampUnit;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;

/// One scale for the event times of several collections: ticks of the finest unit among them. A
/// date is the midnight it begins with in the clock's zone. Times that the scale does not reach (in
/// nanoseconds, before 1677 and after 2262) are cut to its ends. Immutable, thread-safe.
public final class EventClock {
  private final TimestampUnit unit;
  private final ZoneId zone;

  private EventClock(TimestampUnit unit, ZoneId zone) {
    this.unit = unit;
    this.zone = zone;
  }

  /// @param times the columns that hold event times
  public static EventClock of(List<ColumnSpec> times, ZoneId zone) {
    boolean isNanos =
        times.stream()
            .anyMatch(time ->
                time.type() instanceof ColumnType.TimestampType type
                    && type.unit() == TimestampUnit.NANOS);
    return new EventClock(isNanos ? TimestampUnit.NANOS : TimestampUnit.MICROS, zone);
  }

  /// The type of a column whose values are this clock's ticks.
  public ColumnType.TimestampType type() {
    return new ColumnType.TimestampType(unit);
  }

  public double seconds(double ticks) {
    return ticks / unit.perSecond();
  }

  /// Cut to the greatest number of ticks; what is finer than a tick is left out, since no two
  /// events are that far apart.
  public long ticks(Duration duration) {
    try {
      long nanosPerTick = 1_000_000_000L / unit.perSecond();
      return Math.addExact(
          Math.multiplyExact(duration.getSeconds(), unit.perSecond()),
          duration.getNano() / nanosPerTick);
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  /// The instant that a range of the column's events ends with to leave out what is at or after the
  /// tick: of a date, the midnight in UTC by which ranges name its day.
  public Instant instant(ColumnSpec time, long ticks) {
    Instant instant = unit.toInstant(ticks);
    return time.type() instanceof ColumnType.DateType
        ? instant.atZone(zone).toLocalDate().atStartOfDay(ZoneOffset.UTC).toInstant()
        : instant;
  }

  /// Reads a column's values as ticks. Not thread-safe.
  public Reading reading(ColumnSpec time) {
    return switch (time.type()) {
      case ColumnType.TimestampType type -> {
        long factor = unit.perSecond() / type.unit().perSecond();
        yield factor == 1 ? value -> value : value -> times(value, factor);
      }
      case ColumnType.DateType _ -> new Days();
      default -> throw new IllegalArgumentException(time.name() + " holds no times");
    };
  }

  /// Turns a value of a time column into ticks.
  public interface Reading {
    long ticks(long value);
  }

  private static long times(long value, long factor) {
    long high = Math.multiplyHigh(value, factor);
    long low = value * factor;
    if (high == low >> 63) {
      return low;
    }
    return value < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
  }

  /// Rows of one day mostly come together.
  private final class Days implements Reading {
    private final TimeScale scale = TimeScale.of(type());
    private long day = Long.MIN_VALUE;
    private long ticks;

    @Override
    public long ticks(long value) {
      if (value != day) {
        ticks = scale.ceiling(LocalDate.ofEpochDay(value).atStartOfDay(zone));
        day = value;
      }
      return ticks;
    }
  }
}
