package io.tyto.engine.calendar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tyto.model.query.GroupKey;
import io.tyto.model.query.GroupKey.Granularity;
import io.tyto.model.query.GroupKey.TimeAmount;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TimestampUnit;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BucketMatchTest {
  @Test
  void withoutAShiftTheNthStandsBesideTheNth() {
    TimeAxis march = days("UTC", "2026-03-01T00:00:00Z", "2026-03-04T00:00:00Z");
    TimeAxis longer = days("UTC", "2026-02-01T00:00:00Z", "2026-02-06T00:00:00Z");
    assertArrayEquals(new int[] {0, 1, 2, -1, -1}, BucketMatch.currentOf(march, longer, null));
  }

  @Test
  void aMonthBackEachDayStandsBesideItsNumber() {
    TimeAxis march = days("UTC", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z");
    TimeAxis february = days("UTC", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
    TimeAmount month = new TimeAmount(Period.ofMonths(1), Duration.ZERO);
    int[] expected = IntStream.range(0, 28).toArray();
    assertArrayEquals(expected, BucketMatch.currentOf(march, february, month));
    int[] back = BucketMatch.currentOf(february, march, negative(month));
    assertEquals(27, back[27]);
    assertArrayEquals(new int[] {-1, -1, -1}, Arrays.copyOfRange(back, 28, 31));
  }

  @Test
  void hoursKeepTheirTimeOfDayAcrossAChangeOfClocks() {
    TimeAxis week = hours("2026-03-29T00:00:00Z", "2026-03-29T22:00:00Z");
    TimeAxis before = hours("2026-03-22T00:00:00Z", "2026-03-22T23:00:00Z");
    TimeAmount sevenDays = new TimeAmount(Period.ofDays(7), Duration.ZERO);
    int[] currentOf = BucketMatch.currentOf(week, before, sevenDays);
    for (int i = 0; i < before.size(); i++) {
      if (currentOf[i] >= 0) {
        assertEquals(
            before.timeOf(i).toLocalTime(), week.timeOf(currentOf[i]).toLocalTime(), "hour " + i);
      }
    }
    assertEquals(1, Arrays.stream(currentOf).filter(match -> match < 0).count());
  }

  private static TimeAmount negative(TimeAmount amount) {
    return new TimeAmount(amount.period().negated(), amount.duration().negated());
  }

  private static TimeAxis days(String zone, String from, String to) {
    return axis(Granularity.DAY, zone, from, to);
  }

  private static TimeAxis hours(String from, String to) {
    return axis(Granularity.HOUR, "Europe/Berlin", from, to);
  }

  private static TimeAxis axis(Granularity granularity, String zone, String from, String to) {
    GroupKey.TimeBucket key =
        new GroupKey.TimeBucket(
            "ts",
            granularity,
            1,
            ZoneId.of(zone),
            DayOfWeek.MONDAY,
            null,
            GroupKey.GapFill.NONE,
            null,
            false);
    return TimeAxis.of(
        key,
        ColumnType.TIMESTAMP,
        TimestampUnit.MICROS.fromInstant(Instant.parse(from)),
        TimestampUnit.MICROS.fromInstant(Instant.parse(to)),
        1_000);
  }
}
