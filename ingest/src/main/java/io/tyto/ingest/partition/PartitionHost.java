package io.tyto.ingest.partition;

import io.tyto.ingest.DataFolder;
import io.tyto.ingest.IngestOptions;
import io.tyto.store.Disk;
import io.tyto.store.Store;
import java.time.Clock;
import java.util.concurrent.ScheduledExecutorService;

/// What all partitions of a process share. Its parts are thread-safe and outlive every partition.
///
/// @param writerId UUID of the process start
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
    CommitRetry commitRetry) {}
