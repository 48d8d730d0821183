package io.tyto.ingest;

import io.tyto.engine.cube.CellScan;
import io.tyto.engine.cube.CubeBuilder;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.RowSource;
import io.tyto.ingest.config.StoredRows;
import io.tyto.ingest.table.Tables;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ApplyResult;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.AdminService.ConfigPlan;
import io.tyto.model.schema.Anomaly;
import io.tyto.model.schema.Cube;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Feed;
import io.tyto.model.schema.Lifetime;
import io.tyto.model.schema.TableSchema;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Takes configs over, and says what that would mean. Thread-safe.
final class ConfigApplier {
  /// So long an apply waits for events that were filled by the configs of before.
  private static final long COMMIT_SECONDS = 30;

  private final CollectionDirectory directory;
  private final Tables tables;
  private final Partitions partitions;
  private final CollectionSnapshots snapshots;
  private final Clock clock;
  private final boolean isShared;
  private final Supplier<CompletableFuture<Void>> takeOver;

  /// @param isShared several processes share the folder
  /// @param takeOver brings the node to the catalog as it is now; completed when what was taken in
  ///   before is committed
  ConfigApplier(
      CollectionDirectory directory,
      Tables tables,
      Partitions partitions,
      CollectionSnapshots snapshots,
      Clock clock,
      boolean isShared,
      Supplier<CompletableFuture<Void>> takeOver) {
    this.directory = directory;
    this.tables = tables;
    this.partitions = partitions;
    this.snapshots = snapshots;
    this.clock = clock;
    this.isShared = isShared;
    this.takeOver = takeOver;
  }

  /// See {@link io.tyto.model.port.AdminService#applyConfigs}.
  ApplyResult apply(List<ConfigFile> files) {
    // Before any collection looks into them, and outside of the directory's lock: a load takes
    // time.
    CollectionDirectory.PlannedTables planned =
        directory.check(files, this::stored, this::requireShareable);
    tables.define(planned.tables(), planned.joined());
    Map<String, Filling> filledBefore = fillings();
    ApplyResult result =
        directory.apply(files, this::stored, this::requireShareable, planned.plans());
    CompletableFuture<Void> committed = takeOver.get();
    if (!fillings().equals(filledBefore)) {
      awaitCommit(committed);
    }
    return result;
  }

  /// See {@link io.tyto.model.port.AdminService#diffConfigs}.
  ConfigPlan diff(List<ConfigFile> files) {
    return directory.diff(files, this::stored);
  }

  /// What partitions fill by the rows before, which is not in the log: a replay fills it by the
  /// config that holds then.
  private record Filling(
      List<Lifetime.Measure> running, List<Anomaly> rules, @Nullable String alertsOf) {}

  private Map<String, Filling> fillings() {
    Map<String, Filling> fillings = new HashMap<>();
    for (TableSchema schema : directory.all()) {
      Lifetime lifetime = schema.config().lifetime();
      String alertsOf = schema.config().source().alertsOf();
      if (!lifetime.running().isEmpty() || !lifetime.anomalies().isEmpty() || alertsOf != null) {
        fillings.put(
            schema.name(), new Filling(lifetime.running(), lifetime.anomalies(), alertsOf));
      }
    }
    return fillings;
  }

  /// Waits until what was filled by the configs of before cannot be filled anew any more.
  private static void awaitCommit(CompletableFuture<Void> committed) {
    try {
      committed.get(COMMIT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new TytoException(
          ErrorCode.OVERLOADED,
          "the configs are applied, but events that came before are not committed within %d s (%s): were the process killed now, their states and marks would be those of the new configs. `tyto status` says what the commit waits for"
              .formatted(COMMIT_SECONDS, e),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(
          ErrorCode.CANCELLED, "interrupted while events of before the configs were committed", e);
    }
  }

  /// A folder of several processes takes collections of Kafka only, and alerts of such, which are
  /// made where their events are taken in: what is sent to one process and kept in its own log
  /// would be lost to the others.
  void requireShareable(List<EventConfig> configs) {
    if (!isShared) {
      return;
    }
    for (EventConfig config : configs) {
      String of = config.source().alertsOf();
      Feed feed = (of == null ? config : configOf(of, configs)).source().feed();
      if (feed == null || feed.kind() != Feed.Kind.KAFKA) {
        throw new TytoException(
            ErrorCode.CONFIG_INVALID,
            "the collection %s has no source.kafka, and `ownership: group` shares out collections of Kafka only, and alerts of such: the local log serves one process. Give %s a topic, or run one process with `ownership: all`"
                .formatted(of == null ? config.collection() : of, of == null ? "it" : "that"));
      }
    }
  }

  private EventConfig configOf(String collection, List<EventConfig> fresh) {
    return fresh.stream()
        .filter(config -> config.collection().equals(collection))
        .findFirst()
        .orElseGet(() -> directory.named(collection).config());
  }

  private StoredRows stored(TableSchema schema) {
    return partitions.stored(schema, clock.instant(), cube -> cells(schema, cube));
  }

  /// What a cube would hold of the segment with the most rows; null where there is none, or the
  /// cube is about fields that are not stored yet.
  private StoredRows.@Nullable Cells cells(TableSchema schema, Cube cube) {
    try (TableSnapshot snapshot = snapshots.of(schema.name())) {
      RowSource largest =
          snapshot.sources().stream()
              .max(Comparator.comparingInt(RowSource::rowCount))
              .filter(source -> source.rowCount() > 0)
              .orElse(null);
      boolean isStored = cube.dimensions().stream().allMatch(name -> schema.column(name) != null);
      return largest == null || !isStored
          ? null
          : new StoredRows.Cells(
              CubeBuilder.cells(schema, cube, largest, CellScan.context()), largest.rowCount());
    }
  }
}
