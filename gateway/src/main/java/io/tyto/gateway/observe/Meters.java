package io.tyto.gateway.observe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// Counts and times what {@link Meter} names, and tells it as Prometheus reads it. Thread-safe.
public final class Meters implements AutoCloseable {
  /// Combinations of label values a meter has; the rest is counted under {@link #OTHER}.
  static final int MAX_SERIES = 512;

  static final String OTHER = "other";

  private static final Duration[] BUCKETS =
      LongStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final Map<Meter, Map<List<String>, Counter>> counters = new EnumMap<>(Meter.class);
  private final Map<Meter, Map<List<String>, Timer>> timers = new EnumMap<>(Meter.class);
  private final Map<Meter, MultiGauge> shown = new EnumMap<>(Meter.class);

  public Meters() {
    for (Meter meter : Meter.values()) {
      switch (meter.kind()) {
        case COUNTER -> counters.put(meter, new ConcurrentHashMap<>());
        case TIMER -> timers.put(meter, new ConcurrentHashMap<>());
        case GAUGE ->
            shown.put(
                meter,
                MultiGauge.builder(meter.id()).description(meter.description()).register(registry));
      }
    }
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    collections.bindTo(registry);
  }

  /// @param labels values, in the order of the meter's labels
  public void count(Meter meter, double amount, String... labels) {
    series(
            counters,
            meter,
            List.of(labels),
            tags ->
                Counter.builder(meter.id())
                    .description(meter.description())
                    .tags(tags)
                    .register(registry))
        .increment(amount);
  }

  public void time(Meter meter, long nanos, String... labels) {
    series(
            timers,
            meter,
            List.of(labels),
            tags ->
                Timer.builder(meter.id())
                    .description(meter.description())
                    .tags(tags)
                    .serviceLevelObjectives(BUCKETS)
                    .register(registry))
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  /// Tells a number as it stands whenever somebody asks.
  public void watch(Meter meter, Supplier<Number> value, String... labels) {
    Gauge.builder(meter.id(), value)
        .description(meter.description())
        .tags(tags(meter, List.of(labels)))
        .register(registry);
  }

  /// One value of a gauge.
  record Reading(double value, List<String> labels) {}

  /// Tells these instead of what the gauge told before. Of more than {@link #MAX_SERIES} those that
  /// matter least are told as one, {@link #OTHER}.
  void show(Meter meter, List<Reading> readings) {
    MultiGauge gauge = shown.get(meter);
    if (gauge == null) {
      throw new IllegalArgumentException(meter + " is no gauge");
    }
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    for (Reading reading : bounded(meter, readings)) {
      rows.add(MultiGauge.Row.of(tags(meter, reading.labels()), reading.value()));
    }
    gauge.register(rows, true);
  }

  private static List<Reading> bounded(Meter meter, List<Reading> readings) {
    if (readings.size() <= MAX_SERIES) {
      return readings;
    }
    Comparator<Reading> ascending = Comparator.comparingDouble(Reading::value);
    boolean isLeastFirst = meter.rest() == Meter.Rest.LEAST;
    List<Reading> sorted =
        readings.stream().sorted(isLeastFirst ? ascending : ascending.reversed()).toList();
    List<Reading> rest = sorted.subList(MAX_SERIES, sorted.size());
    double told =
        switch (meter.rest()) {
          case SUM -> rest.stream().mapToDouble(Reading::value).sum();
          case GREATEST, LEAST -> rest.getFirst().value();
        };
    List<Reading> kept = new ArrayList<>(sorted.subList(0, MAX_SERIES));
    kept.add(new Reading(told, Collections.nCopies(meter.labels().size(), OTHER)));
    return kept;
  }

  private static <M> M series(
      Map<Meter, Map<List<String>, M>> all,
      Meter meter,
      List<String> labels,
      Function<Tags, M> maker) {
    Map<List<String>, M> known = all.get(meter);
    if (known == null) {
      throw new IllegalArgumentException(meter + " is a " + meter.kind());
    }
    M found = known.get(labels);
    if (found != null) {
      return found;
    }
    List<String> kept =
        known.size() < MAX_SERIES ? labels : Collections.nCopies(labels.size(), OTHER);
    return known.computeIfAbsent(kept, values -> maker.apply(tags(meter, values)));
  }

  private static Tags tags(Meter meter, List<String> values) {
    if (values.size() != meter.labels().size()) {
      throw new IllegalArgumentException(meter + " has the labels " + meter.labels());
    }
    List<Tag> tags = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      tags.add(Tag.of(meter.labels().get(i), values.get(i)));
    }
    return Tags.of(tags);
  }

  /// Everything, as `contentType` has it; null: as Prometheus' own text.
  String scrape(@Nullable String contentType) {
    return contentType == null ? registry.scrape() : registry.scrape(contentType);
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
