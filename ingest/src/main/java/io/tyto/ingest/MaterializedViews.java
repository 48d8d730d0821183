package io.tyto.ingest;

import io.tyto.engine.entity.KeyHash;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.view.BoundView;
import io.tyto.engine.view.ViewRows;
import io.tyto.ingest.ViewDirectory.Known;
import io.tyto.ingest.config.CollectionNames;
import io.tyto.ingest.config.CreatedView;
import io.tyto.ingest.config.SavedViews;
import io.tyto.ingest.partition.Partition;
import io.tyto.ingest.partition.PartitionView;
import io.tyto.ingest.partition.ViewSources;
import io.tyto.ingest.partition.ViewStanding;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Guard;
import io.tyto.model.access.RoleSchema;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ViewAge;
import io.tyto.model.port.ViewService;
import io.tyto.model.query.QueryContext;
import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.View;
import io.tyto.model.schema.View.Strategy;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Views as users see them: created, dropped, and read as collections. Thread-safe.
///
/// The finished rows of a view are kept until something they were made of is another, so that a
/// dashboard of many panels adds up once.
final class MaterializedViews implements ViewService {
  /// How long a question waits until the rows it asks for are added up.
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);

  /// How often who waits for another to add up looks whether it is cancelled.
  private static final long CANCEL_LOOK_MILLIS = 100;

  private static final int SHARE_OF_HEAP = 4;

  /// Finished rows take at most this part of the heap; those that were asked for last stay.
  private static final int CACHED_SHARE = 16;

  /// A config may be applied between two looks at the catalog, but not for ever.
  private static final int MAX_LOOKS = 5;

  private static final int MAX_DEFINITION_CHARACTERS = 16_384;

  private final CollectionDirectory directory;
  private final Partitions partitions;
  private final Clock clock;
  private final int maxRows;
  private final Runnable maintainSoon;
  private final long cachedBytes = Runtime.getRuntime().maxMemory() / CACHED_SHARE;

  /// One view is added up by one thread; those that come meanwhile take what it has made.
  private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

  /// By name, the one that was asked for last at the end. Guarded by itself.
  private final Map<String, Finished> finished = new LinkedHashMap<>(16, 0.75f, true);

  /// By name, why the rows of a view were not added up when somebody last asked.
  private final Map<String, Refused> refused = new ConcurrentHashMap<>();

  /// What nobody needs to try again.
  ///
  /// @param rowsId and `identity`: of what was added up
  private record Refused(String rowsId, String identity, String message) {}

  /// @param rowsId of what they are rows of
  /// @param identity of what they were made of
  /// @param collectedNanos when that was collected
  private record Finished(
      String rowsId,
      String identity,
      ViewRows rows,
      boolean readsRows,
      @Nullable Instant watermark,
      long collectedNanos) {}

  /// @param maxRows a view of more is refused
  /// @param maintainSoon starts a round of maintenance and does not wait for it
  MaterializedViews(
      CollectionDirectory directory,
      Partitions partitions,
      Clock clock,
      int maxRows,
      Runnable maintainSoon) {
    this.maxRows = maxRows;
    this.directory = directory;
    this.partitions = partitions;
    this.clock = clock;
    this.maintainSoon = maintainSoon;
  }

  @Override
  public List<ViewCollection> viewCollections() {
    List<ViewCollection> all = new ArrayList<>();
    for (Known known : directory.views().all()) {
      BoundView bound = known.bound();
      if (bound != null) {
        all.add(new ViewCollection(bound.view(), known.collection().name(), bound.rows()));
      }
    }
    return all;
  }

  @Override
  public List<ViewStatus> views() {
    return directory.views().all().stream().map(this::status).toList();
  }

  private ViewStatus status(Known known) {
    BoundView bound = known.bound();
    if (bound == null) {
      return broken(known);
    }
    long rows = 0;
    long covered = 0;
    long bytes = 0;
    boolean isBuilding = false;
    boolean isRefreshed = true;
    Long maxTime = null;
    Instant refreshed = null;
    Refused last = refused.get(known.name());
    String failure = last != null && last.rowsId.equals(bound.rowsId()) ? last.message : null;
    for (PartitionView partition : partitions.viewsOf(known.collection().groupId())) {
      ViewStanding standing = partition.standing(bound);
      rows += standing.rows();
      covered += standing.covered();
      bytes += standing.bytes();
      isBuilding |= standing.isBuilding();
      failure = failure == null ? standing.failure() : failure;
      Long time = standing.maxTime();
      if (time != null && (maxTime == null || time > maxTime)) {
        maxTime = time;
      }
      Instant at = standing.refreshed();
      isRefreshed &= at != null;
      refreshed = refreshed == null || at != null && at.isBefore(refreshed) ? at : refreshed;
    }
    return new ViewStatus(
        bound.view(),
        known.collection().name(),
        known.isConfigured(),
        state(bound.view(), failure, isBuilding, covered < rows, isRefreshed ? refreshed : null),
        rows == 0 ? 1 : (double) covered / rows,
        maxTime == null ? null : Instant.EPOCH.plus(maxTime, ChronoUnit.MICROS),
        isRefreshed ? refreshed : null,
        bytes,
        failure);
  }

  private State state(
      View view,
      @Nullable String failure,
      boolean isBuilding,
      boolean isBehind,
      @Nullable Instant refreshed) {
    if (failure != null) {
      return State.FAILED;
    }
    if (isBuilding) {
      return State.BUILDING;
    }
    // What other processes own they refresh, and do not tell.
    boolean isLate = refreshed != null && refreshed.plus(view.interval()).isBefore(clock.instant());
    // What is not taken in yet is read from rows there.
    return isBehind && isLate && view.strategy() != Strategy.REALTIME ? State.STALE : State.READY;
  }

  private static ViewStatus broken(Known known) {
    View nothing =
        new View(
            known.name(),
            List.of(),
            List.of(),
            null,
            ZoneOffset.UTC,
            Strategy.REALTIME,
            null,
            null);
    return new ViewStatus(
        nothing,
        known.collection().name(),
        known.isConfigured(),
        State.FAILED,
        0,
        null,
        null,
        0,
        known.problem());
  }

  @Override
  public ViewStatus createView(ViewInput input, Caller caller) {
    TableSchema collection = directory.named(input.collection());
    TableSchema seen = RoleSchema.of(collection, caller);
    if (seen == null) {
      throw Guard.unknown(input.collection());
    }
    String definition = SavedViews.text(input);
    if (definition.length() > MAX_DEFINITION_CHARACTERS) {
      throw new TytoException(
          ErrorCode.LIMIT_TOO_LARGE,
          "the view takes %,d characters written out, at most %,d"
              .formatted(definition.length(), MAX_DEFINITION_CHARACTERS));
    }
    View view = SavedViews.parse(input.name(), definition, seen.config());
    directory.change(draft -> {
      requireFree(view, collection, caller);
      draft.saveView(view.name(), collection.collectionId(), definition);
    });
    maintainSoon.run();
    return status(require(view.name()));
  }

  /// Against what stands in the catalog: another process may have been faster.
  private void requireFree(View view, TableSchema collection, Caller caller) {
    int views = 0;
    for (Known known : directory.views().all()) {
      if (ApiNames.field(known.name()).equals(view.field())) {
        throw new TytoException(
            ErrorCode.VERSION_CONFLICT,
            "there is a view '%s' already: drop it first, or take another name"
                .formatted(known.name()));
      }
      views += known.collection().collectionId() == collection.collectionId() ? 1 : 0;
    }
    if (views >= View.MAX_VIEWS) {
      throw new TytoException(
          ErrorCode.LIMIT_TOO_LARGE,
          "the collection %s has %d views already: drop one first"
              .formatted(collection.name(), views));
    }
    CreatedView wanted = new CreatedView(view.name(), collection.name());
    String collision = collision(wanted, each -> Guard.sees(caller, each));
    if (collision == null && collision(wanted, _ -> true) != null) {
      // Whose it is would tell of collections that are not there for the caller.
      collision = "the name '%s' is taken; give the view another name".formatted(view.name());
    }
    if (collision != null) {
      throw new TytoException(ErrorCode.BAD_USER_INPUT, collision);
    }
  }

  /// What a view that is to be made collides with among some of the collections and their views.
  private @Nullable String collision(CreatedView wanted, Predicate<TableSchema> isMeant) {
    List<TableSchema> meant = directory.all().stream().filter(isMeant).toList();
    Set<String> names = meant.stream().map(TableSchema::name).collect(Collectors.toSet());
    List<CreatedView> created = new ArrayList<>(directory.views().created());
    created.removeIf(view -> !names.contains(view.collection()));
    created.add(wanted);
    return CollectionNames.collisions(meant.stream().map(TableSchema::config).toList(), created)
        .get(wanted.name());
  }

  @Override
  public ViewStatus refreshView(String name) {
    Known known = require(name);
    BoundView bound = known.bound();
    if (bound != null) {
      partitions
          .ownedOf(known.collection().groupId())
          .values()
          .forEach(partition -> partition.askForView(bound));
      maintainSoon.run();
    }
    return status(known);
  }

  @Override
  public void dropView(String name) {
    Known known = require(name);
    if (known.isConfigured()) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "the view %s stands in the config of %s: take it out there, and apply the config"
              .formatted(name, known.collection().name()));
    }
    directory.change(draft -> draft.dropView(name));
    synchronized (finished) {
      finished.remove(name);
    }
    refused.remove(name);
    locks.remove(name);
    maintainSoon.run();
  }

  private Known require(String name) {
    Known known = directory.views().named(name);
    if (known == null) {
      throw new TytoException(ErrorCode.NOT_FOUND, "there is no view '%s'".formatted(name));
    }
    return known;
  }

  /// The rows of a view as they are now, for whoever has no deadline of its own.
  ///
  /// @param name of the view
  TableSnapshot snapshot(String name) {
    long bytes = Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP;
    return snapshot(name, new QueryContext("view " + name, READ_TIMEOUT, bytes));
  }

  /// The same, within the deadline and the memory of who asks. CANCELLED, QUERY_TIMEOUT.
  TableSnapshot snapshot(String name, QueryContext context) {
    long asked = System.nanoTime();
    QueryContext reading = context.within(READ_TIMEOUT);
    ReentrantLock lock = locks.computeIfAbsent(require(name).name(), _ -> new ReentrantLock());
    await(lock, name, reading);
    try {
      for (int look = 0; look < MAX_LOOKS; look++) {
        BoundView view = bound(require(name));
        Finished known = known(name);
        if (known != null
            && known.collectedNanos - asked >= 0
            && known.rowsId.equals(view.rowsId())) {
          return snapshot(view, known);
        }
        Finished made = collect(view, known, reading);
        if (made != null) {
          keep(name, made);
          return snapshot(view, made);
        }
      }
    } finally {
      lock.unlock();
    }
    throw new TytoException(
        ErrorCode.OVERLOADED,
        "the config of the collection of view %s changes all the time; ask again".formatted(name));
  }

  private static void await(ReentrantLock lock, String name, QueryContext context) {
    try {
      context.check();
      while (!lock.tryLock(CANCEL_LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        context.check();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted while view " + name + " was made");
    }
  }

  private BoundView bound(Known known) {
    BoundView view = known.bound();
    if (view == null) {
      throw new TytoException(
          ErrorCode.NOT_FOUND,
          "the view %s does not fit its collection any more: %s"
              .formatted(known.name(), known.problem()));
    }
    for (PartitionView partition : partitions.viewsOf(known.collection().groupId())) {
      String failure = partition.standing(view).failure();
      if (failure != null) {
        throw new TytoException(
            ErrorCode.LIMIT_TOO_LARGE,
            "the view %s is not kept up: %s".formatted(known.name(), failure));
      }
    }
    return view;
  }

  /// Null where the collection has another schema by now.
  private @Nullable Finished collect(
      BoundView view, @Nullable Finished known, QueryContext context) {
    long now = System.nanoTime();
    int collection = view.source().collectionId();
    try (ViewSources sources = new ViewSources(view.view().strategy())) {
      partitions.collect(view.source().groupId(), partition -> partition.addTo(sources, view));
      // Asked behind the rows: of a config applied meanwhile they may be newer than before.
      if (directory.newest(collection).version() != view.source().version()) {
        return null;
      }
      if (known != null
          && known.rowsId.equals(view.rowsId())
          && known.identity.equals(sources.identity())) {
        return new Finished(
            view.rowsId(), known.identity, known.rows, known.readsRows, known.watermark, now);
      }
      return new Finished(
          view.rowsId(),
          sources.identity(),
          addUp(view, sources, context),
          sources.readsRows(),
          sources.watermark(view),
          now);
    }
  }

  /// Partitions that have few rows each may have too many together: that is found out once.
  private ViewRows addUp(BoundView view, ViewSources sources, QueryContext context) {
    String name = view.view().name();
    Refused before = refused.get(name);
    if (before != null
        && before.rowsId.equals(view.rowsId())
        && before.identity.equals(sources.identity())) {
      throw new TytoException(ErrorCode.LIMIT_TOO_LARGE, before.message);
    }
    try {
      ViewRows rows =
          ViewRows.of(
              view,
              sources.parts(view, directory.privacy(view.source().collectionId())),
              maxRows,
              ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant()),
              scan(context));
      refused.remove(name);
      return rows;
    } catch (TytoException e) {
      if (e.code() == ErrorCode.LIMIT_TOO_LARGE) {
        String message = String.valueOf(e.getMessage());
        refused.put(name, new Refused(view.rowsId(), sources.identity(), message));
      }
      throw e;
    }
  }

  private static ScanContext scan(QueryContext context) {
    return new ScanContext(
        context, ForkJoinPool.commonPool(), Runtime.getRuntime().availableProcessors(), 0);
  }

  private @Nullable Finished known(String name) {
    synchronized (finished) {
      return finished.get(name);
    }
  }

  private void keep(String name, Finished made) {
    synchronized (finished) {
      finished.remove(name);
      if (made.rows.sizeBytes() <= cachedBytes) {
        finished.put(name, made);
      }
      long bytes = finished.values().stream().mapToLong(each -> each.rows.sizeBytes()).sum();
      Iterator<Finished> oldest = finished.values().iterator();
      while (bytes > cachedBytes && oldest.hasNext()) {
        bytes -= oldest.next().rows.sizeBytes();
        oldest.remove();
      }
    }
  }

  private static TableSnapshot snapshot(BoundView view, Finished of) {
    String text = of.rowsId + of.identity;
    long hash = KeyHash.of(text.getBytes(StandardCharsets.UTF_8));
    String servedBy = "view:" + view.view().name() + (of.readsRows ? "+segments" : "");
    return new TableSnapshot(
        view.rows(),
        HexFormat.of().toHexDigits(hash),
        of.rows.sources(),
        new TableSnapshot.Facts(
            0, null, new TableSnapshot.Made(servedBy, of.watermark, of.rows.sizeBytes())),
        () -> {});
  }

  /// For the status of the node.
  List<ViewAge> ages() {
    Instant now = clock.instant();
    return views().stream()
        .map(view ->
            new ViewAge(
                view.view().name(),
                view.collection(),
                view.state(),
                view.progress(),
                view.refreshed() == null
                    ? -1
                    : Math.max(0, Duration.between(view.refreshed(), now).toMillis()),
                view.message()))
        .toList();
  }

  /// Compares the cells of views with rows, in the partitions of this process.
  List<String> verify(boolean repairs, Consumer<String> notes) {
    List<String> differences = new ArrayList<>();
    for (Partition partition : partitions.owned()) {
      differences.addAll(partition.verifyViews(repairs, notes));
    }
    return differences;
  }
}
