package io.tyto.ingest.table;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import io.tyto.engine.lookup.LookupTable;
import io.tyto.ingest.config.ConfigParser;
import io.tyto.ingest.partition.Alarms;
import io.tyto.ingest.table.TableStore.Fresh;
import io.tyto.ingest.table.TableVersions.Loaded;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.AdminService.TableStatus;
import io.tyto.model.port.AdminService.TableVersionStatus;
import io.tyto.model.schema.DimensionTable;
import io.tyto.store.Store;
import io.tyto.store.table.StoredTable;
import io.tyto.store.table.TableLog;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The dimension tables of a project: defined by configs, loaded again and again, kept as versions.
///
/// A version is an immutable file; which there are stands in a log of numbered documents. A load
/// that brings what is there already makes no version; one that fails keeps the last and raises an
/// alarm. A new version answers for event times from {@link TableStore#ACTIVATION} after its commit
/// on: so an event whose time is not further ahead of the clock than that takes the same version
/// whenever it is read again.
///
/// Several processes may share the store: each loads by itself, and shows what the log says, within
/// a second. Of two that load at the same time one makes the version.
///
/// Thread-safe. Lifetime: {@link #close} when nothing is decoded any more.
public final class Tables implements JoinTables, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Tables.class.getName());

  private static final int MAX_TABLES = 100;
  private static final int LOADERS = 2;
  private static final long STOP_SECONDS = 30;

  private final TableStore store;
  private final TableLog log;
  private final TableLoader loader;
  private final Clock clock;
  private final Alarms alarms;
  private final Map<String, Standing> standing = new ConcurrentSkipListMap<>();

  private final Object defining = new Object();

  /// The version of the log that is shown.
  private long shown;

  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("tables").factory());
  private final ExecutorService loaders =
      Executors.newFixedThreadPool(
          LOADERS, Thread.ofPlatform().daemon().name("table-loader-", 0).factory());

  /// One table as it is now. Guarded by itself, but for what is volatile.
  private static final class Standing {
    final TableVersions versions = new TableVersions();
    volatile DimensionTable config;
    volatile @Nullable Instant checked;
    volatile @Nullable String failure;
    volatile long dueNanos;
    @Nullable Running running;

    Standing(DimensionTable config) {
      this.config = config;
      dueNanos = System.nanoTime();
    }
  }

  /// A load under way.
  private static final class Running {
    @Nullable Future<?> future;

    /// When it began, by {@link System#nanoTime}; 0 while it waits for a thread.
    volatile long beganNanos;

    /// It took too long, and what becomes of it is nobody's concern any more.
    volatile boolean isAbandoned;
  }

  /// Opens the versions that there are; nothing is loaded yet. MANIFEST_CORRUPT. A damaged version
  /// is left out, with an alarm.
  ///
  /// @param writerId UUID of the process start
  public static Tables open(
      Store store, int project, String writerId, TableLoader loader, Clock clock, Alarms alarms) {
    return new Tables(
        store, project, TableLog.open(store, project, writerId), loader, clock, alarms);
  }

  private Tables(
      Store objects, int project, TableLog log, TableLoader loader, Clock clock, Alarms alarms) {
    this.store = new TableStore(objects, project, log, clock, alarms);
    this.log = log;
    this.loader = loader;
    this.clock = clock;
    this.alarms = alarms;
    showAll();
  }

  /// Takes over what other processes that share the folder defined and loaded.
  private synchronized void takeOver() {
    log.refresh();
    if (log.version() != shown) {
      showAll();
    }
  }

  private void showAll() {
    shown = log.version();
    for (StoredTable table : log.tables().values()) {
      Standing one = standing.computeIfAbsent(table.name(), _ -> new Standing(configOf(table)));
      synchronized (one) {
        if (!one.config.text().equals(table.config())) {
          one.config = configOf(table);
          one.dueNanos = System.nanoTime();
        }
        one.versions.show(store.open(table, one.versions.all()));
      }
    }
  }

  private static DimensionTable configOf(StoredTable table) {
    return ConfigParser.parse(List.of(new ConfigFile(table.name() + ".yaml", table.config())))
        .requireValid()
        .tables()
        .getFirst();
  }

  /// The tables of a project by name, from its log alone.
  public static Map<String, DimensionTable> configs(TableLog log) {
    Map<String, DimensionTable> configs = new TreeMap<>();
    log.tables().values().forEach(table -> configs.put(table.name(), configOf(table)));
    return configs;
  }

  /// Begins to load in the background what is due.
  public void start() {
    timer.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
  }

  /// The tables by name, as they stand in the log now.
  public Map<String, DimensionTable> configs() {
    takeOver();
    Map<String, DimensionTable> configs = new TreeMap<>();
    standing.forEach((name, one) -> configs.put(name, one.config));
    return configs;
  }

  @Override
  public @Nullable TableVersions named(String table) {
    Standing one = standing.get(table);
    return one == null ? null : one.versions;
  }

  /// The newest version of a table; null where there is none.
  public @Nullable LookupTable newest(String table) {
    TableVersions versions = named(table);
    return versions == null ? null : versions.newest();
  }

  /// Takes new and changed configs over. A table that is joined has a version when this returns:
  /// CONFIG_INVALID where it had none and cannot be loaded, and then no config is taken over.
  ///
  /// @param joined names of the tables that collections look into
  public void define(List<DimensionTable> tables, Set<String> joined) {
    // Not under the lock of this object: loads take time, and others want to see the tables.
    synchronized (defining) {
      defineAll(tables, joined);
    }
  }

  private void defineAll(List<DimensionTable> tables, Set<String> joined) {
    Map<String, DimensionTable> changed = new TreeMap<>();
    for (DimensionTable table : tables) {
      Standing before = standing.get(table.name());
      if (before == null || !before.config.text().equals(table.text())) {
        changed.put(table.name(), table);
      }
    }
    Set<String> names = new TreeSet<>(standing.keySet());
    names.addAll(changed.keySet());
    if (names.size() > MAX_TABLES) {
      throw new TytoException(
          ErrorCode.CONFIG_INVALID, "there are at most %d dimension tables".formatted(MAX_TABLES));
    }
    Map<String, Fresh> loaded = new TreeMap<>();
    try {
      for (String name : joined) {
        Standing before = standing.get(name);
        DimensionTable after = changed.get(name);
        DimensionTable table = after == null && before != null ? before.config : after;
        boolean isLoaded = before != null && before.versions.newest() != null;
        if (table != null && !isLoaded) {
          loaded.put(name, firstLoad(table));
        }
      }
      record(changed);
      loaded.forEach((name, fresh) -> {
        Standing one = standing.get(name);
        if (one != null) {
          keep(one, one.config, fresh);
        }
      });
    } finally {
      loaded.values().forEach(Fresh::discard);
    }
  }

  /// Fails as the apply that needs it.
  private Fresh firstLoad(DimensionTable table) {
    Future<Fresh> load = loaders.submit(() -> store.write(loader.load(table)));
    try {
      return load.get(table.limits().timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      load.cancel(true);
      throw new TytoException(
          ErrorCode.CONFIG_INVALID,
          "the dimension table %s is joined and cannot be loaded: %s"
              .formatted(table.name(), reason(table, e)),
          e);
    } catch (InterruptedException e) {
      load.cancel(true);
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted while a table was loaded", e);
    }
  }

  private synchronized void record(Map<String, DimensionTable> changed) {
    log.change(stored -> {
      for (DimensionTable table : changed.values()) {
        StoredTable before = stored.get(table.name());
        int free = stored.values().stream().mapToInt(StoredTable::id).max().orElse(0) + 1;
        stored.put(
            table.name(),
            before == null
                ? new StoredTable(free, table.name(), 1, table.text(), List.of(), 1)
                : before.withConfig(table.text()));
      }
    });
    for (DimensionTable table : changed.values()) {
      Standing one = standing.computeIfAbsent(table.name(), _ -> new Standing(table));
      one.config = table;
      one.dueNanos = System.nanoTime();
    }
  }

  /// Loads a table now. NOT_FOUND; what the load fails with.
  ///
  /// @return whether it brought a new version
  public boolean reload(String name) {
    Standing one = standing.get(name);
    if (one == null) {
      throw new TytoException(
          ErrorCode.NOT_FOUND,
          "there is no dimension table '%s'; there are: %s"
              .formatted(name, String.join(", ", standing.keySet())));
    }
    long before = newestNumber(one);
    DimensionTable table = one.config;
    try {
      awaitRunning(one);
      // It may have to wait for a thread.
      begin(one).get(2 * table.limits().timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | CancellationException | TimeoutException e) {
      throw new TytoException(
          ErrorCode.STORE_FAILED,
          "the dimension table %s keeps its last version: %s".formatted(name, reason(table, e)),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted while a table was loaded", e);
    }
    return newestNumber(one) > before;
  }

  /// A load that began before may not have seen what is to be loaded.
  private static void awaitRunning(Standing one) throws InterruptedException {
    Future<?> running;
    synchronized (one) {
      running = one.running == null ? null : one.running.future;
    }
    try {
      if (running != null) {
        running.get(one.config.limits().timeout().toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (ExecutionException | CancellationException | TimeoutException e) {
      LOG.log(DEBUG, "the load before the one that was asked for failed", e);
    }
  }

  private static long newestNumber(Standing one) {
    List<Loaded> versions = one.versions.all();
    return versions.isEmpty() ? 0 : versions.getLast().number();
  }

  private static String reason(DimensionTable table, Exception e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return e instanceof TimeoutException || e instanceof CancellationException
        ? "%s did not answer within %s".formatted(table.origin().shown(), table.limits().timeout())
        : cause instanceof TytoException ? String.valueOf(cause.getMessage()) : cause.toString();
  }

  /// Every second: begins what is due, and ends what takes too long.
  private void look() {
    refreshLog();
    long now = System.nanoTime();
    for (Standing one : standing.values()) {
      synchronized (one) {
        Running running = one.running;
        Future<?> future = running == null ? null : running.future;
        if (running == null && now - one.dueNanos >= 0) {
          begin(one);
        } else if (running != null && future != null && isLate(running, one.config, now)) {
          future.cancel(true);
          failed(
              one,
              "%s did not answer within %s"
                  .formatted(one.config.origin().shown(), one.config.limits().timeout()));
          running.isAbandoned = true;
          one.running = null;
        }
      }
    }
  }

  /// A store that does not answer is waited for; versions that are shown stay.
  private void refreshLog() {
    try {
      takeOver();
      alarms.clear("tables");
    } catch (TytoException e) {
      alarms.raise("tables", "the log of dimension tables cannot be read: " + e.getMessage());
    }
  }

  private static boolean isLate(Running running, DimensionTable table, long now) {
    return running.beganNanos != 0 && now - running.beganNanos > table.limits().timeout().toNanos();
  }

  /// The load that is under way, or a new one.
  private Future<?> begin(Standing one) {
    synchronized (one) {
      Running running = one.running;
      if (running != null && running.future != null) {
        return running.future;
      }
      Running begun = new Running();
      begun.future =
          loaders.submit(() -> {
            begun.beganNanos = System.nanoTime();
            refresh(one, begun);
            return null;
          });
      one.running = begun;
      return begun.future;
    }
  }

  private void refresh(Standing one, Running running) {
    DimensionTable table = one.config;
    try {
      Fresh fresh = store.write(loader.load(table));
      try {
        keep(one, table, fresh);
      } finally {
        fresh.discard();
      }
    } catch (RuntimeException | Error e) {
      // Whatever a driver throws: the last version stays, and the next load comes.
      if (!running.isAbandoned) {
        failed(one, e instanceof TytoException ? String.valueOf(e.getMessage()) : e.toString());
      }
      throw e;
    } finally {
      synchronized (one) {
        if (!running.isAbandoned) {
          one.running = null;
          one.dueNanos = System.nanoTime() + one.config.limits().refresh().toNanos();
        }
      }
    }
  }

  private void failed(Standing one, String reason) {
    one.failure = reason;
    one.dueNanos = System.nanoTime() + one.config.limits().refresh().toNanos();
    String name = one.config.name();
    LOG.log(WARNING, "the dimension table {0} cannot be loaded: {1}", name, reason);
    alarms.raise(
        "table." + name,
        "dimension table %s cannot be loaded, its last version stays: %s".formatted(name, reason));
  }

  /// Makes a version of what was loaded, unless it is what there is.
  private void keep(Standing one, DimensionTable table, Fresh fresh) {
    synchronized (one) {
      if (!one.config.equals(table)) {
        // Loaded by a config that was replaced meanwhile; the next load is due already.
        return;
      }
      boolean isNew = store.add(table, fresh);
      one.versions.show(store.open(table.name(), one.versions.all()));
      one.checked = clock.instant();
      one.failure = null;
      one.dueNanos = System.nanoTime() + table.limits().refresh().toNanos();
      alarms.clear("table." + table.name());
      if (isNew) {
        store.collectGarbage();
      }
    }
  }

  /// Each table, with its versions.
  public List<TableStatus> status() {
    List<TableStatus> list = new ArrayList<>();
    Map<String, StoredTable> stored = log.tables();
    standing.forEach((name, one) -> {
      StoredTable table = stored.get(name);
      List<TableVersionStatus> versions =
          table == null
              ? List.of()
              : table.versions().stream()
                  .map(version ->
                      new TableVersionStatus(
                          version.number(),
                          instant(version.fromMicros()),
                          instant(version.loadedMicros()),
                          version.rows(),
                          version.bytes()))
                  .toList();
      list.add(
          new TableStatus(
              name,
              one.config.key(),
              one.config.origin().shown(),
              versions,
              one.checked,
              one.failure));
    });
    return list;
  }

  private static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  @Override
  public void close() {
    timer.shutdownNow();
    loaders.shutdownNow();
    try {
      loaders.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    standing.values().forEach(one -> one.versions.all().forEach(version -> version.rows().close()));
  }
}
