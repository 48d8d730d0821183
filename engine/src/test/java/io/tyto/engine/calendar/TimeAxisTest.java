package io.tyto.engine.calendar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.GroupKey.Granularity;
import io.tyto.model.query.GroupKey.TimeAmount;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TimestampUnit;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TimeAxisTest {
  private static final long SEED = Long.getLong("test.seed", 20_261_121L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);
  private static final int MANY = 10_000_000;

  private static final List<String> ZONES =
      List.of(
          "UTC",
          "Europe/Berlin",
          "Asia/Kolkata",
          "Australia/Lord_Howe",
          "America/Sao_Paulo",
          "America/Los_Angeles",
          "America/Havana",
          "Pacific/Apia",
          "Africa/Monrovia");

  @Test
  void dayOfSpringForwardHas23Hours() {
    TimeAxis hours = axis(Granularity.HOUR, "Europe/Berlin", "2026-03-28T23:00:00Z", "P1D");
    assertEquals(
        List.of("2026-03-29T00:00+01:00", "2026-03-29T01:00+01:00", "2026-03-29T03:00+02:00"),
        starts(hours).subList(0, 3));
    TimeAxis days = axis(Granularity.DAY, "Europe/Berlin", "2026-03-28T23:00:00Z", "PT23H");
    assertEquals(List.of("2026-03-29T00:00+01:00"), starts(days));
    assertEquals("2026-03-30T00:00+02:00", days.bucket(0).end().toString());
    assertEquals(23, Duration.between(days.bucket(0).start(), days.bucket(0).end()).toHours());
  }

  @Test
  void hourThatAClockShowsTwiceIsTwoBuckets() {
    TimeAxis hours = axis(Granularity.HOUR, "Europe/Berlin", "2026-10-24T23:30:00Z", "PT3H");
    assertEquals(
        List.of(
            "2026-10-25T01:00+02:00",
            "2026-10-25T02:00+02:00",
            "2026-10-25T02:00+01:00",
            "2026-10-25T03:00+01:00"),
        starts(hours));
    TimeAxis day = axis(Granularity.DAY, "Europe/Berlin", "2026-10-25T12:00:00Z", "PT1H");
    assertEquals(25, Duration.between(day.bucket(0).start(), day.bucket(0).end()).toHours());
  }

  @Test
  void sixHoursStayOnTheWallClockWhenItChanges() {
    TimeAxis axis =
        TimeAxis.of(
            bucket(Granularity.HOUR, 6, "America/Los_Angeles", null),
            ColumnType.TIMESTAMP,
            micros("2026-11-01T07:00:00Z"),
            micros("2026-11-02T08:00:00Z"),
            MANY);
    assertEquals(
        List.of(
            "2026-11-01T00:00-07:00",
            "2026-11-01T06:00-08:00",
            "2026-11-01T12:00-08:00",
            "2026-11-01T18:00-08:00"),
        starts(axis));
  }

  @Test
  void halfHourZonesAndHalfHourChanges() {
    assertEquals(
        List.of("2026-01-01T05:00+05:30", "2026-01-01T06:00+05:30"),
        starts(axis(Granularity.HOUR, "Asia/Kolkata", "2026-01-01T00:00:00Z", "PT1H")));
    // At 02:00+11 the clock goes back to 01:30+10:30: the hour that began at 01:00 lasts 90
    // minutes.
    TimeAxis hours = axis(Granularity.HOUR, "Australia/Lord_Howe", "2026-04-04T14:00:00Z", "PT2H");
    assertEquals(List.of("2026-04-05T01:00+11:00", "2026-04-05T02:00+10:30"), starts(hours));
    assertEquals(90, Duration.between(hours.bucket(0).start(), hours.bucket(0).end()).toMinutes());
    TimeAxis spring = axis(Granularity.HOUR, "Australia/Lord_Howe", "2026-10-03T15:00:00Z", "PT1H");
    // At 02:00+10:30 the clock goes on to 02:30+11: the hour of two has half an hour.
    assertEquals(List.of("2026-10-04T01:00+10:30", "2026-10-04T02:30+11:00"), starts(spring));
  }

  @Test
  void dayWithoutMidnightBeginsAtOne() {
    TimeAxis days = axis(Granularity.DAY, "America/Sao_Paulo", "2018-11-03T12:00:00Z", "P2D");
    assertEquals(
        List.of("2018-11-03T00:00-03:00", "2018-11-04T01:00-02:00", "2018-11-05T00:00-02:00"),
        starts(days));
  }

  @Test
  void dayThatAZoneLeftOutIsNoBucket() {
    TimeAxis days = axis(Granularity.DAY, "Pacific/Apia", "2011-12-29T12:00:00Z", "P2D");
    assertEquals(
        List.of("2011-12-29T00:00-10:00", "2011-12-31T00:00+14:00", "2012-01-01T00:00+14:00"),
        starts(days));
  }

  @Test
  void weeksMonthsQuartersAndYears() {
    assertEquals(
        List.of("2025-12-29T00:00Z"),
        starts(axis(Granularity.WEEK, "UTC", "2026-01-01T00:00:00Z", "PT1H")));
    GroupKey.TimeBucket sundays =
        new GroupKey.TimeBucket(
            "ts",
            Granularity.WEEK,
            1,
            ZoneId.of("UTC"),
            DayOfWeek.SUNDAY,
            null,
            GroupKey.GapFill.NONE,
            null,
            false);
    assertEquals(
        List.of("2025-12-28T00:00Z"),
        starts(
            TimeAxis.of(
                sundays,
                ColumnType.TIMESTAMP,
                micros("2026-01-01T00:00:00Z"),
                micros("2026-01-02T00:00:00Z"),
                MANY)));
    assertEquals(
        List.of("2026-01-01T00:00Z", "2026-06-01T00:00Z", "2026-11-01T00:00Z", "2027-01-01T00:00Z"),
        starts(
            TimeAxis.of(
                bucket(Granularity.MONTH, 5, "UTC", null),
                ColumnType.TIMESTAMP,
                micros("2026-02-01T00:00:00Z"),
                micros("2027-01-02T00:00:00Z"),
                MANY)));
    assertEquals(
        List.of("2020-01-01T00:00Z"),
        starts(
            TimeAxis.of(
                bucket(Granularity.YEAR, 10, "UTC", null),
                ColumnType.TIMESTAMP,
                micros("2026-02-01T00:00:00Z"),
                micros("2027-01-02T00:00:00Z"),
                MANY)));
  }

  @Test
  void offsetMovesEveryStart() {
    TimeAmount sixHours = new TimeAmount(Period.ZERO, Duration.ofHours(6));
    TimeAxis days =
        TimeAxis.of(
            bucket(Granularity.DAY, 1, "Europe/Berlin", sixHours),
            ColumnType.TIMESTAMP,
            micros("2026-03-29T00:00:00Z"),
            micros("2026-03-29T10:00:00Z"),
            MANY);
    assertEquals(List.of("2026-03-28T06:00+01:00", "2026-03-29T06:00+02:00"), starts(days));
  }

  @Test
  void datesAreBucketedWithoutAZone() {
    TimeAxis months =
        TimeAxis.of(
            bucket(Granularity.MONTH, 1, "America/Los_Angeles", null),
            ColumnType.DATE,
            LocalDate.of(2026, 1, 31).toEpochDay(),
            LocalDate.of(2026, 2, 2).toEpochDay(),
            MANY);
    assertEquals(List.of("2026-01-01T00:00-08:00", "2026-02-01T00:00-08:00"), starts(months));
    assertEquals(0, months.indexOf(LocalDate.of(2026, 1, 31).toEpochDay()));
    assertEquals(1, months.indexOf(LocalDate.of(2026, 2, 1).toEpochDay()));
  }

  @Test
  void tooManyBucketsAreRefused() {
    for (Granularity granularity : List.of(Granularity.SECOND, Granularity.DAY)) {
      TytoException refused =
          assertThrows(
              TytoException.class,
              () ->
                  TimeAxis.of(
                      bucket(granularity, 1, "UTC", null),
                      ColumnType.TIMESTAMP,
                      micros("0001-01-01T00:00:00Z"),
                      micros("2026-01-02T00:00:00Z"),
                      100_000));
      assertEquals(ErrorCode.RANGE_TOO_WIDE, refused.code());
    }
  }

  @Test
  void timesAtTheEndsOfInt64AreNoTrouble() {
    ColumnType.Scalar nanos = new ColumnType.TimestampType(TimestampUnit.NANOS);
    for (Granularity granularity : List.of(Granularity.YEAR, Granularity.HOUR)) {
      GroupKey.TimeBucket key = bucket(granularity, 100, "Europe/Berlin", null);
      TimeAxis axis = TimeAxis.of(key, nanos, Long.MIN_VALUE, Long.MAX_VALUE, MANY);
      assertEquals(0, axis.indexOf(Long.MIN_VALUE));
      assertTrue(axis.indexOf(Long.MAX_VALUE - 1) > 0);
    }
  }

  @Test
  void everyRandomTimeFallsIntoTheBucketOfItsWallClock() {
    Random random = new Random(SEED);
    for (int round = 0; round < 3_000 * SCALE; round++) {
      ZoneId zone = ZoneId.of(ZONES.get(random.nextInt(ZONES.size())));
      Granularity granularity =
          Granularity.values()[random.nextInt(Granularity.values().length - 1)];
      int every = every(granularity, random);
      long from =
          Instant.parse("1971-06-01T00:00:00Z").getEpochSecond() + random.nextInt(1_800_000_000);
      if (random.nextBoolean()) {
        from = nearTransition(zone, from, random);
      }
      long length = 1L + random.nextInt(granularity == Granularity.SECOND ? 7_200 : 400_000);
      TimeAxis axis =
          TimeAxis.of(
              bucket(granularity, every, zone.getId(), null),
              ColumnType.TIMESTAMP,
              from * 1_000_000,
              (from + length) * 1_000_000,
              MANY);
      String what =
          "seed " + SEED + " round " + round + " " + granularity + " " + every + " " + zone;
      assertTrue(axis.boundary(0) <= from * 1_000_000, what);
      assertTrue(axis.boundary(axis.size()) >= (from + length) * 1_000_000, what);
      for (int i = 0; i < 5; i++) {
        long second = from + random.nextLong(length);
        int index = axis.indexOf(second * 1_000_000 + random.nextInt(1_000_000));
        assertTrue(index >= 0, what);
        assertEquals(
            Instant.ofEpochSecond(startOf(granularity, every, zone, second)),
            axis.bucket(index).start().toInstant(),
            what + " at " + Instant.ofEpochSecond(second));
      }
    }
  }

  private static int every(Granularity granularity, Random random) {
    if (random.nextBoolean()) {
      return 1;
    }
    return switch (granularity) {
      case MONTH -> 1 + random.nextInt(12);
      case QUARTER -> 1 + random.nextInt(4);
      default -> 1 + random.nextInt(20);
    };
  }

  private static long nearTransition(ZoneId zone, long second, Random random) {
    var change = zone.getRules().nextTransition(Instant.ofEpochSecond(second));
    return change == null ? second : change.toEpochSecond() - random.nextInt(200_000);
  }

  /// The definition, taken literally: by the calendar, or by walking the wall clock back.
  private static long startOf(Granularity granularity, int every, ZoneId zone, long second) {
    ZonedDateTime time = Instant.ofEpochSecond(second).atZone(zone);
    LocalDate date = time.toLocalDate();
    LocalDate epoch = LocalDate.ofEpochDay(0);
    return switch (granularity) {
      case SECOND -> walkBack(every, zone, second, 1);
      case MINUTE -> walkBack(every * 60L, zone, second, 1);
      case HOUR -> walkBack(every * 3_600L, zone, second, 30);
      case DAY ->
          startOfDay(
              date.minusDays(Math.floorMod(epoch.until(date, ChronoUnit.DAYS), every)), zone);
      case WEEK -> {
        LocalDate monday = date.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
        long weeks = LocalDate.of(1969, 12, 29).until(monday, ChronoUnit.WEEKS);
        yield startOfDay(monday.minusWeeks(Math.floorMod(weeks, every)), zone);
      }
      case MONTH -> startOfDay(monthStart(date, every), zone);
      case QUARTER -> startOfDay(monthStart(date, 3 * every), zone);
      case YEAR ->
          startOfDay(date.withDayOfYear(1).minusYears(Math.floorMod(date.getYear(), every)), zone);
      case ALL -> throw new IllegalArgumentException();
    };
  }

  private static LocalDate monthStart(LocalDate date, int months) {
    LocalDate month = date.withDayOfMonth(1);
    return month.minusMonths((month.getMonthValue() - 1) % months);
  }

  private static long startOfDay(LocalDate date, ZoneId zone) {
    return date.atStartOfDay(zone).toEpochSecond();
  }

  private static long walkBack(long step, ZoneId zone, long second, long pace) {
    long at = Math.floorDiv(second, pace) * pace;
    while (true) {
      long local = local(zone, at);
      boolean jumped = Math.floorDiv(local, step) != Math.floorDiv(local(zone, at - 1), step);
      if (Math.floorMod(local, step) == 0 || jumped) {
        return at;
      }
      at -= pace;
    }
  }

  private static long local(ZoneId zone, long second) {
    return second + zone.getRules().getOffset(Instant.ofEpochSecond(second)).getTotalSeconds();
  }

  private static TimeAxis axis(Granularity granularity, String zone, String from, String length) {
    Instant start = Instant.parse(from);
    Instant end =
        length.startsWith("PT")
            ? start.plus(Duration.parse(length))
            : start.plus(Duration.ofDays(Period.parse(length).getDays()));
    return TimeAxis.of(
        bucket(granularity, 1, zone, null),
        ColumnType.TIMESTAMP,
        TimestampUnit.MICROS.fromInstant(start),
        TimestampUnit.MICROS.fromInstant(end),
        MANY);
  }

  private static GroupKey.TimeBucket bucket(
      Granularity granularity, int every, String zone, @Nullable TimeAmount offset) {
    return new GroupKey.TimeBucket(
        "ts",
        granularity,
        every,
        ZoneId.of(zone),
        DayOfWeek.MONDAY,
        offset,
        GroupKey.GapFill.NONE,
        null,
        false);
  }

  private static List<String> starts(TimeAxis axis) {
    List<String> starts = new ArrayList<>();
    for (int i = 0; i < axis.size(); i++) {
      starts.add(axis.bucket(i).start().toString());
    }
    return starts;
  }

  private static long micros(String instant) {
    return TimestampUnit.MICROS.fromInstant(Instant.parse(instant));
  }
}
