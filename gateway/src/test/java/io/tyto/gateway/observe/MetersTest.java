package io.tyto.gateway.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetersTest {
  private final Meters meters = new Meters();

  @AfterEach
  void close() {
    meters.close();
  }

  @Test
  void theManualHasARowForEachAndNoOther() throws IOException {
    List<String> expected = Arrays.stream(Meter.values()).map(MetersTest::row).toList();
    List<String> found =
        Files.readString(Path.of("..", "docs", "operations.md"))
            .lines()
            .filter(line -> line.startsWith("| `tyto_"))
            .toList();
    assertEquals(String.join("\n", expected), String.join("\n", found));
  }

  private static String row(Meter meter) {
    String labels =
        meter.labels().stream().map(label -> "`" + label + "`").collect(Collectors.joining(", "));
    return "| `%s` | %s | %s |".formatted(meter.told(), labels, meter.description());
  }

  @Test
  void everyMeterIsToldUnderTheNameOfTheManual() {
    for (Meter meter : Meter.values()) {
      List<String> labels = Collections.nCopies(meter.labels().size(), "x");
      switch (meter.kind()) {
        case COUNTER -> meters.count(meter, 2, labels.toArray(String[]::new));
        case TIMER -> meters.time(meter, 3_000_000, labels.toArray(String[]::new));
        case GAUGE -> meters.show(meter, List.of(new Meters.Reading(4, labels)));
      }
    }
    List<String> lines = meters.scrape(null).lines().toList();
    for (Meter meter : Meter.values()) {
      String name =
          switch (meter.kind()) {
            case COUNTER, GAUGE -> meter.told();
            case TIMER -> meter.told() + "_count";
          };
      String value =
          switch (meter.kind()) {
            case COUNTER -> "2.0";
            case TIMER -> "1";
            case GAUGE -> "4.0";
          };
      List<String> told =
          lines.stream()
              .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
              .toList();
      assertEquals(1, told.size(), name + ": " + told);
      assertTrue(told.getFirst().endsWith(" " + value), told.getFirst());
      meter.labels().forEach(label -> assertTrue(told.getFirst().contains(label + "=\"x\"")));
    }
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("jvm_memory_used_bytes{")));
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("jvm_threads_live_threads ")));
  }

  @Test
  void seriesHaveABound() {
    int many = 3 * Meters.MAX_SERIES;
    for (int i = 0; i < many; i++) {
      meters.count(Meter.QUERY_ROWS, 1, "collection" + i);
      meters.time(Meter.HTTP, 1, "route" + i, "2xx");
    }
    List<Meters.Reading> readings =
        IntStream.range(0, many).mapToObj(i -> new Meters.Reading(i, List.of("c" + i))).toList();
    meters.show(Meter.ROWS, readings);
    String told = meters.scrape(null);
    assertEquals(
        Meters.MAX_SERIES + 1,
        told.lines().filter(line -> line.startsWith(Meter.QUERY_ROWS.told() + "{")).count());
    assertTrue(
        told.contains("collection=\"" + Meters.OTHER + "\"} " + (many - Meters.MAX_SERIES) + ".0"),
        told);
    assertEquals(
        Meters.MAX_SERIES + 1,
        told.lines().filter(line -> line.startsWith(Meter.HTTP.told() + "_count{")).count());
    assertEquals(
        Meters.MAX_SERIES + 1,
        told.lines().filter(line -> line.startsWith(Meter.ROWS.told() + "{")).count());
  }

  @Test
  void gaugesBeyondTheBoundAreToldTogether() {
    int rest = 1_000;
    List<Meters.Reading> readings =
        IntStream.range(0, Meters.MAX_SERIES + rest)
            .mapToObj(i -> new Meters.Reading(i, List.of("c" + i)))
            .toList();
    meters.show(Meter.ROWS, readings);
    meters.show(Meter.VIEW_AGE, readings);
    meters.show(
        Meter.FEED_RUNNING,
        readings.stream()
            .map(one -> new Meters.Reading(one.value(), List.of(one.labels().getFirst(), "0")))
            .toList());
    List<String> told = meters.scrape(null).lines().toList();
    assertTrue(told.contains("tyto_collection_rows{collection=\"other\"} 499500.0"));
    assertTrue(told.contains("tyto_collection_rows{collection=\"c1000\"} 1000.0"));
    assertFalse(told.contains("tyto_collection_rows{collection=\"c999\"} 999.0"));
    assertTrue(told.contains("tyto_view_age_seconds{view=\"other\"} 999.0"));
    assertTrue(told.contains("tyto_feed_running{partition=\"other\",topic=\"other\"} 512.0"));
    assertTrue(told.contains("tyto_feed_running{partition=\"0\",topic=\"c0\"} 0.0"));
  }

  @Test
  void gaugesTellWhatIsThereNow() {
    meters.show(Meter.ROWS, List.of(new Meters.Reading(1, List.of("a"))));
    meters.show(Meter.ROWS, List.of(new Meters.Reading(2, List.of("b"))));
    String told = meters.scrape(null);
    assertFalse(told.contains("collection=\"a\""), told);
    assertTrue(told.contains("tyto_collection_rows{collection=\"b\"} 2.0"), told);
  }

  @Test
  void labelsAreThoseOfTheMeter() {
    assertThrows(
        IllegalArgumentException.class, () -> meters.count(Meter.REFUSED, 1, "CANCELLED", "more"));
    assertThrows(IllegalArgumentException.class, () -> meters.count(Meter.ROWS, 1, "a"));
  }
}
