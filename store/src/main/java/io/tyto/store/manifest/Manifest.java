package io.tyto.store.manifest;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One numbered, immutable commit record of a partition; the chain of them is the truth for data.
///
/// @param requires features a reader must know
/// @param version from 1, without gaps
/// @param previousSha256 of the manifest before, empty for the first
/// @param epoch grows with every claim
/// @param writerId UUID of the process start that wrote it
/// @param commitId UUID that tells a lost acknowledgement from a rival
/// @param configVersion of the catalog at commit time
/// @param next logId -> first logOffset not yet committed
/// @param pages older segment entries, holes and finished logs
/// @param rejoins rows that may lack what joins give them, by ascending version; of a collection at
///   most {@link #MAX_REJOINS}
public record Manifest(
    Set<String> requires,
    long version,
    String previousSha256,
    long epoch,
    String writerId,
    String commitId,
    long configVersion,
    Map<String, Long> next,
    List<SegmentEntry> segments,
    List<PageEntry> pages,
    List<Hole> holes,
    Map<String, Long> dedupFrom,
    Counts counts,
    List<Rejoin> rejoins) {

  public static final int MAX_ENTRIES = 256;

  /// More than one of a collection, so that what is asked for while one is worked at does not keep
  /// that one from being done.
  public static final int MAX_REJOINS = 16;

  /// Feature of manifests with STATE segments of a collection, which hold states of its entities;
  /// those of no collection hold the entities' keys.
  public static final String LIFETIME = "lifetime";

  /// Feature of manifests with VIEW segments.
  public static final String VIEWS = "views";

  /// Feature of manifests that ever had rows to join again.
  public static final String REJOIN = "rejoin";

  public Manifest {
    rejoins = List.copyOf(rejoins);
    requires = Collections.unmodifiableSet(new TreeSet<>(requires));
    // In the order of the maps: the log that moved last stands last. Map.copyOf would lose it.
    next = Collections.unmodifiableMap(new LinkedHashMap<>(next));
    dedupFrom = Collections.unmodifiableMap(new LinkedHashMap<>(dedupFrom));
    segments = List.copyOf(segments);
    pages = List.copyOf(pages);
    holes = List.copyOf(holes);
  }

  /// Rows of a collection may lack what joins with other collections give them.
  ///
  /// @param fromTime least event time of such rows, in epoch microseconds
  /// @param version of the manifest that said so last: it speaks of rows committed by then
  public record Rejoin(int collection, long fromTime, long version) {
    Rejoin with(Rejoin later) {
      return new Rejoin(collection, Math.min(fromTime, later.fromTime), later.version);
    }
  }

  /// All that is to be joined again of a collection; null: nothing.
  public @Nullable Rejoin rejoin(int collection) {
    Rejoin all = null;
    for (Rejoin rejoin : rejoins) {
      if (rejoin.collection() == collection) {
        all = all == null ? rejoin : all.with(rejoin);
      }
    }
    return all;
  }

  public enum Kind {
    DATA,
    CUBE,
    STATE,
    DEAD,
    /// Rows of a view, up to the offsets that its ranges say.
    VIEW
  }

  /// Log offsets `[from, next)`.
  public record Range(long from, long next) {}

  /// @param file name below the partition's `s/` prefix
  /// @param ranges logId -> offsets the segment answers for
  /// @param minTime least event time in epoch microseconds, of rows; `maxTime` greatest
  /// @param view whose rows it keeps; null for any other kind
  public record SegmentEntry(
      String file,
      int collection,
      Kind kind,
      Map<String, Range> ranges,
      long rows,
      long minTime,
      long maxTime,
      long bytes,
      String sha256,
      int schemaVersion,
      int erasureVersion,
      @Nullable String sortedBy,
      @Nullable String deletes,
      @Nullable ViewPart view) {
    public SegmentEntry {
      ranges = Map.copyOf(ranges);
    }

    /// Of another kind than VIEW.
    public SegmentEntry(
        String file,
        int collection,
        Kind kind,
        Map<String, Range> ranges,
        long rows,
        long minTime,
        long maxTime,
        long bytes,
        String sha256,
        int schemaVersion,
        int erasureVersion,
        @Nullable String sortedBy,
        @Nullable String deletes) {
      this(
          file,
          collection,
          kind,
          ranges,
          rows,
          minTime,
          maxTime,
          bytes,
          sha256,
          schemaVersion,
          erasureVersion,
          sortedBy,
          deletes,
          null);
    }
  }

  /// @param id name and hash of the definition
  /// @param isBuilding rows that were there before the view are still to come
  /// @param expired how many offsets of its collection EXPIRED holes covered when its cells were
  ///   begun: where they are more by now, it may have counted rows that are gone
  public record ViewPart(String id, boolean isBuilding, long expired) {}

  /// A page holds entries that left the manifest; named by its hash.
  ///
  /// @param segments how many segment entries it has; `holes` and `logs` likewise
  /// @param minTime least event time of its segments in epoch microseconds; `maxTime` greatest
  public record PageEntry(
      String key, String sha256, int segments, int holes, int logs, long minTime, long maxTime) {}

  public enum HoleKind {
    GAP,
    EXPIRED,
    EMPTY
  }

  /// Offsets without rows. `collection` 0 means all of the group.
  public record Hole(
      int collection, String logId, long from, long next, HoleKind kind, @Nullable String reason) {}

  /// Since the chain began.
  public record Counts(long read, long rows, long dead, long duplicates, long erased) {
    public static final Counts ZERO = new Counts(0, 0, 0, 0, 0);

    public Counts plus(Counts delta) {
      return new Counts(
          read + delta.read,
          rows + delta.rows,
          dead + delta.dead,
          duplicates + delta.duplicates,
          erased + delta.erased);
    }

    /// Every record read is a row, a dead letter, a duplicate or erased.
    public boolean isBalanced() {
      return read == rows + dead + duplicates + erased;
    }
  }
}
