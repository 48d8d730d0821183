package io.tyto.ingest.partition;

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
    CommitRetry commitRetry) {
  private static final char NODE_END = ':';

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
