package io.tyto.ingest.partition;

import static java.lang.System.Logger.Level.WARNING;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.manifest.Change;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.Manifest.Counts;
import io.tyto.store.manifest.Manifest.Hole;
import io.tyto.store.manifest.Manifest.HoleKind;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.Range;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import io.tyto.store.manifest.ManifestChain;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Lets go of what is kept long enough, by whole segments: a row stays until the youngest of its
/// segment is too old. Rows leave holes, and the cells that are kept longer than they. Used by one
/// thread at a time.
final class Retention {
  private static final System.Logger LOG = System.getLogger(Retention.class.getName());

  private final PartitionId id;
  private final PartitionHost host;
  private final SegmentFiles files;
  private final ManifestChain chain;
  private final Committer committer;
  private final LiveRows live;
  private final SegmentMerger segments;

  Retention(
      PartitionId id,
      PartitionHost host,
      SegmentFiles files,
      ManifestChain chain,
      Committer committer,
      LiveRows live,
      SegmentMerger segments) {
    this.id = id;
    this.host = host;
    this.files = files;
    this.chain = chain;
    this.committer = committer;
    this.live = live;
    this.segments = segments;
  }

  /// Lets go of what is due of a collection.
  ///
  /// @param isFree whether nobody waits for rows any more; asked of those that go, as they may have
  ///   been sealed a moment ago
  void expire(TableSchema schema, Predicate<SegmentEntry> isFree) {
    expire(schema, Kind.DATA, schema.config().retention().raw(), isFree);
    expire(schema, Kind.DEAD, schema.config().retention().letters(), entry -> !isMarked(entry));
    letGo(schema, older(schema, Kind.CUBE, oldestCells(schema)));
  }

  /// Whether rows go the next time that {@link #expire} is called.
  boolean isExpiring(TableSchema schema, SegmentEntry rows) {
    Period keep = schema.config().retention().raw();
    return keep != null && rows.maxTime() < oldest(keep);
  }

  private void expire(
      TableSchema schema, Kind kind, @Nullable Period keep, Predicate<SegmentEntry> isFree) {
    if (keep != null) {
      List<SegmentEntry> old = older(schema, kind, oldest(keep));
      letGo(schema, old.stream().filter(isFree).toList());
    }
  }

  private List<SegmentEntry> older(TableSchema schema, Kind kind, long limit) {
    return live.entries(schema.collectionId(), kind).stream()
        .filter(entry -> entry.maxTime() < limit)
        .toList();
  }

  private long oldest(Period keep) {
    Instant oldest = host.clock().instant().atZone(ZoneOffset.UTC).minus(keep).toInstant();
    return ChronoUnit.MICROS.between(Instant.EPOCH, oldest);
  }

  /// Cells without rows are kept for whoever asks for them, and only then.
  private long oldestCells(TableSchema schema) {
    Period keep = schema.config().retention().cubes();
    return keep == null || schema.config().cubes().isEmpty() ? Long.MAX_VALUE : oldest(keep);
  }

  /// Takes segments of a collection away, whatever their age.
  void letGo(TableSchema schema, List<SegmentEntry> expired) {
    if (expired.isEmpty()) {
      return;
    }
    List<Hole> holes = chain.holes(live.manifest());
    Change.Builder change = Change.builder();
    List<SegmentEntry> cells = new ArrayList<>();
    long letters = 0;
    for (SegmentEntry entry : expired) {
      change.remove(entry.file());
      if (entry.kind() == Kind.DATA) {
        entry.ranges().forEach((log, range) -> change.hole(expiredHole(entry, log, range, holes)));
        cellsToKeep(schema, entry).ifPresent(cells::add);
      } else if (entry.kind() == Kind.DEAD) {
        letters += entry.rows();
      }
    }
    cells.forEach(change::add);
    // Letters leave no holes, so the counts have to say where they went.
    change.counts(new Counts(0, 0, -letters, 0, letters));
    Manifest commit = committer.commit(change.build());
    live.replaced(commit, SegmentFiles.namesOf(expired), cells.stream().map(files::open).toList());
  }

  /// The cells of a segment whose rows go, in a segment of their own; none where they are not to be
  /// kept, or where there is no way to make them: rows that cannot be read, or have more
  /// combinations of values than can be held, must not stay for ever because of that.
  private Optional<SegmentEntry> cellsToKeep(TableSchema schema, SegmentEntry entry) {
    if (entry.maxTime() < oldestCells(schema)) {
      return Optional.empty();
    }
    try {
      StoredPrivacy privacy = host.schemas().privacy(schema.collectionId());
      return Optional.of(
          segments.read(
              entry, source -> files.writeCells(schema, privacy.current(source, schema), entry)));
    } catch (TytoException e) {
      if (e.code() != ErrorCode.SEGMENT_CORRUPT && e.code() != ErrorCode.MEMORY_LIMIT_EXCEEDED) {
        throw e;
      }
      LOG.log(
          WARNING,
          "{0}: {1} rows of {2} are old enough to go, and no cells stay of them: {3}",
          id,
          entry.rows(),
          schema.name(),
          e.getMessage());
      return Optional.empty();
    }
  }

  /// A letter with a mark may be a row by now: the next replay finds out, and takes away the letter
  /// or the mark. SEGMENT_CORRUPT once where letters cannot be read; after that they stay.
  private boolean isMarked(SegmentEntry entry) {
    return segments.isDamaged(entry) || segments.read(entry, Letterbox::hasMarks);
  }

  /// Takes the empty offsets before the segment along, or a hole would remain of every one of them.
  private static Hole expiredHole(SegmentEntry entry, String log, Range range, List<Hole> holes) {
    long from = range.from();
    for (Hole hole : holes) {
      boolean isBefore =
          hole.kind() == HoleKind.EMPTY
              && hole.collection() == entry.collection()
              && hole.logId().equals(log)
              && hole.next() == range.from();
      if (isBefore) {
        from = hole.from();
      }
    }
    return new Hole(entry.collection(), log, from, range.next(), HoleKind.EXPIRED, null);
  }
}
