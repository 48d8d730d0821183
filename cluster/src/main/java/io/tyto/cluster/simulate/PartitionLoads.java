package io.tyto.cluster.simulate;

import io.tyto.cluster.simulate.Scenario.Layout;
import io.tyto.cluster.simulate.Scenario.Load;
import java.util.SplittableRandom;

/// What comes to each partition, and what lies in it. Immutable.
///
/// Groups have equal parts of the events; within a group keys fall to partitions by chance, and how
/// often each key comes follows Zipf's law.
final class PartitionLoads {
  /// Below so many rows a tail waits for its greater age.
  private static final double SMALL_TAIL = 65_536;

  /// Segments that wait for being merged, beside those that are as large as they get.
  private static final double YOUNG_SEGMENTS = 8;

  private static final double SPARE_SEGMENTS = 32;

  /// A merge at least doubles: the largest are between half full and full.
  private static final double USUALLY_FULL = 0.75;

  /// No segment grows beyond.
  private static final double SEGMENT_BYTES = 1L << 30;

  /// Entries that a manifest holds before older ones move to a page.
  private static final double MAX_ENTRIES = 256;

  private static final double MANIFEST_BYTES = 600;
  private final Scenario scenario;
  private final double[] shares;

  PartitionLoads(Scenario scenario) {
    this.scenario = scenario;
    this.shares = shares(scenario.layout(), scenario.load(), scenario.seed());
  }

  private static double[] shares(Layout layout, Load load, long seed) {
    double[] frequencies = new double[load.keys()];
    double sum = 0;
    for (int key = 0; key < frequencies.length; key++) {
      frequencies[key] = Math.pow(key + 1.0, -load.skew());
      sum += frequencies[key];
    }
    SplittableRandom random = new SplittableRandom(seed);
    double[] shares = new double[layout.all()];
    for (int group = 0; group < layout.groups(); group++) {
      int first = group * layout.partitions();
      for (double frequency : frequencies) {
        shares[first + random.nextInt(layout.partitions())] += frequency / sum / layout.groups();
      }
    }
    return shares;
  }

  int count() {
    return shares.length;
  }

  /// Of all events.
  double share(int partition) {
    return shares[partition];
  }

  /// Events a second.
  double rate(int partition) {
    return shares[partition] * scenario.load().eventsPerSecond();
  }

  /// Rows of the last days.
  double rows(int partition, double days) {
    Load load = scenario.load();
    return shares[partition] * load.eventsPerDay() * Math.min(days, load.daysKept());
  }

  double bytes(int partition) {
    Load load = scenario.load();
    return shares[partition] * load.rowsKept() * load.bytesPerEvent();
  }

  /// Seconds between two commits; for ever where nothing comes.
  double sealSeconds(int partition) {
    double rate = rate(partition);
    double age = scenario.cost(Cost.SEAL_SECONDS);
    if (rate * age >= SMALL_TAIL) {
      return Math.min(age, scenario.cost(Cost.SEAL_ROWS) / rate);
    }
    double until = rate == 0 ? Double.POSITIVE_INFINITY : SMALL_TAIL / rate;
    return rate == 0 ? until : Math.clamp(until, age, scenario.cost(Cost.SEAL_SMALL_SECONDS));
  }

  /// Of rows, as compaction usually leaves them.
  double segments(int partition) {
    double rows = shares[partition] * scenario.load().rowsKept();
    return rows == 0 ? 0 : rows / (USUALLY_FULL * largestSegment()) + YOUNG_SEGMENTS;
  }

  /// The most that compaction allows without an alarm.
  double segmentsAtMost(int partition) {
    double rows = shares[partition] * scenario.load().rowsKept();
    return SPARE_SEGMENTS + 2 * rows / largestSegment();
  }

  /// Rows.
  private double largestSegment() {
    return Math.min(
        scenario.cost(Cost.SEGMENT_ROWS), SEGMENT_BYTES / scenario.load().bytesPerEvent());
  }

  /// Segments that a question opens.
  double opened(int partition, QueryKind kind) {
    double days = scenario.load().daysKept();
    double part = kind == QueryKind.CUBE ? 1 : Math.min(1, kind.days() / days);
    double all = segments(partition);
    return Math.min(all, part * all + YOUNG_SEGMENTS);
  }

  /// Of the newest manifest.
  double manifestBytes(int partition) {
    return MANIFEST_BYTES
        + Math.min(MAX_ENTRIES, segments(partition)) * scenario.cost(Cost.ENTRY_BYTES);
  }

  /// Seconds of a core.
  double querySeconds(int partition, QueryKind kind) {
    return rows(partition, kind.days()) / scenario.cost(kind.rate())
        + opened(partition, kind) * scenario.cost(Cost.OPEN_MICROS) * 1e-6;
  }
}
