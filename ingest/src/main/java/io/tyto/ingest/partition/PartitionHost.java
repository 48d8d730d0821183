package io.tyto.ingest.partition;

import io.tyto.engine.state.StateMemory;
import io.tyto.ingest.DataFolder;
import io.tyto.ingest.IngestOptions;
import io.tyto.store.Disk;
import io.tyto.store.Store;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/// What all partitions of a process share. Its parts are thread-safe and outlive every partition.
///
/// @param writerId of the process start, by {@link #writerId}
/// @param sealers builds segments, off the writers' threads
/// @param commitRetry pauses before the outcome of a commit is asked for again
/// @param states where maps of entity states lie
public record PartitionHost(
    Store store,
    Disk disk,
    DataFolder folder,
    IngestOptions options,
    SchemaDirectory schemas,
    String writerId,
    Clock clock,
    ScheduledExecutorService sealers,
    DiskGuard diskGuard,
    CommitRetry commitRetry,
    StateMemory states) {
  private static final char NODE_END = ':';

  /// As much as this part of the heap's bound may states of entities take off it, before they go to
  /// files.
  private static final int STATES_SHARE = 4;

  /// With maps of entity states below the data folder.
  public PartitionHost(
      Store store,
      Disk disk,
      DataFolder folder,
      IngestOptions options,
      SchemaDirectory schemas,
      String writerId,
      Clock clock,
      ScheduledExecutorService sealers,
      DiskGuard diskGuard,
      CommitRetry commitRetry) {
    this(
        store,
        disk,
        folder,
        options,
        schemas,
        writerId,
        clock,
        sealers,
        diskGuard,
        commitRetry,
        new StateMemory(folder.states(), Runtime.getRuntime().maxMemory() / STATES_SHARE));
  }

  /// A new id for a process start; begins with the name of a process that shares its folder.
  ///
  /// @param node null: it shares nothing
  public static String writerId(@Nullable String node) {
    String start = UUID.randomUUID().toString();
    return node == null ? start : node + NODE_END + start;
  }

  /// The name in such an id; empty where there is none.
  static String nodeOf(String writerId) {
    return writerId.substring(0, Math.max(0, writerId.indexOf(NODE_END)));
  }

  /// Whether nobody else is expected to write into the store.
  boolean isAlone() {
    return options.node() == null;
  }
}
