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

  /// Values that are changed in one rewrite of a segment; what is left is the next one's.
  static final int MAX_CHANGES = 1 << 20;

  /// The rest of the time is others': a round that took a second is followed by so many of rest.
  private static final int REST_FACTOR = 4;

  private final PartitionId id;
  private final PartitionHost host;
  private final Committer committer;
  private final LiveRows live;
  private final SegmentMerger segments;

  /// By collection, the version of what was done but for segments that are damaged. That stays
  /// asked for, because they may be restored.
  private final Map<Integer, Long> doneButForDamaged = new HashMap<>();

  /// By collection, when it may be looked at again.
  private final Map<Integer, Long> restsUntilNanos = new HashMap<>();

  Rejoiner(
      PartitionId id,
      PartitionHost host,
      Committer committer,
      LiveRows live,
      SegmentMerger segments) {
    this.id = id;
    this.host = host;
    this.committer = committer;
    this.live = live;
    this.segments = segments;
  }

  /// Values that a segment lacks.
  ///
  /// @param patches by column id
  /// @param isComplete false: there are more than one rewrite takes
  private record Changes(Map<Integer, Patches> patches, boolean isComplete) {
    boolean isEmpty() {
      return patches.values().stream().allMatch(column -> column.size() == 0);
    }
  }

  /// Does what is due for a collection. STORE_FAILED where rows of a joined one cannot be read.
  void rejoin(TableSchema schema) {
    Rejoin asked = live.manifest().rejoin(schema.collectionId());
    if (asked != null
        && asked.version() == doneButForDamaged.getOrDefault(schema.collectionId(), 0L)) {
      asked = null;
    }
    List<TakenFields> taken = TakenFields.of(schema, host.schemas().groupOf(schema));
    List<SegmentEntry> due = due(schema, taken, asked);
    boolean mayRest = due.stream().noneMatch(entry -> lacksColumns(entry, taken));
    if (due.isEmpty() && asked == null || mayRest && isResting(schema)) {
      return;
    }
    long start = System.nanoTime();
    int changed = 0;
    for (SegmentEntry entry : due) {
      changed += rejoin(schema, taken, entry, asked) ? 1 : 0;
    }
    if (asked != null) {
      finish(schema, asked);
    }
    long end = System.nanoTime();
    restsUntilNanos.put(schema.collectionId(), end + REST_FACTOR * (end - start));
    LOG.log(
        INFO,
        "{0}: {1} joined again: {2} of {3} segments changed, in {4} ms",
        id,
        schema.name(),
        changed,
        due.size(),
        (end - start) / 1_000_000);
  }

  private void finish(TableSchema schema, Rejoin asked) {
    boolean isComplete =
        live.entries(schema.collectionId(), Kind.DATA).stream()
            .noneMatch(entry -> isAsked(entry, asked) && segments.isDamaged(entry));
    if (isComplete) {
      Manifest commit = committer.commit(Change.builder().rejoined(asked).build());
      live.replaced(commit, Set.of(), List.of());
    } else {
      doneButForDamaged.put(schema.collectionId(), asked.version());
    }
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
    return (int)
        live.entries(schema.collectionId(), Kind.DATA).stream()
            .filter(entry -> isAsked(entry, asked) || lacksColumns(entry, taken))
            .count();
  }

  private List<SegmentEntry> due(
      TableSchema schema, List<TakenFields> taken, @Nullable Rejoin asked) {
    return taken.isEmpty()
        ? List.of()
        : segments.sound(schema.collectionId(), Kind.DATA).stream()
            .filter(entry -> isAsked(entry, asked) || lacksColumns(entry, taken))
            .toList();
  }

  private static boolean isAsked(SegmentEntry entry, @Nullable Rejoin asked) {
    return asked != null && entry.maxTime() >= asked.fromTime();
  }

  /// Whether its rows came before a join was declared.
  private boolean lacksColumns(SegmentEntry entry, List<TakenFields> taken) {
    List<LiveSegment> held = live.hold(one -> one.file().equals(entry.file()));
    try {
      return held.stream()
          .anyMatch(one -> !one.isDamaged() && SegmentMerger.lacks(one.source(), targets(taken)));
    } finally {
      held.forEach(LiveSegment::release);
    }
  }

  private static List<ColumnSpec> targets(List<TakenFields> taken) {
    return taken.stream().flatMap(fields -> fields.targets().stream()).toList();
  }

  /// Whether anything changed.
  private boolean rejoin(
      TableSchema schema, List<TakenFields> taken, SegmentEntry entry, @Nullable Rejoin asked) {
    SegmentEntry current = entry;
    boolean isChanged = false;
    while (true) {
      boolean isLacking = lacksColumns(current, taken);
      long from = isLacking || asked == null ? Long.MIN_VALUE : asked.fromTime();
      Changes changes = segments.read(current, rows -> changes(schema, taken, rows, from));
      if (changes.isEmpty() && !isLacking) {
        return isChanged;
      }
      Set<Integer> computed = new HashSet<>();
      AppendedColumns.derived(schema.columns()).forEach(column -> computed.add(column.id()));
      current =
          segments.merge(
              schema,
              Kind.DATA,
              List.of(current),
              rows -> new PatchedRows(rows, changes.patches(), computed));
      isChanged = true;
      if (changes.isComplete()) {
        return true;
      }
    }
  }

  /// Compares what rows have with what they should have.
  ///
  /// @param from rows of earlier times are right
  private Changes changes(TableSchema schema, List<TakenFields> taken, RowSource rows, long from) {
    Comparison comparison = new Comparison(taken);
    List<StateElement> stored = new ArrayList<>();
    targets(taken).forEach(column -> stored.add(TakenFields.last(schema, column.name())));
    StateScan scan = new StateScan(schema, stored);
    StoredPrivacy privacy = host.schemas().privacy(schema.collectionId());
    RowSource current = privacy.current(rows, schema);
    for (RowSource evolved : EvolvedSource.allOf(List.of(current), schema)) {
      scan.read(
          evolved,
          (position, entity, row, inputs, time) -> {
            if (time >= from && !comparison.isFull()) {
              comparison.add(position, entity, row, inputs, time);
            }
          });
    }
    comparison.answer();
    return new Changes(comparison.patches, !comparison.isFull());
  }

  /// Rows of a segment that are asked for together, and what was found of the rows before them.
  private final class Comparison {
    private final List<TakenFields> taken;
    private final Map<Integer, Patches> patches = new HashMap<>();
    private final int[] positions = new int[ROWS_A_PASS];
    private final @Nullable Object[][] stored;
    private final List<AsOfJoin> questions = new ArrayList<>();
    private int count;
    private long lastTime = Long.MIN_VALUE;
    private int changes;

    Comparison(List<TakenFields> taken) {
      this.taken = taken;
      List<ColumnSpec> targets = targets(taken);
      targets.forEach(column -> patches.put(column.id(), new Patches(column.type())));
      stored = new Object[targets.size()][ROWS_A_PASS];
      begin();
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
      return changes >= MAX_CHANGES;
    }

    void add(int position, int entity, Row row, int[] inputs, long time) {
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
          Patches patched = patches.get(taken.get(i).targets().get(k).id());
          compare(join, k, stored[column++], kept, patched);
        }
      }
      begin();
    }

    private void compare(
        AsOfJoin join, int k, @Nullable Object[] before, long kept, @Nullable Patches patched) {
      for (int row = 0; patched != null && row < count; row++) {
        Object right = join.value(row, k);
        // Retention may have taken the event that a row has its value of: it keeps that.
        boolean mayBeOlder = right == null || join.timeOf(row, k) < kept;
        boolean stays = before[row] != null && mayBeOlder;
        if (!stays && !AsOfJoin.isSame(before[row], right)) {
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
