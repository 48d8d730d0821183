package io.tyto.ingest.partition;

import static java.lang.System.Logger.Level.INFO;

import io.tyto.engine.join.AsOfJoin;
import io.tyto.engine.join.PatchedRows;
import io.tyto.engine.join.Patches;
import io.tyto.engine.row.Row;
import io.tyto.engine.source.EvolvedSource;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.state.StateElement;
import io.tyto.ingest.join.TakenFields;
import io.tyto.ingest.lifetime.StateScan;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.AppendedColumns;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.manifest.Change;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.Rejoin;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Brings stored rows to what their joins with other collections of the group give them by now:
/// events came too late for them, or could not be looked for when they came, or the join was
/// declared after them. Only segments in which a value changes are written anew.
///
/// What is to be done stands in the manifest ({@link Manifest.Rejoin}) until it is done, so a crash
/// costs that it is looked at again. Used by one thread at a time.
final class Rejoiner {
  private static final System.Logger LOG = System.getLogger(Rejoiner.class.getName());

  /// Rows that are asked for in one pass over the other collection; each takes some 50 bytes.
  static final int ROWS_A_PASS = 1 << 17;

  /// How long others wait for what is due of one collection, a segment that is begun not counted.
  private static final long SLICE_NANOS = 2_000_000_000L;

  /// The rest of the time is others': a round that took a second is followed by so many of rest.
  private static final int REST_FACTOR = 4;

  private final PartitionId id;
  private final PartitionHost host;
  private final Committer committer;
  private final LiveRows live;
  private final SegmentMerger segments;

  /// Values that are changed in one rewrite of a segment; what is left is the next one's.
  private final int maxChanges;

  /// By collection, when it may be looked at again.
  private final Map<Integer, Long> restsUntilNanos = new HashMap<>();

  /// Runs something on the partition's thread while nothing is uncommitted.
  private final Consumer<Runnable> whenQuiet;

  /// By collection, the version of its schema since which everything was committed once.
  private final Map<Integer, Integer> quietSince = new HashMap<>();

  /// By collection, what is being done.
  private final Map<Integer, Round> rounds = new HashMap<>();

  Rejoiner(
      PartitionId id,
      PartitionHost host,
      Committer committer,
      LiveRows live,
      SegmentMerger segments,
      Consumer<Runnable> whenQuiet) {
    this.whenQuiet = whenQuiet;
    this.id = id;
    this.host = host;
    this.committer = committer;
    this.live = live;
    this.segments = segments;
    this.maxChanges = host.options().rejoinChanges();
  }

  /// What a manifest asked for, over as many calls as it takes: what is asked for meanwhile is the
  /// next one's, or the first segments would be looked at for ever.
  ///
  /// @param done files of segments that are right
  private record Round(Rejoin asked, Set<String> done) {}

  /// A segment to look at.
  ///
  /// @param from rows of earlier times are right
  /// @param isLacking its rows are older than a column: it is written anew in any case
  private record Task(SegmentEntry entry, long from, boolean isLacking) {}

  /// Values that a segment lacks.
  ///
  /// @param patches by column id
  /// @param isComplete false: there are more than one rewrite takes
  private record Changes(Map<Integer, Patches> patches, boolean isComplete) {
    boolean isEmpty() {
      return patches.values().stream().allMatch(column -> column.size() == 0);
    }
  }

  /// Does what is due for a collection, or a part of it where that takes long. STORE_FAILED where
  /// rows of a joined one cannot be read: nothing is taken for done then.
  void rejoin(TableSchema schema) {
    List<TakenFields> taken = TakenFields.of(schema, host.schemas().groupOf(schema));
    commitOlder(schema, taken);
    Round round = round(schema);
    Rejoin asked = round == null ? null : round.asked();
    // In this order: all that is asked for is among the segments, and all of them are looked at.
    List<SegmentEntry> sound =
        taken.isEmpty() ? List.of() : segments.sound(schema.collectionId(), Kind.DATA);
    Set<String> lacking = lacking(schema, taken);
    List<SegmentEntry> due =
        sound.stream()
            .filter(entry -> lacking.contains(entry.file()) || isDue(entry, round))
            .toList();
    boolean isNothingDue = due.isEmpty() && (asked == null || isHeldBack(schema, asked));
    if (isNothingDue || lacking.isEmpty() && isResting(schema)) {
      return;
    }
    long start = System.nanoTime();
    int looked = 0;
    int changed = 0;
    while (looked < due.size() && (looked == 0 || System.nanoTime() - start < SLICE_NANOS)) {
      List<Task> tasks =
          onePass(due.subList(looked, due.size())).stream()
              .map(entry -> task(entry, asked, lacking.contains(entry.file())))
              .toList();
      if (!isNewest(schema, taken, tasks)) {
        return;
      }
      List<Changes> changes = changes(schema, taken, tasks);
      for (int i = 0; i < tasks.size(); i++) {
        SegmentEntry entry = tasks.get(i).entry();
        SegmentEntry right = rejoin(schema, taken, tasks.get(i), changes.get(i), asked);
        changed += right.file().equals(entry.file()) ? 0 : 1;
        if (round != null) {
          round.done().add(right.file());
        }
      }
      looked += tasks.size();
    }
    if (asked != null && looked == due.size() && !isHeldBack(schema, asked)) {
      Manifest commit = committer.commit(Change.builder().rejoined(asked).build());
      live.replaced(commit, Set.of(), List.of());
    }
    long end = System.nanoTime();
    restsUntilNanos.put(schema.collectionId(), end + REST_FACTOR * (end - start));
    LOG.log(
        INFO,
        "{0}: {1} joined again: {2} segments changed of {3} that were due, {4} are left, in {5} ms",
        id,
        schema.name(),
        changed,
        due.size(),
        due.size() - looked,
        (end - start) / 1_000_000);
  }

  /// Has everything committed that was taken in before the newest config: of such events nobody
  /// noted which rows of a new join they concern.
  private void commitOlder(TableSchema schema, List<TakenFields> taken) {
    boolean isQuiet = quietSince.getOrDefault(schema.collectionId(), 0) == schema.version();
    if (!isQuiet && !lacking(schema, taken).isEmpty()) {
      whenQuiet.accept(() -> {});
      quietSince.put(schema.collectionId(), schema.version());
    }
  }

  private static Task task(SegmentEntry entry, @Nullable Rejoin asked, boolean isLacking) {
    long from = isLacking || asked == null ? Long.MIN_VALUE : asked.fromTime();
    return new Task(entry, from, isLacking);
  }

  /// The first of some segments, and as many after it as can be asked for together.
  private static List<SegmentEntry> onePass(List<SegmentEntry> due) {
    int count = 1;
    long rows = due.getFirst().rows();
    while (count < due.size() && rows + due.get(count).rows() <= ROWS_A_PASS) {
      rows += due.get(count++).rows();
    }
    return due.subList(0, count);
  }

  /// What is to be done of what is asked for; null where nothing is.
  private @Nullable Round round(TableSchema schema) {
    Rejoin newest = live.manifest().rejoin(schema.collectionId());
    if (newest == null) {
      rounds.remove(schema.collectionId());
      return null;
    }
    Round round = rounds.get(schema.collectionId());
    if (round != null) {
      boolean isGoingOn =
          segments.sound(schema.collectionId(), Kind.DATA).stream()
              .anyMatch(entry -> isDue(entry, round));
      // Where a damaged segment keeps the request standing, the others are not looked at for ever.
      if (isGoingOn || round.asked().version() == newest.version()) {
        return round;
      }
    }
    Round next = new Round(newest, new HashSet<>());
    rounds.put(schema.collectionId(), next);
    return next;
  }

  private static boolean isDue(SegmentEntry entry, @Nullable Round round) {
    return round != null && isAsked(entry, round.asked()) && !round.done().contains(entry.file());
  }

  /// Whether something that is asked for is damaged: it is to be joined when it can be read again.
  private boolean isHeldBack(TableSchema schema, Rejoin asked) {
    return live.entries(schema.collectionId(), Kind.DATA).stream()
        .anyMatch(entry -> isAsked(entry, asked) && segments.isDamaged(entry));
  }

  /// Whether rows are still what they were taken for; a config that came meanwhile is the next
  /// call's.
  private boolean isNewest(TableSchema schema, List<TakenFields> taken, List<Task> tasks) {
    return tasks.stream().allMatch(task -> task.entry().schemaVersion() <= schema.version())
        && isNewest(schema)
        && taken.stream().allMatch(fields -> isNewest(fields.source()));
  }

  private boolean isNewest(TableSchema schema) {
    return host.schemas().newest(schema.collectionId()).version() == schema.version();
  }

  private boolean isResting(TableSchema schema) {
    Long until = restsUntilNanos.get(schema.collectionId());
    return until != null && System.nanoTime() - until < 0;
  }

  /// How many segments of a collection may have rows to join again. Safe from any thread.
  int dueSegments(TableSchema schema) {
    Rejoin asked = live.manifest().rejoin(schema.collectionId());
    List<TakenFields> taken = TakenFields.of(schema, host.schemas().groupOf(schema));
    if (taken.isEmpty()) {
      return 0;
    }
    Set<String> lacking = lacking(schema, taken);
    return (int)
        live.entries(schema.collectionId(), Kind.DATA).stream()
            .filter(entry -> isAsked(entry, asked) || lacking.contains(entry.file()))
            .count();
  }

  private static boolean isAsked(SegmentEntry entry, @Nullable Rejoin asked) {
    return asked != null && entry.maxTime() >= asked.fromTime();
  }

  /// Files of segments whose rows came before a join was declared.
  private Set<String> lacking(TableSchema schema, List<TakenFields> taken) {
    List<ColumnSpec> targets = targets(taken);
    if (targets.isEmpty()) {
      return Set.of();
    }
    Set<String> files = new HashSet<>();
    List<LiveSegment> held =
        live.hold(
            entry -> entry.collection() == schema.collectionId() && entry.kind() == Kind.DATA);
    try {
      for (LiveSegment segment : held) {
        if (!segment.isDamaged() && SegmentMerger.lacks(segment.source(), targets)) {
          files.add(segment.entry().file());
        }
      }
    } finally {
      held.forEach(LiveSegment::release);
    }
    return files;
  }

  private static List<ColumnSpec> targets(List<TakenFields> taken) {
    return taken.stream().flatMap(fields -> fields.targets().stream()).toList();
  }

  /// Returns the segment that has the rows as they should be.
  ///
  /// @param first what was found to be changed
  private SegmentEntry rejoin(
      TableSchema schema,
      List<TakenFields> taken,
      Task task,
      Changes first,
      @Nullable Rejoin asked) {
    SegmentEntry current = task.entry();
    Changes changes = first;
    boolean isToBeWritten = task.isLacking() || !first.isEmpty();
    while (isToBeWritten || !changes.isComplete()) {
      if (isToBeWritten) {
        Change.Builder change = Change.builder();
        if (!changes.isComplete() && (asked == null || asked.fromTime() > task.from())) {
          // It lacks nothing after this, and nobody could tell that it is not done.
          change.rejoin(schema.collectionId(), task.from());
        }
        current = write(schema, current, changes, change);
        if (changes.isComplete()) {
          return current;
        }
      }
      Task rest = new Task(current, task.from(), false);
      changes = changes(schema, taken, List.of(rest)).getFirst();
      isToBeWritten = !changes.isEmpty();
    }
    return current;
  }

  private SegmentEntry write(
      TableSchema schema, SegmentEntry entry, Changes changes, Change.Builder change) {
    Set<Integer> computed = new HashSet<>();
    AppendedColumns.derived(schema.columns()).forEach(column -> computed.add(column.id()));
    return segments.merge(
        schema,
        Kind.DATA,
        List.of(entry),
        rows -> {
          // Values were compared as this schema has them: wider than the stored ones, maybe.
          RowSource evolved = EvolvedSource.allOf(List.of(rows), schema).getFirst();
          return new PatchedRows(evolved, changes.patches(), computed);
        },
        change);
  }

  /// Compares what the rows of each segment have with what they should have.
  private List<Changes> changes(TableSchema schema, List<TakenFields> taken, List<Task> tasks) {
    Comparison comparison = new Comparison(taken);
    List<StateElement> stored = new ArrayList<>();
    targets(taken).forEach(column -> stored.add(TakenFields.last(schema, column.name())));
    StateScan scan = new StateScan(schema, stored);
    StoredPrivacy privacy = host.schemas().privacy(schema.collectionId());
    for (Task task : tasks) {
      comparison.beginSegment();
      segments.read(
          task.entry(),
          rows -> {
            RowSource current = privacy.current(rows, schema);
            for (RowSource evolved : EvolvedSource.allOf(List.of(current), schema)) {
              scan.read(
                  evolved,
                  (position, entity, row, inputs, time) -> {
                    if (time >= task.from() && !comparison.isFull()) {
                      comparison.add(position, entity, row, inputs, time);
                    }
                  });
            }
            return task;
          });
    }
    comparison.answer();
    return comparison.bySegment.stream()
        .map(patches -> new Changes(patches, !comparison.isFull()))
        .toList();
  }

  /// Rows of segments that are asked for together, and what was found of the rows before them.
  private final class Comparison {
    private final List<TakenFields> taken;

    /// By segment and column id.
    private final List<Map<Integer, Patches>> bySegment = new ArrayList<>();

    private final int[] ofSegment = new int[ROWS_A_PASS];
    private final int[] positions = new int[ROWS_A_PASS];
    private final @Nullable Object[][] stored;
    private final List<AsOfJoin> questions = new ArrayList<>();
    private int count;
    private long lastTime = Long.MIN_VALUE;
    private int changes;

    Comparison(List<TakenFields> taken) {
      this.taken = taken;
      stored = new Object[targets(taken).size()][ROWS_A_PASS];
      begin();
    }

    /// Rows that are added from here on are of the next segment.
    void beginSegment() {
      Map<Integer, Patches> patches = new HashMap<>();
      targets(taken).forEach(column -> patches.put(column.id(), new Patches(column.type())));
      bySegment.add(patches);
    }

    private void begin() {
      count = 0;
      lastTime = Long.MIN_VALUE;
      questions.clear();
      for (TakenFields fields : taken) {
        questions.add(new AsOfJoin(fields.targets().size(), 0));
      }
    }

    boolean isFull() {
      return changes >= maxChanges;
    }

    void add(int position, int entity, Row row, int[] inputs, long time) {
      ofSegment[count] = bySegment.size() - 1;
      positions[count] = position;
      for (int i = 0; i < stored.length; i++) {
        boolean isNull = inputs[i] < 0 || row.isNull(inputs[i]);
        stored[i][count] = isNull ? null : AsOfJoin.valueOf(row, inputs[i]);
      }
      questions.forEach(join -> join.ask(entity, time));
      lastTime = Math.max(lastTime, time);
      if (++count == ROWS_A_PASS) {
        answer();
      }
    }

    /// One pass over each of the other collections.
    void answer() {
      if (count == 0) {
        return;
      }
      int column = 0;
      for (int i = 0; i < taken.size(); i++) {
        AsOfJoin join = questions.get(i);
        join.begin();
        offerAll(taken.get(i), join, lastTime);
        join.finish();
        long kept = keptSince(taken.get(i).source());
        for (int k = 0; k < taken.get(i).targets().size(); k++) {
          compare(join, k, stored[column++], kept, taken.get(i).targets().get(k).id());
        }
      }
      begin();
    }

    private void compare(AsOfJoin join, int k, @Nullable Object[] before, long kept, int columnId) {
      for (int row = 0; row < count && !isFull(); row++) {
        Object right = join.value(row, k);
        // Retention may have taken the event that a row has its value of: it keeps that.
        boolean mayBeOlder = right == null || join.timeOf(row, k) < kept;
        boolean stays = before[row] != null && mayBeOlder;
        Patches patched = bySegment.get(ofSegment[row]).get(columnId);
        if (patched != null && !stays && !AsOfJoin.isSame(before[row], right)) {
          patched.add(positions[row], right);
          changes++;
        }
      }
    }
  }

  /// Event time in epoch microseconds from which on all events of a collection are stored.
  private long keptSince(TableSchema source) {
    Period raw = source.config().retention().raw();
    if (raw == null) {
      return Long.MIN_VALUE;
    }
    Instant oldest = host.clock().instant().atZone(ZoneOffset.UTC).minus(raw).toInstant();
    return ChronoUnit.MICROS.between(Instant.EPOCH, oldest);
  }

  /// Offers the committed rows of a collection in the order in which they arrived.
  private void offerAll(TakenFields fields, AsOfJoin join, long lastTime) {
    TableSchema source = fields.source();
    StateScan scan = new StateScan(source, fields.elements());
    StoredPrivacy privacy = host.schemas().privacy(source.collectionId());
    List<LiveSegment> held =
        live.hold(entry ->
            entry.collection() == source.collectionId()
                && entry.kind() == Kind.DATA
                && entry.minTime() <= lastTime);
    try {
      held.forEach(LiveSegment::requireReadable);
      for (LiveSegment segment : held) {
        RowSource rows = privacy.current(segment.source(), source);
        for (RowSource evolved : EvolvedSource.allOf(List.of(rows), source)) {
          scan.read(
              evolved, (_, entity, row, inputs, time) -> join.offer(entity, row, inputs, time));
        }
      }
    } catch (TytoException e) {
      if (e.code() != ErrorCode.SEGMENT_CORRUPT) {
        throw e;
      }
      // The segment that is compared is not to blame.
      throw new TytoException(
          ErrorCode.STORE_FAILED,
          "rows cannot be joined again, because those of %s cannot be read: %s. Restore that segment from a backup and restart"
              .formatted(source.name(), e.getMessage()),
          e);
    } finally {
      held.forEach(LiveSegment::release);
    }
  }
}
