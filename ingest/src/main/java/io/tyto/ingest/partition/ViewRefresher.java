package io.tyto.ingest.partition;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.INFO;

import io.tyto.engine.cube.CellScan;
import io.tyto.engine.cube.CellTable;
import io.tyto.engine.cube.CubeBuilder;
import io.tyto.engine.group.GroupScan.Part;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.view.BoundView;
import io.tyto.engine.view.ViewRows;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.Filter;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.View.Strategy;
import io.tyto.store.Store;
import io.tyto.store.manifest.Change;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.Manifest.HoleKind;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import io.tyto.store.manifest.Manifest.ViewPart;
import io.tyto.store.manifest.ManifestChain;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Keeps the cells of views: of each view one segment, which stands for all rows up to some offsets
/// and is replaced whenever it has taken in more.
///
/// Every replacement is one commit, so whoever is killed at any instruction leaves the cells before
/// it or those behind it. Run by the thread that runs {@link Rewriter}, under its monitor; {@link
/// #ask} and {@link #standing} from any.
final class ViewRefresher {
  private static final System.Logger LOG = System.getLogger(ViewRefresher.class.getName());

  private final PartitionId id;
  private final PartitionHost host;
  private final SegmentFiles files;
  private final ManifestChain chain;
  private final Committer committer;
  private final LiveRows live;
  private final Alarms alarms;

  /// When a view was last brought up to date, by id.
  private final Map<String, Instant> refreshed = new ConcurrentHashMap<>();

  /// Why a view is not kept up, by id; until somebody asks for it.
  private final Map<String, String> failures = new ConcurrentHashMap<>();

  /// Ids of views of which the round at hand left a step to the next.
  private final Set<String> unfinished = new HashSet<>();

  /// Ids of views that somebody wants brought up to date.
  private final Set<String> asked = ConcurrentHashMap.newKeySet();

  ViewRefresher(
      PartitionId id,
      PartitionHost host,
      SegmentFiles files,
      ManifestChain chain,
      Committer committer,
      LiveRows live,
      Alarms alarms) {
    this.id = id;
    this.host = host;
    this.files = files;
    this.chain = chain;
    this.committer = committer;
    this.live = live;
    this.alarms = alarms;
  }

  static boolean isBuilding(SegmentEntry entry) {
    return entry.view() != null && entry.view().isBuilding();
  }

  /// Has a view brought up to date at the next round, whatever its interval says.
  void ask(BoundView view) {
    asked.add(view.id());
  }

  /// Begins a round, and forgets what is known of views that are not any more.
  ///
  /// @param collections those of the group
  void beginRound(List<Integer> collections) {
    unfinished.clear();
    Set<String> ids = new HashSet<>();
    for (int collection : collections) {
      host.schemas().views(collection).forEach(view -> ids.add(view.id()));
    }
    asked.retainAll(ids);
    refreshed.keySet().retainAll(ids);
    for (String id : failures.keySet()) {
      if (!ids.contains(id)) {
        failures.remove(id);
        alarms.clear(alarmOf(id));
      }
    }
  }

  /// A step for each view of a collection that is due, to be run each by itself.
  ///
  /// @param isExpiring which rows retention takes next
  List<Runnable> due(int collection, Predicate<SegmentEntry> isExpiring) {
    List<SegmentEntry> expiring =
        live.entries(collection, Kind.DATA).stream().filter(isExpiring).toList();
    List<Runnable> due = new ArrayList<>();
    for (BoundView view : host.schemas().views(collection)) {
      due.add(() -> {
        if (isDue(view, expiring)) {
          refresh(view);
        }
      });
    }
    return due;
  }

  /// Whether the last steps left something that is due at once.
  boolean isMoreDue() {
    return !unfinished.isEmpty();
  }

  /// Whether retention may take rows: no view that follows them waits for them. One that failed
  /// waits for nothing, as rows would stay for ever because of it; and nobody waits for rows that
  /// cannot be read.
  boolean mayExpire(SegmentEntry rows) {
    for (BoundView view : host.schemas().views(rows.collection())) {
      boolean isWaiting =
          view.view().strategy() != Strategy.CACHE
              && !failures.containsKey(view.id())
              && !Coverage.of(entryOf(view)).isAllOf(rows);
      if (isWaiting && !isDamaged(rows)) {
        return false;
      }
    }
    return true;
  }

  private boolean isDamaged(SegmentEntry entry) {
    List<LiveSegment> held = live.hold(each -> each.file().equals(entry.file()));
    try {
      return held.stream().anyMatch(LiveSegment::isDamaged);
    } finally {
      held.forEach(LiveSegment::release);
    }
  }

  private boolean isDue(BoundView view, List<SegmentEntry> expiring) {
    if (asked.contains(view.id())) {
      return true;
    }
    if (failures.containsKey(view.id())) {
      return false;
    }
    SegmentEntry entry = entryOf(view);
    if (entry == null || isBuilding(entry) || isMadeAnewAtOnce(view, entry)) {
      return true;
    }
    Coverage covered = Coverage.of(entry);
    if (view.view().strategy() != Strategy.CACHE && !expiring.stream().allMatch(covered::isAllOf)) {
      return true;
    }
    Instant now = host.clock().instant();
    Instant last = lastRefresh(view, entry, now);
    return last == null || last.isAfter(now) || !last.plus(view.view().interval()).isAfter(now);
  }

  /// What is computed from all rows anyway is not worth a repair.
  private boolean isMadeAnewAtOnce(BoundView view, SegmentEntry entry) {
    return view.view().strategy() == Strategy.CACHE && isDamaged(entry);
  }

  /// Null where that is not known: of views that follow a look is cheap, so that the next round
  /// finds out. What is computed anew is as old as its file.
  private @Nullable Instant lastRefresh(BoundView view, SegmentEntry entry, Instant now) {
    if (view.view().strategy() != Strategy.CACHE) {
      return refreshed.get(view.id());
    }
    return refreshed.computeIfAbsent(
        view.id(),
        _ -> {
          Store store = host.store();
          long age = store.nowMillis() - store.modifiedMillis(chain.segmentKey(entry.file()));
          return now.minus(Duration.ofMillis(Math.max(0, age)));
        });
  }

  /// Deletes cells of views that nobody declares any more. Those of one that does not fit its
  /// collection stay, as it may fit again, unless what they hold may be private by now.
  ///
  /// @return whether some of them may have held values that are private by now
  boolean dropOthers(int collection) {
    Set<String> ids =
        host.schemas().views(collection).stream().map(BoundView::id).collect(Collectors.toSet());
    Set<String> unbound = host.schemas().unboundViews(collection);
    int hidden = host.schemas().privacy(collection).changedAt();
    List<SegmentEntry> others =
        live.entries(collection, Kind.VIEW).stream()
            .filter(entry -> entry.view() == null || !ids.contains(entry.view().id()))
            .filter(entry ->
                entry.view() == null
                    || entry.schemaVersion() < hidden
                    || !unbound.contains(nameOf(entry.view().id())))
            .toList();
    if (others.isEmpty()) {
      return false;
    }
    Change.Builder change = Change.builder();
    Set<String> names = new HashSet<>();
    for (SegmentEntry entry : others) {
      LOG.log(INFO, "{0}: the cells {1} are of no view any more", id, entry.file());
      change.remove(entry.file());
      names.add(entry.file());
    }
    live.replaced(committer.commit(change.build()), names, List.of());
    return others.stream().anyMatch(entry -> entry.schemaVersion() < hidden);
  }

  private static String alarmOf(String viewId) {
    return "view " + nameOf(viewId);
  }

  private static String nameOf(String viewId) {
    return viewId.substring(0, viewId.lastIndexOf('@'));
  }

  private void refresh(BoundView view) {
    // Taken back first: who asks while this runs is served by the next round.
    asked.remove(view.id());
    failures.remove(view.id());
    alarms.clear(alarmOf(view.id()));
    SegmentEntry entry = entryOf(view);
    boolean isAnew =
        entry != null
            && view.view().strategy() == Strategy.CACHE
            && (!isBuilding(entry) || isDamaged(entry));
    try {
      if (step(view, isAnew)) {
        // Others are not to wait for it: the rest is for the next round.
        unfinished.add(view.id());
        asked.add(view.id());
        return;
      }
    } catch (TytoException e) {
      if (e.code() != ErrorCode.MEMORY_LIMIT_EXCEEDED && e.code() != ErrorCode.LIMIT_TOO_LARGE) {
        throw e;
      }
      // It would be no other the next time.
      failures.put(
          view.id(),
          e.getMessage()
              + "; what retention takes from now on is not in it when it is tried again");
      alarms.raise(alarmOf(view.id()), "view " + view.view().name() + ": " + e.getMessage());
      return;
    }
    refreshed.put(view.id(), host.clock().instant());
  }

  private @Nullable SegmentEntry entryOf(BoundView view) {
    return live.entries(view.source().collectionId(), Kind.VIEW).stream()
        .filter(entry -> isOf(entry, view))
        .findFirst()
        .orElse(null);
  }

  static boolean isOf(SegmentEntry entry, BoundView view) {
    return entry.view() != null && entry.view().id().equals(view.id());
  }

  /// Segments that a step reads, held.
  ///
  /// @param cells what was added up before; null: nothing, or it does not count
  private record Held(@Nullable LiveSegment cells, List<LiveSegment> rows)
      implements AutoCloseable {
    @Override
    public void close() {
      rows.forEach(LiveSegment::release);
      if (cells != null) {
        cells.release();
      }
    }
  }

  private Held hold(BoundView view) {
    int collection = view.source().collectionId();
    List<LiveSegment> all =
        live.hold(entry ->
            entry.collection() == collection && (entry.kind() == Kind.DATA || isOf(entry, view)));
    LiveSegment cells = null;
    List<LiveSegment> rows = new ArrayList<>();
    for (LiveSegment segment : all) {
      if (segment.entry().kind() == Kind.DATA) {
        rows.add(segment);
      } else {
        cells = segment;
      }
    }
    return new Held(cells, rows);
  }

  /// Takes in what comes next, in one commit.
  ///
  /// @param isAnew from all rows, in place of the cells that are there
  /// @return whether more is to come
  private boolean step(BoundView view, boolean isAnew) {
    try (Held held = hold(view)) {
      LiveSegment before = held.cells;
      if (!isAnew && before != null && before.isDamaged()) {
        throw new TytoException(
            ErrorCode.SEGMENT_CORRUPT,
            "%s, the cells of the view %s, cannot be read: `tyto verify --cubes --repair` makes them anew from the rows there are; until then retention takes none that are not in them"
                .formatted(before.entry().file(), view.view().name()));
      }
      SegmentEntry old = before == null ? null : before.entry();
      Coverage covered = isAnew ? Coverage.NOTHING : Coverage.of(old);
      List<LiveSegment> missing =
          held.rows.stream().filter(segment -> !covered.isAllOf(segment.entry())).toList();
      if (missing.isEmpty() && !isAnew && (old == null || !isBuilding(old))) {
        return false;
      }
      List<LiveSegment> batch = isAnew ? missing : firstOf(missing);
      boolean isMore = batch.size() < missing.size();
      boolean isBuilding = isMore && (old == null || isBuilding(old));
      commit(view, old, isAnew ? null : before, covered, batch, isBuilding);
      return isMore;
    }
  }

  /// As many as fit into a step, and at least one. None is left out before one that is taken, so
  /// that what is covered of a log begins at its begin.
  private List<LiveSegment> firstOf(List<LiveSegment> missing) {
    long rows = 0;
    int count = 0;
    while (count < missing.size() && (count == 0 || rows < host.options().views().stepRows())) {
      rows += missing.get(count++).entry().rows();
    }
    Coverage reached = Coverage.NOTHING;
    for (LiveSegment segment : missing.subList(0, count)) {
      reached = reached.plus(segment.entry());
    }
    for (int i = missing.size(); i > count; i--) {
      if (reached.meets(missing.get(i - 1).entry())) {
        return missing;
      }
    }
    return missing.subList(0, count);
  }

  private void commit(
      BoundView view,
      @Nullable SegmentEntry old,
      @Nullable LiveSegment before,
      Coverage covered,
      List<LiveSegment> batch,
      boolean isBuilding) {
    List<Part> parts = new ArrayList<>();
    if (before != null) {
      parts.add(new Part(TimeInterval.ALL_TIME, List.copyOf(cellsOf(before))));
    }
    parts.addAll(rowsOf(view, batch, covered, false));
    CellTable cells = CubeBuilder.only(view.source(), parts, id.partition(), CellScan.context());
    ViewRows.requireFew(
        view, cells.rowCount(), parts, host.options().views().maxRows(), CellScan.context());
    ViewPart part = before == null ? null : before.entry().view();
    long expired = part == null ? expired(view.source().collectionId()) : part.expired();
    Coverage reached = covered;
    long minTime = before == null ? Long.MAX_VALUE : before.entry().minTime();
    long maxTime = before == null ? Long.MIN_VALUE : before.entry().maxTime();
    for (LiveSegment segment : batch) {
      reached = reached.plus(segment.entry());
      minTime = Math.min(minTime, segment.entry().minTime());
      maxTime = Math.max(maxTime, segment.entry().maxTime());
    }
    SegmentEntry made =
        files.writeView(
            view.source(),
            cells,
            new ViewPart(view.id(), isBuilding, expired),
            reached.ranges(),
            minTime,
            maxTime);
    Change.Builder change = Change.builder().add(made).require(Manifest.VIEWS);
    if (old != null) {
      change.remove(old.file());
    }
    Manifest commit = committer.commit(change.build());
    live.replaced(commit, old == null ? Set.of() : Set.of(old.file()), List.of(files.open(made)));
    LOG.log(
        isBuilding ? INFO : DEBUG,
        "{0}: the view {1} has taken in {2} segments more and has {3} cells{4}",
        id,
        view.view().name(),
        batch.size(),
        cells.rowCount(),
        isBuilding ? "; more are to come" : "");
  }

  private static List<? extends RowSource> cellsOf(LiveSegment view) {
    view.requireReadable();
    return view.source().cells();
  }

  /// @param isWithin the rows that are covered, and not those that are not
  private List<Part> rowsOf(
      BoundView view, List<LiveSegment> segments, Coverage covered, boolean isWithin) {
    StoredPrivacy privacy = host.schemas().privacy(view.source().collectionId());
    List<RowSource> whole = new ArrayList<>();
    List<Part> parts = new ArrayList<>();
    for (LiveSegment segment : segments) {
      RowSource source = ViewSources.current(segment.source(), view, privacy);
      Filter only = isWithin ? covered.within(segment.entry()) : covered.beyond(segment.entry());
      if (only == null) {
        whole.add(source);
      } else {
        parts.add(new Part(view.range(), only, List.of(source)));
      }
    }
    parts.add(new Part(view.range(), whole));
    return parts;
  }

  /// Compares the cells of every view with the rows they were made of, where those still stand.
  ///
  /// @param repairs whether cells that differ are made anew from the rows there are
  /// @param notes told what could not be compared
  /// @return each difference, the file first
  List<String> verify(int collection, boolean repairs, Consumer<String> notes) {
    List<String> differences = new ArrayList<>();
    for (BoundView view : host.schemas().views(collection)) {
      SegmentEntry entry = entryOf(view);
      if (entry == null) {
        continue;
      }
      boolean hasLostRows = entry.view() != null && expired(collection) > entry.view().expired();
      if (hasLostRows && !isDamaged(entry)) {
        notes.accept(
            "%s: view %s has counted rows that retention took since: it cannot be compared"
                .formatted(entry.file(), view.view().name()));
        continue;
      }
      String difference = difference(view);
      if (difference != null && hasLostRows) {
        difference += ", and what it had counted of rows that retention took is lost with it";
      }
      if (difference != null) {
        differences.add("%s: view %s: %s".formatted(entry.file(), view.view().name(), difference));
        if (repairs) {
          step(view, true);
        }
      }
    }
    return differences;
  }

  /// How many offsets of a collection retention has taken. They never become fewer, so as many as
  /// before are the same.
  private long expired(int collection) {
    return chain.holes(live.manifest()).stream()
        .filter(hole -> hole.kind() == HoleKind.EXPIRED && hole.collection() == collection)
        .mapToLong(hole -> hole.next() - hole.from())
        .sum();
  }

  private @Nullable String difference(BoundView view) {
    try (Held held = hold(view)) {
      LiveSegment cells = held.cells;
      if (cells == null) {
        return null;
      }
      if (cells.isDamaged()) {
        return "it cannot be read";
      }
      Coverage covered = Coverage.of(cells.entry());
      List<LiveSegment> rows =
          held.rows.stream().filter(segment -> covered.meets(segment.entry())).toList();
      return CubeBuilder.difference(
          view.source(),
          rowsOf(view, rows, covered, true),
          List.of(new Part(TimeInterval.ALL_TIME, List.copyOf(cellsOf(cells)))),
          CellScan.context());
    }
  }

  /// How a view stands here.
  ViewStanding standing(BoundView view) {
    return ViewStanding.of(live, view, refreshed.get(view.id()), failures.get(view.id()));
  }
}
