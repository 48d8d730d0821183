package io.tyto.cluster.simulate;

import java.util.Locale;

/// What a unit of work costs, or a limit it meets: the figure that a simulation takes where nobody
/// gives another, and where that comes from.
public enum Cost {
  INGEST_ROWS(
      319_000,
      "rows/s a core",
      Basis.MEASURED,
      "Kafka: 638,000 events/s on two cores, which the broker shared"),
  COMPACT_NANOS(
      460, "ns a row", Basis.MEASURED, "fifty million events: 23 s of compaction, as of one core"),
  SCAN_ROWS(
      307e6, "rows/s a core", Basis.MEASURED, "Q08 by country, 50 M rows: 81.3 ms, two threads"),
  SCAN_ENTITY_ROWS(
      113e6, "rows/s a core", Basis.MEASURED, "Q11 by user, 50 M rows: 220 ms, two threads"),
  OPEN_MICROS(20, "us a segment", Basis.MEASURED, "the gateway: 78 us for four segments of a cube"),
  MERGE_NANOS(
      87,
      "ns a group",
      Basis.INFERRED,
      "group-by of 100 k: 45.7 ms for 524,288 rows; merging is such a scan"),
  CALL_MICROS(52, "us a call", Basis.INFERRED, "the gateway: CPU of one answer over HTTP"),
  MEMBER_NANOS(
      12,
      "ns a member",
      Basis.MEASURED,
      "docs/scale.md: a member gone through to find what it owns"),
  OWNED_NANOS(29, "ns a partition", Basis.MEASURED, "docs/scale.md: each whose owner is found"),
  LEAF_SPREAD(2.7, "p99 / p50", Basis.MEASURED, "cubes: 1.65 and 4.46 ms in process at 100/s"),
  HASH_MEGABYTES(
      744, "MB/s a core", Basis.MEASURED, "where the time goes: SHA-256 of 3.35 GB in 4.5 s"),
  EVENT_BYTES(335, "bytes of an event as sent", Basis.MEASURED, "the comparison's NDJSON"),
  PAUSE_SHARE(0.001, "of calls", Basis.ASSUMED, "a leaf stands still, as for a collection"),
  PAUSE_MILLIS(50, "ms", Basis.ASSUMED, "for so long"),
  ROUND_TRIP_MILLIS(0.5, "ms", Basis.ASSUMED, "between two nodes"),
  LOOKUP_MILLIS(1, "ms", Basis.ASSUMED, "one look-up of a name in the shared store"),
  STORE_LOOKUPS(5_500, "a second", Basis.ASSUMED, "reads that S3 documents for one prefix of keys"),
  STORE_MEGABYTES(100_000, "MB/s", Basis.ASSUMED, "what the store gives to all nodes together"),
  COPY_SHARE(0.5, "of network and disk", Basis.ASSUMED, "copying leaves the rest to queries"),
  THIN_SECONDS(
      3_600, "s", Basis.ASSUMED, "how long partitions may have a copy less; the store has all"),
  SESSION_SECONDS(45, "s", Basis.BUILT, "Kafka's session time-out, before another owns"),
  MEMBER_SECONDS(10, "s", Basis.BUILT, "a member that is not heard for so long is gone"),
  SEAL_SECONDS(60, "s", Basis.BUILT, "seal.age"),
  SEAL_SMALL_SECONDS(600, "s", Basis.BUILT, "seal.smallAge"),
  SEAL_ROWS(1_000_000, "rows", Basis.BUILT, "seal.rows"),
  SEGMENT_ROWS(16e6, "rows", Basis.BUILT, "compaction's largest segment"),
  TAIL_BYTES(67, "bytes a row", Basis.BUILT, "seal.bytes over seal.rows"),
  ENTRY_BYTES(330, "bytes a segment", Basis.INFERRED, "an entry of a manifest, by its format"),
  MEMBER_BYTES(160, "bytes", Basis.INFERRED, "a member in the map of members, by its JSON"),
  OWNED_BYTES(5, "bytes a partition", Basis.INFERRED, "each partition it says that it owns"),
  MAPPED_FILES(65_530, "a process", Basis.BUILT, "vm.max_map_count as Linux has it");

  /// Why a figure is believed.
  public enum Basis {
    /// In perf/README.md, where nothing else is named.
    MEASURED,
    /// From a measurement of something alike.
    INFERRED,
    /// A constant or default of the program or its platform.
    BUILT,
    /// By nobody; the first to replace.
    ASSUMED
  }

  private final double usual;
  private final String unit;
  private final Basis basis;
  private final String source;

  Cost(double usual, String unit, Basis basis, String source) {
    this.usual = usual;
    this.unit = unit;
    this.basis = basis;
    this.source = source;
  }

  public double usual() {
    return usual;
  }

  public String unit() {
    return unit;
  }

  public Basis basis() {
    return basis;
  }

  public String source() {
    return source;
  }

  /// As people write it: `ingest-rows`.
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
