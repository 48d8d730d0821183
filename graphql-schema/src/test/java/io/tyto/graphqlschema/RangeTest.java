package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.input.RangeInput;
import io.tyto.model.query.GroupKey.TimeAmount;
import io.tyto.model.query.TimeInterval;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Presets, last and compared periods by the calendar of a zone.
class RangeTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static InputObject input(Map<String, ?> members) {
    Map<String, @Nullable Object> input = new HashMap<>(members);
    return InputObject.of("Input", input);
  }

  private static InputObject preset(String preset) {
    return input(Map.of("range", Map.of("preset", preset)));
  }

  private static String interval(String now, ZoneId zone, InputObject input) {
    return show(new RangeInput(Instant.parse(now), false).interval(input, zone));
  }

  private static String show(TimeInterval interval) {
    return interval.from() + " " + interval.to();
  }

  @Test
  void presetsGoByTheZone() {
    // 23:30 in UTC is the next day in Berlin, and the clocks there change on 2026-03-29.
    String now = "2026-03-28T23:30:00Z";
    assertEquals(
        "2026-03-28T23:00:00Z 2026-03-29T22:00:00Z", interval(now, BERLIN, preset("TODAY")));
    assertEquals(
        "2026-03-28T00:00:00Z 2026-03-29T00:00:00Z",
        interval(now, ZoneId.of("UTC"), preset("TODAY")));
    assertEquals(
        "2026-03-27T23:00:00Z 2026-03-28T23:00:00Z", interval(now, BERLIN, preset("YESTERDAY")));
    assertEquals(
        "2026-03-22T23:00:00Z 2026-03-29T22:00:00Z", interval(now, BERLIN, preset("THIS_WEEK")));
    assertEquals(
        "2026-03-15T23:00:00Z 2026-03-22T23:00:00Z", interval(now, BERLIN, preset("LAST_WEEK")));
    assertEquals(
        "2026-02-28T23:00:00Z 2026-03-31T22:00:00Z", interval(now, BERLIN, preset("THIS_MONTH")));
    assertEquals(
        "2026-01-31T23:00:00Z 2026-02-28T23:00:00Z", interval(now, BERLIN, preset("LAST_MONTH")));
    assertEquals("null null", interval(now, BERLIN, preset("ALL_TIME")));
  }

  @Test
  void lastCountsBackOnTheCalendar() {
    TimeAmount day = new TimeAmount(Period.ofDays(1), Duration.ZERO);
    assertEquals(
        "2026-03-28T11:00:00Z 2026-03-29T10:00:00Z",
        interval("2026-03-29T10:00:00Z", BERLIN, input(Map.of("range", Map.of("last", day)))));
    TimeAmount hours = new TimeAmount(Period.ZERO, Duration.ofHours(24));
    assertEquals(
        "2026-03-28T10:00:00Z 2026-03-29T10:00:00Z",
        interval("2026-03-29T10:00:00Z", BERLIN, input(Map.of("range", Map.of("last", hours)))));
  }

  @Test
  void datesAreMidnightsInUtcWhateverTheZone() {
    RangeInput dates = new RangeInput(Instant.parse("2026-03-28T23:30:00Z"), true);
    assertEquals(
        "2026-03-29T00:00:00Z 2026-03-30T00:00:00Z", show(dates.interval(preset("TODAY"), BERLIN)));
  }

  private static String comparison(Map<String, ?> range, Map<String, ?> compareTo) {
    RangeInput ranges = new RangeInput(Instant.parse("2026-04-15T12:00:00Z"), false);
    RangeInput.Comparison comparison =
        Objects.requireNonNull(
            ranges.comparison(input(Map.of("range", range, "compareTo", compareTo)), BERLIN));
    return show(comparison.interval())
        + " "
        + comparison.shift().period()
        + " "
        + comparison.shift().duration();
  }

  private static Map<String, ?> between(String from, String to) {
    return Map.of("between", Map.of("from", Instant.parse(from), "to", Instant.parse(to)));
  }

  @Test
  void thePeriodBeforeAMonthIsAMonth() {
    assertEquals(
        "2026-02-28T23:00:00Z 2026-03-31T22:00:00Z P1M PT0S",
        comparison(Map.of("preset", "THIS_MONTH"), Map.of("previousPeriod", true)));
  }

  @Test
  void wholeLocalDaysAreComparedAsDays() {
    // 2026-03-29 has 23 hours in Berlin.
    assertEquals(
        "2026-03-27T23:00:00Z 2026-03-28T23:00:00Z P1D PT0S",
        comparison(
            between("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
            Map.of("previousPeriod", true)));
    assertEquals(
        "2026-03-28T21:00:00Z 2026-03-29T00:00:00Z P0D PT3H",
        comparison(
            between("2026-03-29T00:00:00Z", "2026-03-29T03:00:00Z"),
            Map.of("previousPeriod", true)));
  }

  @Test
  void aShiftIsCalendarArithmetic() {
    assertEquals(
        "2026-02-28T12:00:00Z 2026-03-15T12:00:00Z P1M PT0S",
        comparison(
            between("2026-03-31T11:00:00Z", "2026-04-15T11:00:00Z"),
            Map.of("shift", new TimeAmount(Period.ofMonths(1), Duration.ZERO))));
  }

  @Test
  void anotherRangeIsShiftedByTheDistanceOfTheStarts() {
    assertEquals(
        "2025-03-28T23:00:00Z 2025-04-28T22:00:00Z P365D PT0S",
        comparison(
            between("2026-03-28T23:00:00Z", "2026-04-28T22:00:00Z"),
            Map.of(
                "range",
                Map.of(
                    "from",
                    Instant.parse("2025-03-28T23:00:00Z"),
                    "to",
                    Instant.parse("2025-04-28T22:00:00Z")))));
  }

  @Test
  void rangesThatMeanNothingAreRefused() {
    Client client = new Client();
    String ask = "aggregate(input:{range:%s}){totals{count}}";
    assertEquals(
        "BAD_USER_INPUT Interval.to",
        client.rechargeRefused(
            ask.formatted(
                "{between:{from:\"2026-02-01T00:00:00Z\",to:\"2026-01-01T00:00:00Z\"}}")));
    assertEquals(
        "BAD_USER_INPUT TimeRange.last", client.rechargeRefused(ask.formatted("{last:\"PT0S\"}")));
    assertEquals(
        "BAD_USER_INPUT RechargeAggregateInput.compareTo",
        client.rechargeRefused(ask.formatted("{preset:ALL_TIME},compareTo:{previousPeriod:true}")));
    assertEquals(
        "BAD_USER_INPUT CompareTo.previousPeriod",
        client.rechargeRefused(ask.formatted("{preset:TODAY},compareTo:{previousPeriod:false}")));
    assertEquals(
        "GRAPHQL_VALIDATION_FAILED", client.rechargeRefused(ask.formatted("{last:\"1 week\"}")));
    assertEquals(
        "GRAPHQL_VALIDATION_FAILED",
        client.rechargeRefused(ask.formatted("{preset:TODAY},timezone:\"Berlin\"")));
  }
}
