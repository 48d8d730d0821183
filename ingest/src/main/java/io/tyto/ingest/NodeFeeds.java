package io.tyto.ingest;

import io.tyto.ingest.decode.DecodeContext;
import io.tyto.ingest.feed.DecoderRegistry;
import io.tyto.ingest.feed.FeedHost;
import io.tyto.ingest.letter.FailureRatios;
import io.tyto.ingest.log.LogSource;
import io.tyto.ingest.partition.DiskGuard;
import io.tyto.ingest.partition.Partition;
import io.tyto.ingest.partition.TailReplica;
import io.tyto.ingest.privacy.KeyFile;
import io.tyto.model.schema.Feed;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.catalog.CatalogState;
import io.tyto.store.catalog.CatalogState.FeedBinding;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A node as its feeds see it. Thread-safe, as its parts are.
record NodeFeeds(
    CollectionDirectory directory,
    Partitions partitions,
    LogSources sources,
    IngestOptions options,
    DiskGuard diskGuard,
    DecodeContext context,
    DecoderRegistry decoders,
    KeyFile keys,
    FailureRatios failureRatios)
    implements FeedHost {
  @Override
  public List<TableSchema> collections() {
    return directory.all();
  }

  @Override
  public CatalogState catalog() {
    return directory.state();
  }

  @Override
  public FeedBinding bind(@Nullable FeedBinding before, FeedBinding binding) {
    return directory.bind(before, binding);
  }

  @Override
  public Map<Integer, Partition> ownedOf(int groupId) {
    return partitions.ownedOf(groupId);
  }

  @Override
  public Map<Integer, TailReplica> replicasOf(int groupId) {
    return partitions.replicasOf(groupId);
  }

  @Override
  public LogSource source(Feed.Kind kind) {
    return sources.of(kind);
  }

  @Override
  public boolean isPausedByRefusals() {
    return options.refusals().isPausing();
  }

  @Override
  public boolean isGapAccepted() {
    return options.gapPolicy() == IngestOptions.GapPolicy.CONTINUE;
  }
}
