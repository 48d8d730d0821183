package io.tyto.ingest;

import io.tyto.ingest.enrich.Pipeline;
import io.tyto.ingest.plugin.Plugins;
import io.tyto.store.maintenance.GarbageCollector;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Limits and timings of the ingest runtime. Every queue, wait and size has its number here.
///
/// @param partitions of a collection group created from now on; fixed for the life of the group
/// @param dedupWindow log offsets back to which a repeated event id is recognised
/// @param gapPolicy what to do where the log lost records that the manifest still expects
/// @param maintenanceInterval between looks for compaction, retention and garbage
/// @param importThreads threads that decode a file
/// @param pipeline enrichers of events; the node closes them when it is closed
/// @param plugins what brought some of them, and decoders; likewise
/// @param privacy how private values are hidden, and old ones forgotten
/// @param refusals what to do when many records are refused
/// @param home where the objects of the data folder lie
/// @param node name of this process among several that share the folder and its partitions; null:
///   it owns them all
/// @param tables what dimension tables are loaded with
/// @param views how large they become, and in which steps
/// @param rejoinChanges values that one rewrite of a segment changes where rows are joined again;
///   at least 1. Some 50 bytes each while it lasts
public record IngestOptions(
    int partitions,
    Durability durability,
    Log log,
    Seal seal,
    Compaction compaction,
    long dedupWindow,
    GapPolicy gapPolicy,
    Duration maintenanceInterval,
    int importThreads,
    Pipeline pipeline,
    Plugins plugins,
    Privacy privacy,
    Refusals refusals,
    StoreHome home,
    @Nullable String node,
    Tables tables,
    Views views,
    int rejoinChanges) {

  public static final IngestOptions DEFAULT =
      new IngestOptions(
          4,
          Durability.GROUP,
          Log.DEFAULT,
          Seal.DEFAULT,
          Compaction.DEFAULT,
          1L << 20,
          GapPolicy.HALT,
          Duration.ofSeconds(10),
          Math.max(1, Runtime.getRuntime().availableProcessors()),
          Pipeline.EMPTY,
          Plugins.builtIn(),
          Privacy.DEFAULT,
          Refusals.DEFAULT,
          StoreHome.FILES,
          null,
          Tables.DEFAULT,
          Views.DEFAULT,
          1 << 20);

  /// Damage or loss in the log.
  public enum GapPolicy {
    /// The partition does not start; the error names file and byteOffset.
    HALT,
    /// The lost offsets become a hole of kind GAP with an alarm, and ingestion goes on.
    CONTINUE
  }

  /// @param fileBytes a log file rolls when it has grown beyond this
  /// @param batchBytes the most that one fsync covers
  /// @param queueBytes of waiting batches per partition, beyond which requests get OVERLOADED
  /// @param pauseBelowBytes free disk below which file import pauses and seals go first
  /// @param readOnlyBelowBytes free disk below which nothing is taken (DISK_FULL)
  public record Log(
      long fileBytes,
      int batchBytes,
      long queueBytes,
      long pauseBelowBytes,
      long readOnlyBelowBytes) {
    public static final Log DEFAULT = new Log(64L << 20, 1 << 20, 32L << 20, 2L << 30, 1L << 30);
  }

  /// When a tail becomes a segment: at the first of these.
  ///
  /// @param age for a tail of at least `smallRows` rows
  /// @param smallAge for a smaller one
  /// @param maxWaiting frozen tails that may wait for their commit before the partition stops
  ///   reading
  /// @param threads that build segments, for all partitions together
  public record Seal(
      long rows,
      long bytes,
      Duration age,
      Duration smallAge,
      long smallRows,
      int maxWaiting,
      int threads) {
    public static final Seal DEFAULT =
        new Seal(
            1_000_000,
            64L << 20,
            Duration.ofSeconds(60),
            Duration.ofMinutes(10),
            1 << 16,
            3,
            // More than cores, because they wait for the disk too.
            Runtime.getRuntime().availableProcessors() + 2);
  }

  /// @param fanIn segments of like size that become one
  /// @param maxRows and `maxBytes`: no segment grows beyond
  public record Compaction(boolean enabled, int fanIn, long maxRows, long maxBytes) {
    public static final Compaction DEFAULT = new Compaction(true, 8, 16_000_000, 1L << 30);
  }

  /// @param stepRows a view that is built from history commits each time it has taken in so many
  ///   rows: as much is done again after a crash
  /// @param maxRows a view of more is not kept: a question of rows would be cheaper
  public record Views(long stepRows, int maxRows) {
    public static final Views DEFAULT = new Views(1L << 23, 1_000_000);
  }

  /// @param keyFile of the secret that hides private values; null: below the data folder
  /// @param snapshotAge how long a cursor can name a superseded manifest: until then the files with
  ///   old values stay
  public record Privacy(@Nullable Path keyFile, Duration snapshotAge) {
    public static final Privacy DEFAULT =
        new Privacy(null, GarbageCollector.Policy.DEFAULT.snapshotAge());
  }

  /// @param alarmRatio share of a collection's last 1,000 records, 0 to 1, beyond which there is an
  ///   alarm
  /// @param isPausing whether a log outside halts then until somebody decides
  public record Refusals(double alarmRatio, boolean isPausing) {
    public static final Refusals DEFAULT = new Refusals(0.05, false);
  }

  /// @param folder of the files that dimension tables name; null: there are none
  /// @param environment value of a variable, or null
  public record Tables(@Nullable Path folder, Function<String, @Nullable String> environment) {
    public static final Tables DEFAULT = new Tables(null, System::getenv);
  }

  public IngestOptions withTables(Tables value) {
    return with(changed -> changed.tables = value);
  }

  public IngestOptions withRefusals(Refusals value) {
    return with(changed -> changed.refusals = value);
  }

  public IngestOptions withHome(StoreHome value) {
    return with(changed -> changed.home = value);
  }

  public IngestOptions withNode(@Nullable String value) {
    return with(changed -> changed.node = value);
  }

  public IngestOptions withPrivacy(Privacy value) {
    return with(changed -> changed.privacy = value);
  }

  public IngestOptions withPartitions(int value) {
    return with(changed -> changed.partitions = value);
  }

  public IngestOptions withDurability(Durability value) {
    return with(changed -> changed.durability = value);
  }

  public IngestOptions withLog(Log value) {
    return with(changed -> changed.log = value);
  }

  public IngestOptions withSeal(Seal value) {
    return with(changed -> changed.seal = value);
  }

  public IngestOptions withCompaction(Compaction value) {
    return with(changed -> changed.compaction = value);
  }

  public IngestOptions withDedupWindow(long value) {
    return with(changed -> changed.dedupWindow = value);
  }

  public IngestOptions withMaintenanceInterval(Duration value) {
    return with(changed -> changed.maintenanceInterval = value);
  }

  public IngestOptions withGapPolicy(GapPolicy value) {
    return with(changed -> changed.gapPolicy = value);
  }

  public IngestOptions withPipeline(Pipeline value) {
    return with(changed -> changed.pipeline = value);
  }

  public IngestOptions withPlugins(Plugins value) {
    return with(changed -> changed.plugins = value);
  }

  public IngestOptions withViews(Views value) {
    return with(changed -> changed.views = value);
  }

  public IngestOptions withRejoinChanges(int value) {
    return with(changed -> changed.rejoinChanges = value);
  }

  private IngestOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.finish();
  }

  /// The same options while one of them is changed.
  private static final class Draft {
    private int partitions;
    private Durability durability;
    private Log log;
    private Seal seal;
    private Compaction compaction;
    private long dedupWindow;
    private GapPolicy gapPolicy;
    private Duration maintenanceInterval;
    private int importThreads;
    private Pipeline pipeline;
    private Plugins plugins;
    private Privacy privacy;
    private Refusals refusals;
    private StoreHome home;
    private @Nullable String node;
    private Tables tables;
    private Views views;
    private int rejoinChanges;

    Draft(IngestOptions options) {
      partitions = options.partitions;
      durability = options.durability;
      log = options.log;
      seal = options.seal;
      compaction = options.compaction;
      dedupWindow = options.dedupWindow;
      gapPolicy = options.gapPolicy;
      maintenanceInterval = options.maintenanceInterval;
      importThreads = options.importThreads;
      pipeline = options.pipeline;
      plugins = options.plugins;
      privacy = options.privacy;
      refusals = options.refusals;
      home = options.home;
      node = options.node;
      tables = options.tables;
      views = options.views;
      rejoinChanges = options.rejoinChanges;
    }

    IngestOptions finish() {
      return new IngestOptions(
          partitions,
          durability,
          log,
          seal,
          compaction,
          dedupWindow,
          gapPolicy,
          maintenanceInterval,
          importThreads,
          pipeline,
          plugins,
          privacy,
          refusals,
          home,
          node,
          tables,
          views,
          rejoinChanges);
    }
  }
}
