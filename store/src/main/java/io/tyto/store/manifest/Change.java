package io.tyto.store.manifest;

import io.tyto.store.manifest.Manifest.Counts;
import io.tyto.store.manifest.Manifest.Hole;
import io.tyto.store.manifest.Manifest.Range;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What one commit does to the manifest before it. Sealing advances logs and adds segments;
/// compaction and retention remove segments and put others, or holes, in the place of their ranges.
///
/// @param advance logId -> committed offsets; `from` is where the manifest before stands
/// @param added their files are in the store already
/// @param removed file names of segments that go; what is added stands in the place of the first
/// @param holes offsets without rows; adjacent ones are joined, and an EMPTY hole that an added
///   DATA segment or an EXPIRED hole of the same collection covers goes by itself
/// @param dedupFrom new values by log; others stay
/// @param counts what is added to the counts
/// @param configVersion catalog version, or 0 to keep it
/// @param requires features added for readers
/// @param rejoin collection -> event time in epoch microseconds from which on its rows may lack
///   what joins give them
/// @param rejoined collection -> version of the {@link Manifest.Rejoin} that is done
public record Change(
    Map<String, Range> advance,
    List<SegmentEntry> added,
    Set<String> removed,
    List<Hole> holes,
    Map<String, Long> dedupFrom,
    Counts counts,
    long configVersion,
    Set<String> requires,
    Map<Integer, Long> rejoin,
    Map<Integer, Long> rejoined) {

  public Change {
    advance = Map.copyOf(advance);
    added = List.copyOf(added);
    removed = Set.copyOf(removed);
    holes = List.copyOf(holes);
    dedupFrom = Map.copyOf(dedupFrom);
    requires = Set.copyOf(requires);
    rejoin = Map.copyOf(rejoin);
    rejoined = Map.copyOf(rejoined);
  }

  public static Builder builder() {
    return new Builder();
  }

  /// Collects a change. Not thread-safe.
  public static final class Builder {
    private final Map<String, Range> advance = new LinkedHashMap<>();
    private final List<SegmentEntry> added = new ArrayList<>();
    private final Set<String> removed = new LinkedHashSet<>();
    private final List<Hole> holes = new ArrayList<>();
    private final Map<String, Long> dedupFrom = new LinkedHashMap<>();
    private final Set<String> requires = new LinkedHashSet<>();
    private final Map<Integer, Long> rejoin = new LinkedHashMap<>();
    private final Map<Integer, Long> rejoined = new LinkedHashMap<>();
    private Counts counts = Counts.ZERO;
    private long configVersion;

    private Builder() {}

    /// Commits offsets `[from, next)` of a log.
    public Builder advance(String logId, long from, long next) {
      advance.put(logId, new Range(from, next));
      return this;
    }

    public Builder add(SegmentEntry segment) {
      added.add(segment);
      return this;
    }

    public Builder remove(String file) {
      removed.add(file);
      return this;
    }

    public Builder hole(Hole hole) {
      holes.add(hole);
      return this;
    }

    public Builder dedupFrom(String logId, long offset) {
      dedupFrom.put(logId, offset);
      return this;
    }

    public Builder counts(Counts delta) {
      counts = delta;
      return this;
    }

    public Builder configVersion(long version) {
      configVersion = version;
      return this;
    }

    public Builder require(String feature) {
      requires.add(feature);
      return this;
    }

    /// Rows of a collection from an event time on are to be joined again.
    public Builder rejoin(int collection, long fromMicros) {
      rejoin.merge(collection, fromMicros, Math::min);
      return require(Manifest.REJOIN);
    }

    /// What the manifest of that version asked for is done; what a later one did is not.
    public Builder rejoined(Manifest.Rejoin done) {
      rejoined.put(done.collection(), done.version());
      return this;
    }

    public Change build() {
      return new Change(
          advance,
          added,
          removed,
          holes,
          dedupFrom,
          counts,
          configVersion,
          requires,
          rejoin,
          rejoined);
    }
  }
}
