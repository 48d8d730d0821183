package io.tyto.ingest;

import static java.lang.System.Logger.Level.INFO;

import io.tyto.engine.entity.KeyPlacement;
import io.tyto.engine.snapshot.SnapshotProvider;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.ingest.decode.DecodeContext;
import io.tyto.ingest.decode.OwnRows;
import io.tyto.ingest.discover.KeyDiscovery;
import io.tyto.ingest.enrich.Pipeline;
import io.tyto.ingest.feed.DecoderRegistry;
import io.tyto.ingest.feed.FeedHost;
import io.tyto.ingest.feed.FeedIntake;
import io.tyto.ingest.feed.Feeds;
import io.tyto.ingest.key.LocalKeys;
import io.tyto.ingest.letter.FailureRatios;
import io.tyto.ingest.letter.PayloadSource;
import io.tyto.ingest.partition.Alarms;
import io.tyto.ingest.partition.CommitRetry;
import io.tyto.ingest.partition.DeadLetters;
import io.tyto.ingest.partition.DiskGuard;
import io.tyto.ingest.partition.Partition;
import io.tyto.ingest.partition.PartitionHost;
import io.tyto.ingest.partition.PartitionId;
import io.tyto.ingest.partition.PartitionView;
import io.tyto.ingest.plugin.Plugins;
import io.tyto.ingest.privacy.KeyFile;
import io.tyto.ingest.privacy.StoredSecret;
import io.tyto.ingest.table.TableLoader;
import io.tyto.ingest.table.Tables;
import io.tyto.model.access.ApiKey;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Guard;
import io.tyto.model.access.Verb;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService;
import io.tyto.model.port.DeadLetterService.ReplayRequest;
import io.tyto.model.port.DeadLetterService.ReplayResult;
import io.tyto.model.port.EntityService;
import io.tyto.model.port.IngestService;
import io.tyto.model.query.QueryContext;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Feed;
import io.tyto.model.schema.Privacy;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.Values;
import io.tyto.model.schema.View;
import io.tyto.store.DataLock;
import io.tyto.store.Disk;
import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import io.tyto.store.catalog.Catalog;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One process that owns a data folder, or shares one with others: catalog, logs, partitions, and
/// the snapshots queries read.
///
/// Thread-safe. Lifetime: from {@link #open}, which recovers everything, to {@link #close}, which
/// leaves accepted events in the log (it does not seal), or, where the folder is shared, seals and
/// hands over. Held snapshots stay readable until closed.
public final class LocalNode
    implements IngestService, AdminService, EntityService, SnapshotProvider, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(LocalNode.class.getName());

  /// Somebody waits for the answer, at most so long.
  private static final long SEAL_MINUTES = 10;

  private final DataLock lock;
  private final Store store;
  private final CollectionDirectory directory;
  private final SavedCohorts cohorts;
  private final SavedItems saved;
  private final CollectionSnapshots snapshots;
  private final ConfigApplier configs;
  private final Tables tables;
  private final KeyFile keys;
  private final KeyFile cursorKey;
  private final LocalKeys apiKeys;
  private final Partitions partitions;
  private final ScheduledExecutorService sealers;
  private final Maintenance maintenance;
  private final DiskGuard diskGuard;
  private final Alarms alarms = new Alarms();
  private final Pipeline pipeline;
  private final Plugins plugins;
  private final DecoderRegistry decoders;
  private final KeyDiscovery discovery;
  private final EventIntake intake;
  private final FileImports imports;
  private final IngestOptions options;
  private final LogSources sources;
  private final Feeds feeds;
  private final Replays replays;
  private final FailureRatios failureRatios;
  private final FeedIntake feedIntake;
  private final MaterializedViews views;

  private final TailReplicas tails;

  /// Null: this process owns every partition.
  private final @Nullable Ownership ownership;

  private volatile boolean isClosed;

  /// Takes the folder's lock, recovers every partition and starts its threads.
  ///
  /// STORE_LOCKED where another process holds the folder, or our name in it (the message tells its
  /// address if known); CONFIG_INVALID where it is shared and a collection cannot be;
  /// STORE_UNSUITABLE where the file system or the bucket does not keep its promises; LOG_CORRUPT,
  /// MANIFEST_CORRUPT, SEGMENT_CORRUPT where recovery finds damage that it cannot work around.
  ///
  /// @param disk every file operation of log and store goes through it
  public static LocalNode open(Path data, IngestOptions options, Disk disk, Clock clock) {
    return open(data, options, disk, clock, LogSources.none());
  }

  /// As above.
  ///
  /// @param sources of the logs outside that collections read
  public static LocalNode open(
      Path data, IngestOptions options, Disk disk, Clock clock, LogSources sources) {
    String node = options.node();
    DataLock lock = node == null ? DataLock.acquire(data) : DataLock.share(data, node);
    try {
      DataFolder folder = new DataFolder(data, node, options.home());
      Store store = folder.open(disk);
      try {
        return new LocalNode(lock, folder, store, options, disk, clock, sources);
      } catch (RuntimeException | Error e) {
        store.close();
        throw e;
      }
    } catch (RuntimeException | Error e) {
      lock.close();
      throw e;
    }
  }

  private LocalNode(
      DataLock lock,
      DataFolder folder,
      Store store,
      IngestOptions options,
      Disk disk,
      Clock clock,
      LogSources sources) {
    this.lock = lock;
    this.options = options;
    this.sources = sources;
    this.store = store;
    store.probe();
    String writerId = PartitionHost.writerId(folder.node());
    Path keyFile = options.privacy().keyFile();
    this.cursorKey =
        new KeyFile(folder.cursorKey(), "delete it: cursors that were handed out end with it");
    this.keys = secret(folder, keyFile);
    this.decoders = DecoderRegistry.of(options.plugins());
    TableLoader loader =
        new TableLoader(
            options.tables().folder(),
            options.tables().environment(),
            options.plugins()::drivers,
            sources,
            clock);
    this.tables = Tables.open(store, StoreKeys.DEFAULT_PROJECT, writerId, loader, clock, alarms);
    this.apiKeys = LocalKeys.open(store, StoreKeys.DEFAULT_PROJECT, writerId, clock, alarms);
    this.directory =
        new CollectionDirectory(
            Catalog.open(store, StoreKeys.DEFAULT_PROJECT, writerId),
            this::shapeOf,
            options.pipeline(),
            decoders,
            keys,
            tables::configs);
    this.cohorts = new SavedCohorts(directory);
    this.saved = new SavedItems(directory, clock);
    this.pipeline = options.pipeline();
    this.plugins = options.plugins();
    this.diskGuard = new DiskGuard(disk, folder.root(), options.log(), alarms);
    diskGuard.look();
    this.sealers =
        Executors.newScheduledThreadPool(
            options.seal().threads(), Thread.ofPlatform().daemon().name("sealer-", 0).factory());
    PartitionHost host =
        new PartitionHost(
            store,
            disk,
            folder,
            options,
            directory,
            writerId,
            clock,
            sealers,
            diskGuard,
            CommitRetry.DEFAULT);
    this.partitions = new Partitions(host, directory);
    this.snapshots = new CollectionSnapshots(directory, partitions, tables);
    this.configs =
        new ConfigApplier(
            directory,
            tables,
            partitions,
            snapshots,
            clock,
            options.node() != null,
            this::takeOverApplied);
    this.discovery = new KeyDiscovery(directory, alarms);
    DecodeContext context = new DecodeContext(clock, pipeline, tables, discovery);
    this.failureRatios = new FailureRatios(options.refusals().alarmRatio());
    this.intake = new EventIntake(context, failureRatios);
    this.imports =
        new FileImports(directory, options.importThreads(), context, diskGuard, failureRatios);
    this.replays = new Replays(directory, context, decoders, PayloadSource.NONE);
    this.maintenance =
        new Maintenance(partitions, diskGuard, pipeline, options.maintenanceInterval(), alarms);
    this.views =
        new MaterializedViews(
            directory, partitions, clock, options.views().maxRows(), maintenance::runSoon);
    try {
      configs.requireShareable(directory.all().stream().map(TableSchema::config).toList());
      partitions.openAll();
    } catch (RuntimeException | Error e) {
      partitions.close();
      sealers.shutdownNow();
      tables.close();
      apiKeys.close();
      throw e;
    }
    warnOfUnserved();
    FeedHost feedHost =
        new NodeFeeds(
            directory,
            partitions,
            sources,
            options,
            diskGuard,
            context,
            decoders,
            keys,
            failureRatios);
    this.feeds = new Feeds(feedHost, sources.areRead());
    this.feedIntake = new FeedIntake(feedHost);
    this.tails = new TailReplicas(directory, partitions, feeds);
    String node = options.node();
    this.ownership =
        node == null
            ? null
            : new Ownership(
                node, directory, partitions, feeds, tails, sources, alarms, this::takeOverCatalog);
    maintenance.start();
    tables.start();
    apiKeys.start();
    discovery.start();
    feeds.refresh();
    if (ownership != null) {
      ownership.start();
    }
    LOG.log(
        INFO,
        "{0} is open: {1} collections, {2} partitions",
        folder.root(),
        directory.all().size(),
        partitions.all().size());
  }

  /// The secret behind private fields.
  ///
  /// @param named by the settings; null: none is
  private static KeyFile secret(DataFolder folder, @Nullable Path named) {
    if (named != null) {
      return new KeyFile(named);
    }
    Path own = folder.key(StoreKeys.DEFAULT_PROJECT);
    return folder.node() != null && folder.home() instanceof StoreHome.Bucket
        ? KeyFile.notMade(
            own,
            "processes that share a bucket have no folder in common, and private values must be hidden by the same secret everywhere: put one file with 64 hexadecimal digits on each machine (openssl rand -hex 32) and name it with privacy.keyFile")
        : new KeyFile(own);
  }

  /// Writes the address under which this process serves into the lock file, for `import` and
  /// `status`.
  public void publishAddress(String address) {
    lock.publish(address);
  }

  /// By group, the partitions that this process owns now, whose newest rows nobody else has. One
  /// that is handed over counts until it is sealed.
  public Map<Integer, List<Integer>> owned() {
    Map<Integer, List<Integer>> owned = new TreeMap<>();
    for (PartitionView view : partitions.all()) {
      if (view instanceof Partition partition && !partition.isFenced()) {
        PartitionId id = partition.id();
        owned.computeIfAbsent(id.group(), _ -> new ArrayList<>()).add(id.partition());
      }
    }
    return owned;
  }

  /// Replicates, from now on and where others own them, the tails of these partitions and no
  /// others, by group: their logs are read here too, and {@link #snapshot(String, Set,
  /// QueryContext)} can show their newest rows. Nothing where nothing is shared.
  public void replicate(Map<Integer, List<Integer>> wanted) {
    tails.want(wanted);
    if (ownership != null) {
      ownership.lookSoon();
    }
  }

  /// By group, the partitions whose tails are replicated here now, as far at least as their logs
  /// reached when that began.
  public Map<Integer, List<Integer>> replicated() {
    return tails.caughtUp();
  }

  /// Groups whose tails nobody can replicate, as their rows are not told by one log alone: why, by
  /// group.
  public Map<Integer, String> unreplicated() {
    return tails.obstacles();
  }

  /// Groups that are fed by logs outside, so that somebody has to own each of their partitions:
  /// names by id.
  public Map<Integer, String> fedGroups() {
    Map<Integer, String> groups = new TreeMap<>();
    for (TableSchema schema : directory.all()) {
      if (schema.config().source().feed() != null) {
        groups.put(schema.groupId(), directory.group(schema.groupId()).name());
      }
    }
    return groups;
  }

  /// How many partitions a group has.
  public int partitions(int groupId) {
    return directory.group(groupId).partitions();
  }

  @Override
  public void requireMay(String collection, Caller caller) {
    OwnRows _ = OwnRows.of(caller, directory.named(collection));
  }

  @Override
  public CompletableFuture<IngestResult> ingest(
      String collection, byte[] body, Caller caller, @Nullable String idempotencyKey) {
    try {
      TableSchema schema = directory.named(collection);
      OwnRows own = OwnRows.of(caller, schema);
      IdempotencyKey key =
          idempotencyKey == null ? null : IdempotencyKey.of(caller, schema, idempotencyKey);
      if (schema.config().source().feed() != null) {
        if (key != null) {
          throw new TytoException(
              ErrorCode.BAD_USER_INPUT,
              "events of %s go to a topic as they are, so they bring their ids themselves"
                  .formatted(collection));
        }
        return feedIntake.ingest(schema, body, own);
      }
      requireOwnLog(schema);
      return intake.ingest(route(collection), body, own, key);
    } catch (TytoException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public FileImportResult importFile(
      FileImport request, InputStream content, ImportProgress progress) {
    return imports.run(() -> route(request.collection()), request, content, progress);
  }

  @Override
  public List<TableSchema> collections() {
    return directory.all();
  }

  @Override
  public List<TableSchema> versions(String collection) {
    return directory.versions(collection);
  }

  @Override
  public long catalogVersion() {
    return directory.schemasVersion();
  }

  @Override
  public ApplyResult applyConfigs(List<ConfigFile> files) {
    return configs.apply(files);
  }

  private CompletableFuture<Void> takeOverApplied() {
    CompletableFuture<Void> committed = takeOverCatalog();
    if (ownership != null) {
      ownership.lookSoon();
    }
    return committed;
  }

  private CompletableFuture<Void> takeOverCatalog() {
    CompletableFuture<Void> committed = partitions.takeOverSchemas();
    warnOfUnserved();
    failureRatios.clear();
    feeds.refresh();
    return committed;
  }

  /// Alerts are there without a feed where several processes share a folder.
  private void requireOwnLog(TableSchema schema) {
    if (options.node() != null) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "%s gathers alerts of %s and takes no events of its own here: with `ownership: group` no process keeps a log. Give such events a collection with source.kafka, or run one process with `ownership: all`"
              .formatted(schema.name(), schema.config().source().alertsOf()));
    }
  }

  @Override
  public ConfigPlan diffConfigs(List<ConfigFile> files) {
    return configs.diff(files);
  }

  @Override
  public List<ConfigVersion> configHistory(String collection) {
    return directory.history(collection);
  }

  @Override
  public List<SavedCohort> cohorts() {
    return cohorts.all();
  }

  @Override
  public SavedCohort saveCohort(
      String entity, String name, String definition, @Nullable Long expectedVersion) {
    return cohorts.save(entity, name, definition, expectedVersion);
  }

  @Override
  public boolean dropCohort(String entity, String name) {
    return cohorts.drop(entity, name);
  }

  @Override
  public List<SavedItem> savedItems() {
    return saved.all();
  }

  @Override
  public SavedItem saveItem(SavedInput input) {
    return saved.save(input);
  }

  @Override
  public boolean dropItem(String id) {
    return saved.drop(id);
  }

  @Override
  public List<ViewCollection> viewCollections() {
    return views.viewCollections();
  }

  @Override
  public List<ViewStatus> views() {
    return views.views();
  }

  @Override
  public ViewStatus createView(ViewInput input, Caller caller) {
    return views.createView(input, caller);
  }

  @Override
  public ViewStatus refreshView(String name) {
    return views.refreshView(name);
  }

  @Override
  public void dropView(String name) {
    views.dropView(name);
  }

  @Override
  public Status status() {
    long bytes = 0;
    List<String> raised = new ArrayList<>(alarms.all());
    for (PartitionView partition : partitions.all()) {
      bytes += partition.logBytes();
      partition.alarms().forEach(alarm -> raised.add(partition.id() + ": " + alarm));
    }
    raised.addAll(failureRatios.alarms());
    raised.addAll(feeds.alarms());
    List<CollectionStatus> collections = new ArrayList<>();
    for (TableSchema schema : directory.all()) {
      CollectionStatus status = partitions.statusOf(schema);
      bytes += status.bytes();
      collections.add(status);
    }
    List<PartitionStatus> standing = new ArrayList<>();
    for (PartitionView partition : partitions.all()) {
      standing.add(partition.status(directory.group(partition.id().group()).name()));
    }
    return new Status(
        bytes, diskGuard.freeBytes(), collections, standing, feeds.status(), views.ages(), raised);
  }

  @Override
  public List<String> acceptFeed(String topic, int partition) {
    return feeds.accept(topic, partition);
  }

  @Override
  public PipelineStatus pipeline() {
    return new PipelineStatus(pipeline.status(directory.all()), plugins.jars());
  }

  @Override
  public List<TableStatus> tables() {
    return tables.status();
  }

  @Override
  public boolean reloadTable(String table) {
    return tables.reload(table);
  }

  @Override
  public List<ApiKey> keys() {
    return apiKeys.keys();
  }

  @Override
  public @Nullable ApiKey key(String id) {
    return apiKeys.key(id);
  }

  @Override
  public NewKey createKey(KeyInput input) {
    return apiKeys.createKey(input);
  }

  @Override
  public @Nullable NewKey createFirstKey() {
    return apiKeys.createFirstKey();
  }

  @Override
  public NewKey rotateKey(String id, Duration overlap) {
    return apiKeys.rotateKey(id, overlap);
  }

  @Override
  public ApiKey revokeKey(String id) {
    return apiKeys.revokeKey(id);
  }

  @Override
  public void used(String id, Instant at) {
    apiKeys.used(id, at);
  }

  /// What is wrong right now; whoever runs beside the node adds what is wrong with itself.
  public Alarms alarms() {
    return alarms;
  }

  @Override
  public boolean isReady() {
    return !isClosed && !diskGuard.isReadOnly();
  }

  @Override
  public Object stored(ColumnSpec column, Object value) {
    Privacy privacy = column.privacy();
    if (privacy == null || !column.isHidden()) {
      return value;
    }
    ColumnType.Scalar type = column.type().element();
    byte[] kept = keys.values().apply(privacy, type, Values.toBytes(type, value));
    return kept == null ? value : Values.fromBytes(type, kept);
  }

  @Override
  public TableSnapshot snapshot(String collection, QueryContext context) {
    return collection.startsWith(View.PREFIX)
        ? views.snapshot(collection.substring(View.PREFIX.length()), context)
        : snapshots.of(collection);
  }

  @Override
  public TableSnapshot snapshot(String collection, Set<Integer> tailsOf, QueryContext context) {
    return tailsOf.isEmpty() || collection.startsWith(View.PREFIX)
        ? snapshot(collection, context)
        : snapshots.of(collection, tailsOf);
  }

  @Override
  public TableSnapshot snapshot(String collection) {
    if (collection.startsWith(View.PREFIX)) {
      return views.snapshot(collection.substring(View.PREFIX.length()));
    }
    return snapshots.of(collection);
  }

  @Override
  public @Nullable Map<String, Kept> entity(
      String entity, Object key, Caller caller, Duration timeout) {
    List<TableSchema> schemas =
        directory.all().stream()
            .filter(schema ->
                schema.config().entity() != null && schema.config().entity().name().equals(entity))
            .filter(schema ->
                Guard.may(caller, Verb.RECORDS, schema) && !Guard.isRestricted(caller, schema))
            .toList();
    if (schemas.isEmpty()) {
      throw new TytoException(ErrorCode.NOT_FOUND, "no collection has the entity " + entity);
    }
    return EntityLookup.find(
        schemas,
        key,
        partitions.viewsOf(schemas.getFirst().groupId()),
        directory.placement(schemas.getFirst().groupId()),
        this::stored,
        timeout);
  }

  /// The secret that signs cursors, the same in all processes that share the folder; made when it
  /// is first asked for. STORE_FAILED, KEY_MISSING.
  public byte[] cursorKey() {
    if (store.isRemote()) {
      return StoredSecret.of(store, StoreKeys.cursorSecret(StoreKeys.DEFAULT_PROJECT));
    }
    cursorKey.create();
    return cursorKey.secret();
  }

  /// The newest version of a collection. UNKNOWN_COLLECTION.
  TableSchema collection(String name) {
    return directory.named(name);
  }

  /// The dead letters of a collection as rows; the caller closes it. See {@link DeadLetters}.
  public TableSnapshot deadLetters(String collection) {
    return snapshots.deadLetters(collection);
  }

  /// Makes rows of dead letters that fit by now; see {@link
  /// io.tyto.model.port.DeadLetterService#replay}.
  public ReplayResult replay(ReplayRequest request) {
    return replays.run(route(request.collection()), request);
  }

  /// Seals and commits everything accepted so far in what this process owns; returns when it is
  /// committed.
  public void flush() {
    flushed(flushing());
  }

  @Override
  public void seal() {
    flushed(flushing().orTimeout(SEAL_MINUTES, TimeUnit.MINUTES));
  }

  private CompletableFuture<Void> flushing() {
    List<CompletableFuture<Void>> flushes = new ArrayList<>();
    for (Partition partition : partitions.owned()) {
      flushes.add(partition.flush());
    }
    return CompletableFuture.allOf(flushes.toArray(CompletableFuture[]::new));
  }

  private static void flushed(CompletableFuture<Void> all) {
    try {
      all.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof TimeoutException) {
        throw new TytoException(
            ErrorCode.OVERLOADED,
            "not everything could be sealed within %d minutes; `tyto status` says what waits"
                .formatted(SEAL_MINUTES),
            e);
      }
      if (e.getCause() instanceof TytoException cause) {
        throw new TytoException(cause.code(), String.valueOf(cause.getMessage()), cause);
      }
      throw e;
    }
  }

  /// Compacts and expires what is due, now instead of at the next interval.
  public void maintain() {
    maintenance.runNow();
  }

  /// Looks at the keys of events that no column reads, now instead of within the second.
  public void discover() {
    discovery.runNow();
  }

  /// Deletes objects that no manifest names any more, now instead of within the hour.
  public void collectGarbage() {
    partitions.owned().forEach(Partition::collectGarbage);
  }

  /// Rolls the rows of every segment of our own up again and compares them with the cells that are
  /// kept.
  ///
  /// @param repairs whether segments whose cells differ are written anew, each in a commit of its
  ///   own
  /// @return each difference, where it is first
  public List<String> verifyCubes(boolean repairs) {
    return partitions.owned().stream()
        .flatMap(partition -> partition.verifyCells(repairs).stream())
        .toList();
  }

  /// Adds the rows of every view up again and compares them with the cells that are kept.
  ///
  /// @param repairs whether cells that differ are made anew from the rows there are
  /// @param notes told what could not be compared
  /// @return each difference, where it is first
  public List<String> verifyViews(boolean repairs, Consumer<String> notes) {
    return views.verify(repairs, notes);
  }

  /// Seals what is owned and leaves it to others; queries go on, as of the seals. Nothing where
  /// nothing is shared.
  public void handOver() {
    if (ownership != null) {
      ownership.close();
    }
  }

  /// Begins to do the same and returns; this process goes on, and owns nothing until it comes back.
  public void withdraw() {
    if (ownership != null) {
      ownership.withdraw();
    }
  }

  /// Takes a share again after it was handed over; begins with it and returns.
  public void comeBack() {
    if (ownership != null) {
      ownership.comeBack();
    }
  }

  /// Whether one process has to own all partitions of a group, because a log feeds several of them.
  public boolean isOfOne(int groupId) {
    return ownership != null && ownership.isOfOne(groupId);
  }

  /// Stops taking events, finishes what is queued, hands over what is shared and gives the folder
  /// free.
  @Override
  public synchronized void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    maintenance.close();
    imports.close();
    if (ownership != null) {
      ownership.close();
    }
    feeds.close();
    discovery.close();
    partitions.close();
    tables.close();
    apiKeys.close();
    sealers.shutdownNow();
    sources.close();
    pipeline.close();
    plugins.close();
    store.close();
    lock.close();
  }

  /// A pipeline may have lost what a collection of the catalog still declares: that must not stop
  /// its events, and must be seen.
  private void warnOfUnserved() {
    for (TableSchema schema : directory.all()) {
      List<String> unserved = pipeline.unserved(schema);
      String topic = "enriched." + schema.name();
      if (unserved.isEmpty()) {
        alarms.clear(topic);
      } else {
        alarms.raise(topic, schema.name() + ": " + String.join("; ", unserved));
      }
    }
  }

  /// A group that is made for a topic has the topic's partitions, and places keys as its producers
  /// do: then a log feeds one partition.
  private GroupShape shapeOf(EventConfig config) {
    Feed feed = config.source().feed();
    if (feed != null) {
      // Asked before anything is stored: whoever applies the config is told of a missing setting.
      sources.of(feed.kind());
    }
    if (feed == null
        || feed.kind() != Feed.Kind.KAFKA
        || feed.partitioner() == Feed.Partitioner.NONE) {
      return new GroupShape(options.partitions(), KeyPlacement.XXH64);
    }
    int topicPartitions = sources.of(feed.kind()).describe(feed.topic()).partitions();
    return new GroupShape(
        topicPartitions,
        config.entity() == null
            ? KeyPlacement.XXH64
            : KeyPlacement.valueOf(feed.partitioner().name()));
  }

  private CollectionRoute route(String collection) {
    TableSchema schema = directory.named(collection);
    return CollectionRoute.of(
        schema,
        partitions.allOwnedOf(schema.groupId()),
        directory.placement(schema.groupId()),
        keys);
  }
}
