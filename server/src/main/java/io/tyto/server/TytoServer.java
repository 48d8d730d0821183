package io.tyto.server;

import io.tyto.engine.EngineOptions;
import io.tyto.engine.LocalQueryService;
import io.tyto.engine.live.LiveOptions;
import io.tyto.engine.live.LiveQueries;
import io.tyto.gateway.Gateway;
import io.tyto.gateway.GatewayOptions;
import io.tyto.gateway.Guards;
import io.tyto.gateway.SocketOptions;
import io.tyto.gateway.document.DocumentPolicy;
import io.tyto.gateway.export.ExportOptions;
import io.tyto.gateway.http.ListenAddress;
import io.tyto.gateway.limits.CostGate;
import io.tyto.graphqlschema.GraphQlOptions;
import io.tyto.ingest.DataFolder;
import io.tyto.ingest.Durability;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.LocalDeadLetters;
import io.tyto.ingest.LocalNode;
import io.tyto.model.access.ApiKey;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ApplyResult;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.KeyService.NewKey;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.tyto.server.settings.StoreSettings;
import io.tyto.store.Disk;
import io.tyto.store.audit.AuditFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// One process that does everything: ingest, storage, queries and the gateway over one data folder.
///
/// Lifetime: from {@link #start} to {@link #close}; accepted events stay in the log and come back.
public final class TytoServer implements AutoCloseable {
  private static final Duration EXPORT_STALL = Duration.ofMinutes(1);

  private final LocalNode node;
  private final Fleet fleet;
  private final LiveQueries live;
  private final Gateway gateway;
  private final AccessControl access;
  private final AuditFiles audit;
  private final ApplyResult configs;
  private final GatewayOptions options;
  private final @Nullable NewKey firstKey;
  private final CompletableFuture<Void> stopAsked;

  private TytoServer(
      LocalNode node,
      Fleet fleet,
      LiveQueries live,
      Gateway gateway,
      AccessControl access,
      AuditFiles audit,
      ApplyResult configs,
      GatewayOptions options,
      CompletableFuture<Void> stopAsked) {
    this.node = node;
    this.fleet = fleet;
    this.live = live;
    this.gateway = gateway;
    this.access = access;
    this.audit = audit;
    this.configs = configs;
    this.options = options;
    this.stopAsked = stopAsked;
    // Not before it listens: a key that nobody gets to see would be the first one for ever.
    this.firstKey = access.isOpen() ? null : node.createFirstKey();
  }

  /// Recovers the data folder, applies the configs and listens.
  ///
  /// @param configFiles taken over before serving; an incompatible one stops the start
  public static TytoServer start(Settings settings, List<ConfigFile> configFiles, Clock clock) {
    AccessControl.check(settings);
    String name = nodeOf(settings);
    LocalNode node = openNode(settings, name, clock, !ClusterSettings.isGateway(settings));
    try {
      ApplyResult applied =
          configFiles.isEmpty() ? ApplyResult.NOTHING : node.applyConfigs(configFiles);
      DataFolder folder = StoreSettings.folder(settings, name);
      AccessControl access = AccessControl.open(settings, node, folder, clock);
      try {
        return serve(settings, node, access, audit(settings, folder, clock), applied, clock);
      } catch (RuntimeException e) {
        access.close();
        throw e;
      }
    } catch (RuntimeException e) {
      node.close();
      throw e;
    }
  }

  private static AuditFiles audit(Settings settings, DataFolder folder, Clock clock) {
    AuditFiles.Limits limits =
        new AuditFiles.Limits(
            AuditFiles.Limits.DEFAULT.fileBytes(), settings.number(Setting.AUDIT_KEEP));
    return AuditFiles.open(folder.audit(), Disk.SYSTEM, limits, clock);
  }

  private static TytoServer serve(
      Settings settings,
      LocalNode node,
      AccessControl access,
      AuditFiles audit,
      ApplyResult applied,
      Clock clock) {
    GatewayOptions options = gatewayOptions(settings);
    CompletableFuture<Void> stopAsked = new CompletableFuture<>();
    Fleet fleet = Fleet.join(settings, node, () -> stopAsked.complete(null));
    LocalQueryService queries = fleet.queries();
    Guards guards = guards(options, node, access, clock);
    LiveQueries live =
        new LiveQueries(queries, node, liveOptions(settings, options), guards.gate(), clock);
    try {
      DeadLetterService letters =
          new LocalDeadLetters(node, queries.over(LocalDeadLetters.snapshots(node)));
      Gateway gateway =
          Gateway.start(
              options,
              queries,
              letters,
              node,
              live,
              node,
              node,
              guards,
              Observing.of(settings, fleet, live, audit, clock),
              clock);
      applied.entries(Caller.SYSTEM.id()).forEach(audit::record);
      TytoServer server =
          new TytoServer(node, fleet, live, gateway, access, audit, applied, options, stopAsked);
      node.publishAddress(server.commandAddress());
      return server;
    } catch (RuntimeException e) {
      audit.close();
      live.close();
      fleet.close();
      throw e;
    }
  }

  /// The node alone, for commands that work on a folder no server holds; it reads no topics.
  public static LocalNode openNode(Settings settings, Clock clock) {
    return openNode(settings, null, clock, false);
  }

  /// @return null where the process shares its folder with nobody
  static @Nullable String nodeOf(Settings settings) {
    if (!settings.text(Setting.OWNERSHIP).equals("group")) {
      return null;
    }
    String node = settings.text(Setting.NODE);
    if (node.isEmpty()) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "`ownership` is `group`, and `node` is empty: give each process that shares the folder a name of its own, the same after each restart");
    }
    return node;
  }

  private static LocalNode openNode(
      Settings settings, @Nullable String node, Clock clock, boolean isReading) {
    Path data = settings.path(Setting.DATA);
    Extensions extensions = Extensions.of(settings);
    try {
      IngestOptions options =
          ingestOptions(settings)
              .withPlugins(extensions.plugins())
              .withPipeline(extensions.pipeline())
              .withHome(StoreSettings.home(settings))
              .withNode(node)
              .withTables(
                  new IngestOptions.Tables(
                      configFolder(settings.path(Setting.CONFIG)), System::getenv));
      return LocalNode.open(
          data, options, Disk.SYSTEM, clock, new LogConnections(settings, isReading));
    } catch (RuntimeException | Error e) {
      extensions.close();
      throw e;
    }
  }

  /// Where files of dimension tables are looked for: beside the configs.
  private static @Nullable Path configFolder(Path configs) {
    return Files.isDirectory(configs) ? configs : configs.toAbsolutePath().getParent();
  }

  /// Queries over such a node; the caller closes them first.
  public static LocalQueryService openQueries(LocalNode node, Settings settings) {
    return new LocalQueryService(node, engineOptions(settings));
  }

  /// Where callers ask; of a process of role `node`, whom none do, the same as operators.
  public String address() {
    if (options.host().isEmpty()) {
      return commandAddress();
    }
    String scheme = options.http().tls() == null ? "http://" : "https://";
    return scheme + host(options.host()) + ":" + gateway.port();
  }

  /// Where the commands of this machine ask.
  public String commandAddress() {
    ListenAddress admin = options.http().admin();
    String host = admin.isLoopback() ? admin.host() : ListenAddress.ANY_OF_LOOPBACK.host();
    return "http://" + host + ":" + gateway.commandPort();
  }

  /// Whether others than this machine can reach what the settings say.
  public static boolean isLoopback(Settings settings) {
    return AccessControl.isLoopback(settings);
  }

  public LocalNode node() {
    return node;
  }

  /// What is followed by subscriptions.
  public LiveQueries live() {
    return live;
  }

  public ApplyResult configs() {
    return configs;
  }

  /// A key that may do everything, made by this start because there was none, to be shown once.
  public @Nullable NewKey firstKey() {
    return firstKey;
  }

  /// Completes when an operator wants this process to end; whoever started it closes it then.
  public CompletableFuture<Void> stopAsked() {
    return stopAsked.copy();
  }

  @Override
  public void close() {
    gateway.close();
    access.close();
    audit.close();
    live.close();
    // Others have to know that the rows are sealed before nobody answers for them here.
    node.handOver();
    fleet.close();
    node.close();
  }

  static IngestOptions ingestOptions(Settings settings) {
    IngestOptions defaults = IngestOptions.DEFAULT;
    IngestOptions.Log log = defaults.log();
    IngestOptions.Seal seal = defaults.seal();
    return defaults
        .withPartitions(Math.toIntExact(settings.number(Setting.PARTITIONS)))
        .withDurability(
            Durability.valueOf(settings.text(Setting.LOG_DURABILITY).toUpperCase(Locale.ROOT)))
        .withLog(
            new IngestOptions.Log(
                settings.number(Setting.LOG_FILE_BYTES),
                log.batchBytes(),
                log.queueBytes(),
                settings.number(Setting.DISK_PAUSE_BELOW),
                settings.number(Setting.DISK_READ_ONLY_BELOW)))
        .withGapPolicy(
            IngestOptions.GapPolicy.valueOf(
                settings.text(Setting.LOG_GAP_POLICY).toUpperCase(Locale.ROOT)))
        .withSeal(
            new IngestOptions.Seal(
                settings.number(Setting.SEAL_ROWS),
                settings.number(Setting.SEAL_BYTES),
                settings.duration(Setting.SEAL_AGE),
                settings.duration(Setting.SEAL_SMALL_AGE),
                seal.smallRows(),
                seal.maxWaiting(),
                seal.threads()))
        .withPrivacy(
            new IngestOptions.Privacy(
                settings.text(Setting.PRIVACY_KEY_FILE).isEmpty()
                    ? null
                    : settings.path(Setting.PRIVACY_KEY_FILE),
                defaults.privacy().snapshotAge()))
        .withRefusals(
            new IngestOptions.Refusals(
                Double.parseDouble(settings.text(Setting.DEAD_LETTERS_ALARM_RATIO)),
                Boolean.parseBoolean(settings.text(Setting.DEAD_LETTERS_PAUSE))))
        .withDedupWindow(settings.number(Setting.DEDUP_WINDOW));
  }

  static EngineOptions engineOptions(Settings settings) {
    int cores = Runtime.getRuntime().availableProcessors();
    EngineOptions defaults = EngineOptions.defaults();
    return defaults
        .withWorkers(Math.toIntExact(settings.number(Setting.QUERY_THREADS, cores)))
        .withCache(settings.number(Setting.QUERY_CACHE, defaults.cacheBytes()));
  }

  private static DocumentPolicy documents(LocalNode node, Caller caller) {
    ApiKey key = caller.kind() == Caller.Kind.KEY ? node.key(caller.id()) : null;
    return key == null ? DocumentPolicy.ANY : DocumentPolicy.valueOf(key.documents().name());
  }

  private static Guards guards(
      GatewayOptions options, LocalNode node, AccessControl access, Clock clock) {
    CostGate.Limits limits =
        new CostGate.Limits(
            name -> access.rules().get().limits(name),
            project -> access.rules().get().quota(project));
    return new Guards(
        access.authenticator(),
        new CostGate(limits, options.queryConcurrency(), clock),
        caller -> documents(node, caller),
        access.rules());
  }

  private static LiveOptions liveOptions(Settings settings, GatewayOptions options) {
    return LiveOptions.defaults()
        .withLimits(
            Math.toIntExact(settings.number(Setting.LIVE_QUERIES)),
            Math.toIntExact(settings.number(Setting.LIVE_SUBSCRIBERS)),
            Math.toIntExact(settings.number(Setting.LIVE_EVENT_SUBSCRIBERS)))
        .withQuery(options.queryTimeout(), options.queryMemoryBytes());
  }

  static GatewayOptions gatewayOptions(Settings settings) {
    String listen = settings.text(Setting.LISTEN);
    int colon = listen.lastIndexOf(':');
    return new GatewayOptions(
        ClusterSettings.isNode(settings) ? "" : listen.substring(0, colon),
        Integer.parseInt(listen.substring(colon + 1)),
        Math.toIntExact(settings.number(Setting.HTTP_QUERY_BYTES)),
        Math.toIntExact(settings.number(Setting.HTTP_INGEST_BYTES)),
        Math.toIntExact(settings.number(Setting.HTTP_UNZIPPED_BYTES)),
        settings.duration(Setting.QUERY_TIMEOUT),
        settings.number(Setting.QUERY_MEMORY, Runtime.getRuntime().maxMemory() / 4),
        Math.toIntExact(settings.number(Setting.QUERY_CONCURRENCY, CostGate.scansOfMachine())),
        HttpSettings.of(settings),
        GraphQlOptions.DEFAULT,
        SocketOptions.DEFAULT.withConnections(
            Math.toIntExact(settings.number(Setting.LIVE_CONNECTIONS))),
        new ExportOptions(
            settings.duration(Setting.EXPORT_TIMEOUT),
            EXPORT_STALL,
            Math.toIntExact(settings.number(Setting.EXPORT_CONCURRENCY)),
            Path.of(settings.text(Setting.DATA), "exports"),
            settings.number(Setting.EXPORT_BYTES),
            settings.duration(Setting.EXPORT_KEEP)));
  }

  /// The host as clients on this machine reach it.
  private static String host(String listen) {
    return switch (listen) {
      case "0.0.0.0", "::", "[::]" -> "127.0.0.1";
      default -> listen;
    };
  }
}
