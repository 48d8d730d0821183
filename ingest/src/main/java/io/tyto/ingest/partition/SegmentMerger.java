package io.tyto.ingest.partition;

import static java.lang.System.Logger.Level.DEBUG;

import io.tyto.engine.source.RowSource;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.manifest.Change;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Reads committed segments of a partition and puts one in the place of several, and remembers
/// which cannot be read. Used by one thread at a time.
final class SegmentMerger {
  private static final System.Logger LOG = System.getLogger(SegmentMerger.class.getName());

  private final PartitionId id;
  private final PartitionHost host;
  private final SegmentFiles files;
  private final Committer committer;
  private final LiveRows live;

  /// Left alone from now on, or every round would fail at them and nothing else would be done.
  private final Set<String> damaged = new HashSet<>();

  SegmentMerger(
      PartitionId id, PartitionHost host, SegmentFiles files, Committer committer, LiveRows live) {
    this.id = id;
    this.host = host;
    this.files = files;
    this.committer = committer;
    this.live = live;
  }

  boolean isDamaged(SegmentEntry entry) {
    return damaged.contains(entry.file());
  }

  /// Segments of a collection that are not known to be damaged.
  List<SegmentEntry> sound(int collection, Kind kind) {
    return live.entries(collection, kind).stream().filter(entry -> !isDamaged(entry)).toList();
  }

  /// Reads one segment. SEGMENT_CORRUPT where it cannot be read, and {@link #isDamaged} from then
  /// on; DRAINING where the partition is closed.
  <T> T read(SegmentEntry entry, Function<RowSource, T> reader) {
    return readAll(Set.of(entry.file()), sources -> reader.apply(sources.getFirst()));
  }

  /// Writes segments anew as one, as the newest schema and policies leave them. As {@link #read}.
  SegmentEntry merge(TableSchema schema, Kind kind, List<SegmentEntry> run) {
    return merge(schema, kind, run, source -> source);
  }

  /// @param seen how the sources are read
  SegmentEntry merge(
      TableSchema schema, Kind kind, List<SegmentEntry> run, UnaryOperator<RowSource> seen) {
    return merge(schema, kind, run, seen, Change.builder());
  }

  /// @param seen how the sources are read
  /// @param change what else the commit does
  SegmentEntry merge(
      TableSchema schema,
      Kind kind,
      List<SegmentEntry> run,
      UnaryOperator<RowSource> seen,
      Change.Builder change) {
    Set<String> names = SegmentFiles.namesOf(run);
    SegmentEntry merged =
        readAll(
            names,
            sources -> {
              // Asked behind the segments: by an older schema than theirs, columns would be lost.
              TableSchema newest =
                  kind == Kind.DATA ? host.schemas().newest(schema.collectionId()) : schema;
              List<RowSource> rows =
                  sources.stream()
                      .map(source -> seen.apply(current(source, kind, newest)))
                      .toList();
              if (kind == Kind.DATA
                  && rows.stream().anyMatch(source -> lacks(source, joined(newest)))) {
                // What they lack can no longer be told from null once they are written together.
                change.rejoin(newest.collectionId(), Long.MIN_VALUE);
              }
              return files.writeRows(kind, newest, rows, CompactionChoice.rangesOf(run));
            });
    change.add(merged);
    names.forEach(change::remove);
    Manifest commit = commitOrLeave(change.build(), names);
    live.replaced(commit, names, List.of(files.open(merged)));
    LOG.log(DEBUG, "{0}: {1} segments became {2}", id, run.size(), merged.file());
    return merged;
  }

  private static List<ColumnSpec> joined(TableSchema schema) {
    return schema.columns().stream().filter(ColumnSpec::isJoinedWithEvents).toList();
  }

  /// Whether rows are older than one of the columns.
  static boolean lacks(RowSource rows, List<ColumnSpec> columns) {
    return columns.stream().anyMatch(column -> rows.column(column.id()) == null);
  }

  private RowSource current(RowSource source, Kind kind, TableSchema schema) {
    StoredPrivacy privacy = host.schemas().privacy(schema.collectionId());
    if (kind == Kind.DATA) {
      return privacy.current(source, schema);
    }
    return privacy.changedAt() > 0 ? new TreatedLetters(source, privacy) : source;
  }

  private <T> T readAll(Set<String> names, Function<List<RowSource>, T> reader) {
    List<LiveSegment> held = live.hold(entry -> names.contains(entry.file()));
    try {
      if (held.size() != names.size()) {
        // What is written of a part must not take the place of all.
        throw new IllegalStateException("not all of " + names + " are live in partition " + id);
      }
      held.forEach(LiveSegment::requireReadable);
      return reader.apply(held.stream().map(LiveSegment::source).toList());
    } catch (TytoException e) {
      if (e.code() == ErrorCode.SEGMENT_CORRUPT) {
        damaged.addAll(names);
      }
      throw e;
    } finally {
      held.forEach(LiveSegment::release);
    }
  }

  /// A change that breaks an invariant would break it again, and leave another file each time.
  private Manifest commitOrLeave(Change change, Set<String> names) {
    try {
      return committer.commit(change);
    } catch (IllegalArgumentException e) {
      damaged.addAll(names);
      throw e;
    }
  }
}
