package io.tyto.engine;

import io.tyto.engine.cache.AnswerCache;
import io.tyto.engine.page.Cursor;
import io.tyto.engine.page.CursorKey;
import io.tyto.engine.page.SnapshotPins;
import io.tyto.engine.plan.AggregateRunner;
import io.tyto.engine.plan.CohortFilters;
import io.tyto.engine.plan.CohortRunner;
import io.tyto.engine.plan.Freshness;
import io.tyto.engine.plan.FunnelRunner;
import io.tyto.engine.plan.GroupSource;
import io.tyto.engine.plan.Inspection;
import io.tyto.engine.plan.PlanLimits;
import io.tyto.engine.plan.RecordsRunner;
import io.tyto.engine.plan.RetentionRunner;
import io.tyto.engine.plan.SessionsRunner;
import io.tyto.engine.plan.SmallGroups;
import io.tyto.engine.plan.StreamedRecords;
import io.tyto.engine.plan.ValuesRunner;
import io.tyto.engine.scan.MemoryBudget;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.snapshot.SnapshotLostException;
import io.tyto.engine.snapshot.SnapshotProvider;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.access.Guard;
import io.tyto.model.access.Verb;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.QueryService;
import io.tyto.model.port.RecordStream;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Cohort;
import io.tyto.model.query.EntitySet;
import io.tyto.model.query.EventFilter;
import io.tyto.model.query.Filter;
import io.tyto.model.query.FunnelQuery;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.RecordsQuery;
import io.tyto.model.query.RetentionQuery;
import io.tyto.model.query.SessionsQuery;
import io.tyto.model.query.SnapshotChoice;
import io.tyto.model.query.ValuesQuery;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.CohortResult;
import io.tyto.model.result.CollectionInfo;
import io.tyto.model.result.CountedValue;
import io.tyto.model.result.FunnelResult;
import io.tyto.model.result.RecordsResult;
import io.tyto.model.result.RetentionResult;
import io.tyto.model.result.SessionsResult;
import io.tyto.model.schema.ColumnSpec;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Answers queries over the snapshots of one process.
///
/// *Thread-safety*: safe; calls block their caller while the shared workers scan. *Lifetime*:
/// {@link #close} stops the workers and lets go of every snapshot that a cursor pins; close it
/// before the provider.
public final class LocalQueryService implements QueryService, AutoCloseable {
  private static final Duration SWEEP_EVERY = Duration.ofSeconds(30);

  /// Rows that snapshots keep in memory for cursors take at most this part of the heap.
  private static final int PINNED_SHARE = 16;

  /// Snapshots that are opened for one question, each after a node took its part of the one before
  /// along.
  private static final int MAX_TURNS = 3;

  private static final Duration PAUSE = Duration.ofMillis(100);

  private static final double NANOS_PER_MILLI = 1e6;

  private final Answers answers;
  private final AnswerCache cache;
  private final EngineOptions options;
  private final PlanLimits limits;
  private final SnapshotPins pins;
  private final ThreadPoolExecutor workers;
  private final ScheduledExecutorService sweeper;

  /// Each query's budget is a good part of the heap, so that a few at once would be too much.
  private final MemoryBudget memory = new MemoryBudget(Runtime.getRuntime().maxMemory() / 2);

  /// Each query has its own, so that what one shows of the order of a table is of no use for
  /// another.
  private final SecureRandom hashSeeds = new SecureRandom();

  public LocalQueryService(SnapshotProvider snapshots, EngineOptions options) {
    this.answers = new Answers(snapshots);
    this.cache = new AnswerCache(options.cacheBytes());
    this.options = options;
    this.limits = new PlanLimits(options.maxBuckets(), options.maxGroups());
    this.pins =
        new SnapshotPins(
            options.cursorLifetime(),
            options.maxPinnedSnapshots(),
            Runtime.getRuntime().maxMemory() / PINNED_SHARE,
            options.clock());
    this.workers =
        new ThreadPoolExecutor(
            options.workers(),
            options.workers(),
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("tyto-scan-", 0).factory());
    this.sweeper =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("tyto-cursors").factory());
    long everyMillis = SWEEP_EVERY.toMillis();
    sweeper.scheduleWithFixedDelay(pins::sweep, everyMillis, everyMillis, TimeUnit.MILLISECONDS);
  }

  /// Answers over other rows, with the same workers, limits and cursors; its collections must not
  /// be called as those of any other provider. Lives as long as this service.
  public QueryService over(SnapshotProvider other) {
    return new Answers(other);
  }

  /// This process's part in questions that several nodes answer; close it before this.
  ///
  /// @param snapshots of the rows that lie here
  public LeafService leaf(SnapshotProvider snapshots) {
    Answers own = new Answers(snapshots);
    LeafService leaf =
        new LeafService(
            snapshots,
            new LeafService.Scans() {
              @Override
              public MemoryBudget budget(QueryContext context) {
                return LocalQueryService.this.budget(context);
              }

              @Override
              public ScanContext context(QueryContext context, MemoryBudget budget) {
                return scanContext(context, budget);
              }

              @Override
              public @Nullable Filter resolved(
                  @Nullable Filter where, int groupId, Set<Integer> tails, ScanContext scan) {
                return own.resolved(where, groupId, tails, scan);
              }
            },
            options.cursorLifetime(),
            options.clock());
    long everyMillis = SWEEP_EVERY.toMillis();
    sweeper.scheduleWithFixedDelay(leaf::sweep, everyMillis, everyMillis, TimeUnit.MILLISECONDS);
    return leaf;
  }

  @Override
  public AggregateResult aggregate(AggregateQuery query, QueryContext context) {
    return answers.aggregate(query, context);
  }

  @Override
  public RecordsResult records(RecordsQuery query, QueryContext context) {
    return answers.records(query, context);
  }

  @Override
  public RecordStream stream(RecordsQuery query, QueryContext context) {
    return answers.stream(query, context);
  }

  @Override
  public List<CountedValue> values(ValuesQuery query, QueryContext context) {
    return answers.values(query, context);
  }

  @Override
  public FunnelResult funnel(FunnelQuery query, QueryContext context) {
    return answers.funnel(query, context);
  }

  @Override
  public RetentionResult retention(RetentionQuery query, QueryContext context) {
    return answers.retention(query, context);
  }

  @Override
  public CohortResult cohort(Cohort cohort, QueryContext context) {
    return answers.cohort(cohort, context);
  }

  @Override
  public SessionsResult sessions(SessionsQuery query, QueryContext context) {
    return answers.sessions(query, context);
  }

  @Override
  public Object stored(ColumnSpec column, Object value) {
    return answers.stored(column, value);
  }

  @Override
  public CollectionInfo info(String collection, QueryContext context) {
    return answers.info(collection, context);
  }

  /// Answers that are kept: metrics.
  public AnswerCache.Load cache() {
    return cache.load();
  }

  /// Snapshots that cursors keep readable now: a metric.
  public int pinnedSnapshots() {
    return pins.size();
  }

  /// Scan threads that work now: a metric.
  public int busyWorkers() {
    return workers.getActiveCount();
  }

  /// Pieces of work that wait for a scan thread: a metric.
  public int waitingTasks() {
    return workers.getQueue().size();
  }

  @Override
  public void close() {
    sweeper.shutdownNow();
    workers.shutdownNow();
    pins.close();
  }

  private @Nullable Cursor cursor(@Nullable String text, String identity, QueryContext context) {
    return text == null
        ? null
        : Cursor.decode(options.cursorKey().of(context.caller()).open(text), identity);
  }

  /// Cursors as this caller gets them: what is kept of answers is for others too.
  private List<String> signed(List<String> cursors, QueryContext context) {
    CursorKey.Signer signer = options.cursorKey().of(context.caller());
    return cursors.stream().map(signer::sign).toList();
  }

  private MemoryBudget budget(QueryContext context) {
    return new MemoryBudget(context.memoryLimitBytes(), memory);
  }

  private ScanContext scanContext(QueryContext context, MemoryBudget budget) {
    return new ScanContext(context, budget, workers, options.workers(), hashSeeds.nextLong());
  }

  /// Answers over the snapshots of one provider.
  ///
  /// Every way to rows begins with {@link Guard}: what the caller's rows meet becomes part of the
  /// question before anything is planned, so that plans, caches and cursors cannot tell it apart
  /// from a filter that was asked for.
  private final class Answers implements QueryService {
    private final SnapshotProvider snapshots;

    Answers(SnapshotProvider snapshots) {
      this.snapshots = snapshots;
    }

    @Override
    public AggregateResult aggregate(AggregateQuery query, QueryContext context) {
      return query.after() != null || query.snapshot().asOf() != null
          ? aggregateOnce(query, context)
          : anew(context, () -> aggregateOnce(query, context));
    }

    /// Asks again where a node takes its part of the snapshot along: the question names none.
    private static <T> T anew(QueryContext context, Supplier<T> question) {
      for (int turn = 1; ; turn++) {
        try {
          return question.get();
        } catch (SnapshotLostException e) {
          boolean isOver = context.remainingNanos() < 2 * PAUSE.toNanos();
          if (isOver || turn >= MAX_TURNS && !e.isPassing()) {
            throw e;
          }
          pause(context);
        }
      }
    }

    private static void pause(QueryContext context) {
      context.check();
      try {
        Thread.sleep(PAUSE.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new TytoException(ErrorCode.CANCELLED, "interrupted before it was asked again", e);
      }
    }

    private AggregateResult aggregateOnce(AggregateQuery query, QueryContext context) {
      Cursor after = cursor(query.after(), query.identity(), context);
      try (TableSnapshot snapshot = snapshot(query.collection(), after, query.snapshot(), context);
          MemoryBudget budget = budget(context);
          ScanContext scan = scanContext(context, budget)) {
        Filter own = own(Verb.QUERY, snapshot, context);
        SmallGroups.check(query, snapshot, Guard.minGroup(context.caller(), snapshot.schema()));
        Filter where =
            snapshot.leaves() == null
                ? resolved(query.where(), snapshot.schema().groupId(), scan)
                : bounded(query.where(), context);
        AggregateQuery asked = query.withWhere(Guard.and(own, where));
        // Whichever way the snapshot was chosen: the same rows have the same answer.
        AggregateResult result =
            answer(asked.withSnapshot(SnapshotChoice.NEWEST), after, snapshot, scan);
        boolean isPaged = query.wants().cursors() && (after != null || result.hasNextPage());
        // What is not whole is not gone through page by page: the rest could be there by then.
        if ((isPaged || query.snapshot().isKept()) && snapshot.facts().missing().isEmpty()) {
          pins.pin(snapshot);
        }
        List<String> cursors = result.cursors();
        return cursors == null ? result : result.withCursors(signed(cursors, context));
      }
    }

    private AggregateResult answer(
        AggregateQuery asked, @Nullable Cursor after, TableSnapshot snapshot, ScanContext scan) {
      int minGroup = Guard.minGroup(scan.query().caller(), snapshot.schema());
      // Who is in a cohort is a matter of other snapshots too; and what is not whole is not kept.
      if (CohortFilters.isAnyIn(asked) || !snapshot.facts().missing().isEmpty()) {
        return AggregateRunner.run(
            asked, after, GroupSource.of(snapshot, scan), limits, minGroup, scan);
      }
      long started = System.nanoTime();
      QueryContext context = scan.query();
      AnswerCache.Found found =
          cache.find(
              new AnswerCache.Question(
                  asked,
                  snapshot.id(),
                  snapshot.schema().version(),
                  Guard.isRestricted(context.caller(), snapshot.schema()),
                  minGroup),
              context,
              () -> {
                AggregateResult computed =
                    AggregateRunner.run(
                        asked, after, GroupSource.of(snapshot, scan), limits, minGroup, scan);
                return computed.with(computed.meta().asComputed());
              });
      AggregateResult answer = found.answer();
      double millis = (System.nanoTime() - started) / NANOS_PER_MILLI;
      return found.source() == AnswerCache.Source.MISS
          ? answer
          : answer.with(answer.meta().asKept(context.queryId(), millis));
    }

    @Override
    public RecordsResult records(RecordsQuery query, QueryContext context) {
      boolean isFixed =
          query.after() != null || query.before() != null || query.snapshot().asOf() != null;
      return isFixed
          ? recordsOnce(query, context)
          : anew(context, () -> recordsOnce(query, context));
    }

    private RecordsResult recordsOnce(RecordsQuery query, QueryContext context) {
      Cursor anchor =
          cursor(query.backward() ? query.before() : query.after(), query.identity(), context);
      try (TableSnapshot snapshot =
              snapshot(query.collection(), anchor, query.snapshot(), context);
          MemoryBudget budget = budget(context);
          ScanContext scan = scanContext(context, budget)) {
        Filter own = own(Verb.RECORDS, snapshot, context);
        RecordsQuery asked =
            query.withWhere(
                Guard.and(own, resolved(query.where(), snapshot.schema().groupId(), scan)));
        RecordsResult result = RecordsRunner.run(asked, anchor, snapshot, scan);
        boolean isPaged = result.hasNextPage() || result.hasPreviousPage();
        if ((isPaged || query.snapshot().isKept()) && snapshot.facts().missing().isEmpty()) {
          pins.pin(snapshot);
        }
        return result.withCursors(signed(result.cursors(), context));
      }
    }

    @Override
    public RecordStream stream(RecordsQuery query, QueryContext context) {
      TableSnapshot snapshot = snapshot(query.collection(), null, query.snapshot(), context);
      MemoryBudget budget = budget(context);
      // Gives back the turn that cohorts took; the stream takes one for each of its parts.
      try (ScanContext scan = scanContext(context, budget)) {
        Filter own = own(Verb.RECORDS, snapshot, context);
        RecordsQuery asked =
            query.withWhere(
                Guard.and(own, resolved(query.where(), snapshot.schema().groupId(), scan)));
        return new StreamedRecords(asked, snapshot, scan);
      } catch (RuntimeException | Error e) {
        budget.close();
        snapshot.close();
        throw e;
      }
    }

    @Override
    public List<CountedValue> values(ValuesQuery query, QueryContext context) {
      return anew(context, () -> valuesOnce(query, context));
    }

    private List<CountedValue> valuesOnce(ValuesQuery query, QueryContext context) {
      try (TableSnapshot snapshot = snapshots.snapshot(query.collection(), context);
          MemoryBudget budget = budget(context);
          ScanContext scan = scanContext(context, budget)) {
        Filter own = own(Verb.QUERY, snapshot, context);
        int minGroup = Guard.minGroup(context.caller(), snapshot.schema());
        SmallGroups.checkValues(snapshot, minGroup);
        return ValuesRunner.run(query, own, snapshot, minGroup, scan);
      }
    }

    @Override
    public FunnelResult funnel(FunnelQuery query, QueryContext context) {
      return anew(context, () -> funnelOnce(query, context));
    }

    private FunnelResult funnelOnce(FunnelQuery query, QueryContext context) {
      try (SnapshotSet taken = snapshots(query.steps(), context);
          MemoryBudget budget = budget(context);
          ScanContext scan = scanContext(context, budget)) {
        return FunnelRunner.run(
            query.withSteps(own(query.steps(), taken, context)), taken.byCollection(), scan);
      }
    }

    @Override
    public RetentionResult retention(RetentionQuery query, QueryContext context) {
      return anew(context, () -> retentionOnce(query, context));
    }

    private RetentionResult retentionOnce(RetentionQuery query, QueryContext context) {
      try (SnapshotSet taken = snapshots(List.of(query.first(), query.returning()), context);
          MemoryBudget budget = budget(context);
          ScanContext scan = scanContext(context, budget)) {
        return RetentionRunner.run(
            query.withEvents(
                own(query.first(), taken, context), own(query.returning(), taken, context)),
            taken.byCollection(),
            scan);
      }
    }

    @Override
    public SessionsResult sessions(SessionsQuery query, QueryContext context) {
      return anew(context, () -> sessionsOnce(query, context));
    }

    private SessionsResult sessionsOnce(SessionsQuery query, QueryContext context) {
      try (SnapshotSet taken = snapshots(query.events(), context);
          MemoryBudget budget = budget(context);
          ScanContext scan = scanContext(context, budget)) {
        return SessionsRunner.run(
            query.withEvents(own(query.events(), taken, context)), taken.byCollection(), scan);
      }
    }

    @Override
    public CohortResult cohort(Cohort cohort, QueryContext context) {
      return anew(context, () -> cohortOnce(cohort, context));
    }

    private CohortResult cohortOnce(Cohort cohort, QueryContext context) {
      try (SnapshotSet taken = taken(events(cohort), context);
          MemoryBudget budget = budget(context);
          ScanContext scan = scanContext(context, budget)) {
        return CohortRunner.count(own(cohort, taken, context), taken.byCollection(), scan);
      }
    }

    private static List<EventFilter> events(Cohort cohort) {
      return cohort.leaves().stream().map(Cohort.Did::event).toList();
    }

    private static List<EventFilter> own(
        List<EventFilter> events, SnapshotSet taken, QueryContext context) {
      return events.stream().map(event -> own(event, taken, context)).toList();
    }

    /// What the caller's rows meet; null: all are the caller's. What is counted of a collection
    /// that has others too is told coarsely.
    private static @Nullable Filter own(Verb verb, TableSnapshot snapshot, QueryContext context) {
      Filter own = Guard.rows(context.caller(), verb, snapshot.schema());
      if (Guard.isVeiled(context.caller(), snapshot.schema())) {
        context.countCoarsely();
      }
      return own;
    }

    /// The caller's own among the events.
    private static EventFilter own(EventFilter event, SnapshotSet taken, QueryContext context) {
      TableSnapshot snapshot = taken.of(event.collection());
      Filter own = own(Verb.QUERY, snapshot, context);
      if (Guard.minGroup(context.caller(), snapshot.schema()) > 0) {
        throw SmallGroups.refused(snapshot.schema(), "what single entities did");
      }
      return own == null ? event : event.withWhere(Guard.and(own, event.where()));
    }

    private static Cohort own(Cohort cohort, SnapshotSet taken, QueryContext context) {
      return cohort.with(event -> own(event, taken, context));
    }

    /// The filter with the entities of its cohorts, as of now.
    private @Nullable Filter resolved(@Nullable Filter where, int groupId, ScanContext scan) {
      return resolved(where, groupId, Set.of(), scan);
    }

    /// @param tails partitions of others whose newest rows are read here
    private @Nullable Filter resolved(
        @Nullable Filter where, int groupId, Set<Integer> tails, ScanContext scan) {
      return new CohortFilters(cohort -> members(cohort, groupId, tails, scan)).resolve(where);
    }

    /// The filter with cohorts of the caller's own events: who is in them, each node finds out for
    /// the entities that it has.
    private @Nullable Filter bounded(@Nullable Filter where, QueryContext context) {
      return CohortFilters.with(
          where,
          cohort -> {
            try (SnapshotSet taken = taken(events(cohort), context)) {
              return own(cohort, taken, context);
            }
          });
    }

    /// Whoever is missed among them nobody is told of, so none may be.
    private EntitySet members(Cohort cohort, int groupId, Set<Integer> tails, ScanContext scan) {
      List<String> collections = events(cohort).stream().map(EventFilter::collection).toList();
      QueryContext whole = scan.query().whole();
      try (SnapshotSet taken = SnapshotSet.take(snapshots, collections, tails, whole)) {
        for (TableSnapshot snapshot : taken.byCollection().values()) {
          if (snapshot.schema().groupId() != groupId) {
            throw new TytoException(
                ErrorCode.BAD_USER_INPUT,
                "the cohort is one of other entities than those of the collection it filters");
          }
        }
        return CohortRunner.members(own(cohort, taken, scan.query()), taken.byCollection(), scan);
      }
    }

    private SnapshotSet taken(List<EventFilter> events, QueryContext context) {
      return SnapshotSet.take(
          snapshots, events.stream().map(EventFilter::collection).toList(), Set.of(), context);
    }

    /// The same of a question of its own, which may ask for fresh rows.
    private SnapshotSet snapshots(List<EventFilter> events, QueryContext context) {
      SnapshotSet taken = taken(events, context);
      try {
        for (TableSnapshot snapshot : taken.byCollection().values()) {
          Freshness.require(snapshot, context, options.clock());
        }
        return taken;
      } catch (RuntimeException e) {
        taken.close();
        throw e;
      }
    }

    @Override
    public Object stored(ColumnSpec column, Object value) {
      return snapshots.stored(column, value);
    }

    @Override
    public CollectionInfo info(String collection, QueryContext context) {
      try (TableSnapshot snapshot = snapshots.snapshot(collection);
          MemoryBudget budget = budget(context);
          ScanContext scan = scanContext(context, budget)) {
        Filter own = own(Verb.QUERY, snapshot, context);
        if (Guard.minGroup(context.caller(), snapshot.schema()) > 0) {
          return Inspection.ofGroups(snapshot);
        }
        return own == null
            ? Inspection.of(snapshot, context)
            : Inspection.ofRows(own, snapshot, scan);
      }
    }

    /// The snapshot that a cursor was handed out on or that the query chose, or the newest; the
    /// caller closes it.
    private TableSnapshot snapshot(
        String collection, @Nullable Cursor cursor, SnapshotChoice choice, QueryContext context) {
      String wanted = cursor == null ? choice.asOf() : cursor.snapshot();
      TableSnapshot taken =
          wanted == null
              ? snapshots.snapshot(collection, context)
              : find(collection, wanted, context);
      if (taken == null) {
        throw cursor == null ? gone(choice) : expired();
      }
      try {
        Freshness.require(taken, context, options.clock());
        return taken;
      } catch (RuntimeException e) {
        taken.close();
        throw e;
      }
    }

    /// Null where it is not kept, or was read by rules that let somebody see more than those of
    /// now: what was hidden meanwhile is hidden in earlier snapshots too.
    private @Nullable TableSnapshot find(String collection, String wanted, QueryContext context) {
      int end = wanted.indexOf(Cursor.LAYOUT);
      String id = end < 0 ? wanted : wanted.substring(0, end);
      TableSnapshot found = findById(collection, id, context);
      if (found != null && end >= 0 && !found.layout().equals(wanted.substring(end + 1))) {
        found.close();
        return null;
      }
      return found;
    }

    private @Nullable TableSnapshot findById(String collection, String id, QueryContext context) {
      TableSnapshot pinned = pins.find(collection, id);
      if (pinned == null) {
        return newest(collection, id, context);
      }
      try {
        if (Guard.isAsOpen(pinned.schema(), snapshots.schema(collection, context))) {
          return pinned;
        }
      } catch (RuntimeException | Error e) {
        pinned.close();
        throw e;
      }
      pinned.close();
      return null;
    }

    /// Where nothing has come since; what is not whole leads to no further page.
    private @Nullable TableSnapshot newest(String collection, String id, QueryContext context) {
      TableSnapshot newest = snapshots.snapshot(collection, context);
      if (newest.id().equals(id) && newest.facts().missing().isEmpty()) {
        return newest;
      }
      newest.close();
      return null;
    }

    private TytoException expired() {
      return new TytoException(
          ErrorCode.CURSOR_EXPIRED,
          "the data that this cursor pages through is gone: cursors live %d minutes after their last"
                  .formatted(options.cursorLifetime().toMinutes())
              + " use, and until it is decided anew who may see it; begin again without after");
    }

    private TytoException gone(SnapshotChoice choice) {
      return new TytoException(
          ErrorCode.SNAPSHOT_GONE,
          "snapshot %s of asOf is not kept any more: one is kept for %d minutes after an answer"
                  .formatted(choice.asOf(), options.cursorLifetime().toMinutes())
              + " whose meta.snapshot was selected; ask without asOf and go on with the new one");
    }
  }
}
