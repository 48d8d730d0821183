package io.tyto.ingest.feed;

import io.tyto.ingest.decode.DecodeContext;
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

/// What feeds ask the node they run in. Thread-safe.
public interface FeedHost {
  /// All collections with their newest schemas.
  List<TableSchema> collections();

  CatalogState catalog();

  /// Records a binding. Where another process bound the same topic first, that holds.
  ///
  /// @param before what it takes the place of; null: nothing is bound yet
  /// @return what holds now
  FeedBinding bind(@Nullable FeedBinding before, FeedBinding binding);

  /// Those partitions of a group that this process owns, by number. What it is about to hand over
  /// is not among them.
  Map<Integer, Partition> ownedOf(int groupId);

  /// Those partitions of a group that others own and whose tails are replicated here, by number.
  Map<Integer, TailReplica> replicasOf(int groupId);

  /// BAD_USER_INPUT where no such source is configured.
  LogSource source(Feed.Kind kind);

  DiskGuard diskGuard();

  DecodeContext context();

  DecoderRegistry decoders();

  /// The secret behind private fields.
  KeyFile keys();

  FailureRatios failureRatios();

  /// Whether a log halts where too many of its records are refused.
  boolean isPausedByRefusals();

  /// Whether lost records are accepted without asking.
  boolean isGapAccepted();
}
