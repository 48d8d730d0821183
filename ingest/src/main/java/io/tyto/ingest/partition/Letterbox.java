package io.tyto.ingest.partition;

import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.ingest.partition.DeadLetters.Column;
import io.tyto.ingest.partition.StoredLetter.Mark;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.manifest.Change;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.Manifest.Counts;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/// The committed dead letters of one partition, as a replay changes them (docs/commit-protocol.md):
/// it marks those that become rows with where these go, before any of them is one, and afterwards
/// takes away those whose rows are committed.
///
/// Thread-safe, and nobody else replaces segments of the partition meanwhile; but only one replay
/// may be at work in a group.
public final class Letterbox {
  private final PartitionId id;
  private final Rewriter rewriter;
  private final SegmentFiles files;
  private final Committer committer;
  private final LiveRows live;

  /// Says what becomes of letters.
  public interface Chooser {
    /// Looks at a letter that was not read yet: whether to read it.
    boolean wants(String logId, long logOffset, String code, long receivedMicros);

    /// The number of the partition each letter's row belongs to, negative where it becomes none.
    ///
    /// @param firstOffset in the replay log of the first of them that becomes a row; the others
    ///   follow
    int[] choose(List<StoredLetter> letters, long firstOffset);

    /// No further letter is wanted.
    boolean isDone();
  }

  /// The marked letters of one replay, in the order of their offsets; held until closed.
  public static final class Marked implements AutoCloseable {
    private final List<LiveSegment> segments = new ArrayList<>();
    private int count;

    private Marked() {}

    public int count() {
      return count;
    }

    /// Visits the letters, at most {@link LetterRows#MOST} at a time, until told to stop.
    public void forEach(Visitor visitor) throws InterruptedException {
      for (LiveSegment segment : segments) {
        RowSource source = segment.source();
        LetterRows rows = new LetterRows(source);
        for (int from = 0; from < source.rowCount(); from += LetterRows.MOST) {
          int length = Math.min(LetterRows.MOST, source.rowCount() - from);
          rows.enter(from, length);
          List<StoredLetter> letters = new ArrayList<>();
          for (int i = 0; i < length; i++) {
            letters.add(rows.get(i));
          }
          if (!visitor.visit(letters)) {
            return;
          }
        }
      }
    }

    @Override
    public void close() {
      segments.forEach(LiveSegment::release);
      segments.clear();
    }
  }

  /// Takes marked letters.
  public interface Visitor {
    /// Returns whether to go on.
    boolean visit(List<StoredLetter> letters) throws InterruptedException;
  }

  Letterbox(
      PartitionId id, Rewriter rewriter, SegmentFiles files, Committer committer, LiveRows live) {
    this.id = id;
    this.rewriter = rewriter;
    this.files = files;
    this.committer = committer;
    this.live = live;
  }

  /// The log that rows made of this partition's letters come from, in the chains of all partitions.
  public String replayLog() {
    // Records show the first 16 characters of their log's id: what differs stands first. No hyphen:
    // by that a local log is known.
    return "replay:%d.%d.%d".formatted(id.partition(), id.generation(), id.group());
  }

  /// The partitions that rows of marked letters go to, by number.
  public Set<Integer> markedPartitions() {
    synchronized (rewriter) {
      Set<Integer> partitions = new HashSet<>();
      List<LiveSegment> held = live.hold(entry -> entry.kind() == Kind.DEAD);
      try {
        for (LiveSegment segment : held) {
          forEachMark(segment.source(), mark -> partitions.add(mark.mark().partition()));
        }
      } finally {
        held.forEach(LiveSegment::release);
      }
      return partitions;
    }
  }

  /// Takes away every marked letter whose row is committed, and the marks of all others; returns
  /// how many went.
  ///
  /// What the marked partitions have taken in must be committed before, or a row that is committed
  /// later would have its letter still: the caller flushes them.
  ///
  /// @param committedNext by number of a partition, first offset of the replay log that it has not
  ///   committed
  public long settle(IntToLongFunction committedNext) {
    synchronized (rewriter) {
      List<LiveSegment> held = live.hold(entry -> entry.kind() == Kind.DEAD);
      try {
        return settle(held, committedNext);
      } finally {
        held.forEach(LiveSegment::release);
      }
    }
  }

  private long settle(List<LiveSegment> held, IntToLongFunction committedNext) {
    Change.Builder change = Change.builder();
    Set<String> removed = new HashSet<>();
    List<SegmentEntry> added = new ArrayList<>();
    long gone = 0;
    for (LiveSegment segment : held) {
      BitSet marked = new BitSet();
      BitSet done = new BitSet();
      forEachMark(
          segment.source(),
          at -> {
            marked.set(at.row());
            done.set(
                at.row(), at.mark().offset() < committedNext.applyAsLong(at.mark().partition()));
          });
      if (!marked.isEmpty()) {
        removed.add(segment.entry().file());
        gone += done.cardinality();
        if (done.cardinality() < segment.source().rowCount()) {
          RowSource rest = ReplayMarks.cleared(segment.source());
          added.add(write(segment.entry(), rest, row -> !done.get(row)));
        }
      }
    }
    if (removed.isEmpty()) {
      return 0;
    }
    removed.forEach(change::remove);
    added.forEach(change::add);
    // The rows were read by the partitions that have them now.
    change.counts(new Counts(-gone, 0, -gone, 0, 0));
    Manifest commit = committer.commit(change.build());
    live.replaced(commit, removed, added.stream().map(files::open).toList());
    return gone;
  }

  /// Marks the letters of a collection that become rows. No letter may be marked when it is called.
  ///
  /// @param firstOffset of the replay log that no partition has committed yet
  public Marked mark(int collection, Chooser chooser, long firstOffset) {
    synchronized (rewriter) {
      Marked marked = new Marked();
      List<LiveSegment> held =
          live.hold(entry -> entry.kind() == Kind.DEAD && entry.collection() == collection);
      try {
        mark(held, chooser, firstOffset, marked);
        return marked;
      } finally {
        held.forEach(LiveSegment::release);
      }
    }
  }

  private void mark(List<LiveSegment> held, Chooser chooser, long firstOffset, Marked marked) {
    Change.Builder change = Change.builder();
    Set<String> removed = new HashSet<>();
    List<SegmentEntry> chosen = new ArrayList<>();
    List<SegmentEntry> rest = new ArrayList<>();
    for (LiveSegment segment : held) {
      if (chooser.isDone()) {
        break;
      }
      ReplayMarks marks = choose(segment.source(), chooser, firstOffset + marked.count);
      if (!marks.isEmpty()) {
        removed.add(segment.entry().file());
        chosen.add(write(segment.entry(), marks.on(segment.source()), marks::has));
        if (marks.count() < segment.source().rowCount()) {
          rest.add(write(segment.entry(), segment.source(), row -> !marks.has(row)));
        }
        marked.count += marks.count();
      }
    }
    if (removed.isEmpty()) {
      return;
    }
    removed.forEach(change::remove);
    rest.forEach(change::add);
    chosen.forEach(change::add);
    Manifest commit = committer.commit(change.build());
    List<LiveSegment> opened = new ArrayList<>();
    rest.forEach(entry -> opened.add(files.open(entry)));
    for (SegmentEntry entry : chosen) {
      LiveSegment segment = files.open(entry);
      segment.retain();
      marked.segments.add(segment);
      opened.add(segment);
    }
    live.replaced(commit, removed, opened);
  }

  private static ReplayMarks choose(RowSource source, Chooser chooser, long firstOffset) {
    ReplayMarks marks = new ReplayMarks(firstOffset);
    LetterRows rows = new LetterRows(source);
    for (int from = 0; from < source.rowCount() && !chooser.isDone(); from += LetterRows.MOST) {
      int length = Math.min(LetterRows.MOST, source.rowCount() - from);
      rows.enter(from, length);
      List<StoredLetter> letters = new ArrayList<>();
      List<Integer> places = new ArrayList<>();
      for (int i = 0; i < length; i++) {
        if (chooser.wants(rows.logId(i), rows.logOffset(i), rows.code(i), rows.receivedMicros(i))) {
          letters.add(rows.get(i));
          places.add(from + i);
        }
      }
      if (!letters.isEmpty()) {
        int[] homes = chooser.choose(letters, firstOffset + marks.count());
        for (int i = 0; i < homes.length; i++) {
          if (homes[i] >= 0) {
            marks.add(places.get(i), homes[i]);
          }
        }
      }
    }
    return marks;
  }

  /// Writes some of a segment's letters, which answer for the same offsets.
  private SegmentEntry write(SegmentEntry old, RowSource letters, IntPredicate keeps) {
    TableSchema schema = DeadLetters.schema(id.project(), id.group(), old.collection());
    return files.writeRows(
        Kind.DEAD, schema, List.of(letters), (_, row) -> keeps.test(row), old.ranges());
  }

  private record MarkAt(int row, Mark mark) {}

  /// Whether a letter of a segment is marked. SEGMENT_CORRUPT where it cannot be read.
  static boolean hasMarks(RowSource letters) {
    boolean[] has = {false};
    forEachMark(letters, _ -> has[0] = true);
    return has[0];
  }

  private static void forEachMark(RowSource letters, Consumer<MarkAt> visitor) {
    ColumnReader homes = letters.column(Column.REPLAY_PARTITION.id());
    ColumnReader offsets = letters.column(Column.REPLAY_OFFSET.id());
    if (homes == null || offsets == null) {
      return;
    }
    for (int block = 0; block < RowSource.blocks(letters); block++) {
      Zone zone = homes.zone(block);
      if (zone == null || zone.nulls() < zone.rows()) {
        int from = block * RowSource.BLOCK_ROWS;
        forEachMark(homes, offsets, from, from + RowSource.blockRows(letters, block), visitor);
      }
    }
  }

  private static void forEachMark(
      ColumnReader homes, ColumnReader offsets, int start, int end, Consumer<MarkAt> visitor) {
    for (int from = start; from < end; from += RowSource.BATCH_ROWS) {
      int length = Math.min(RowSource.BATCH_ROWS, end - from);
      long @Nullable [] home = longs(homes.read(from, length));
      ColumnVector offsetBatch = offsets.read(from, length);
      long @Nullable [] offset = longs(offsetBatch);
      for (int i = 0; home != null && offset != null && i < length; i++) {
        if (!offsetBatch.isNull(i)) {
          visitor.accept(new MarkAt(from + i, new Mark((int) home[i], offset[i])));
        }
      }
    }
  }

  private static long @Nullable [] longs(ColumnVector vector) {
    return vector instanceof ColumnVector.Longs longs ? longs.values() : null;
  }
}
