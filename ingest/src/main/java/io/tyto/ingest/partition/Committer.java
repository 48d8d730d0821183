package io.tyto.ingest.partition;

import static java.lang.System.Logger.Level.WARNING;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.manifest.Change;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.ManifestChain;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Commits one change after the other, and none before the outcome of the one before is known.
///
/// Thread-safe: sealing and compaction both commit here.
final class Committer {
  private static final System.Logger LOG = System.getLogger(Committer.class.getName());
  private static final String ALARM = "commit";

  private final ManifestChain chain;
  private final Alarms alarms;
  private final CommitRetry retry;
  private final CountDownLatch closed = new CountDownLatch(1);

  Committer(ManifestChain chain, Alarms alarms, CommitRetry retry) {
    this.chain = chain;
    this.alarms = alarms;
    this.retry = retry;
  }

  /// The manifest with the change. FENCED, or DISK_FULL with nothing committed; a commit whose
  /// outcome is unknown is asked for again until it is known, or until {@link #close}.
  synchronized Manifest commit(Change change) {
    while (true) {
      try {
        Manifest commit = chain.commit(change);
        alarms.clear(ALARM);
        return commit;
      } catch (TytoException e) {
        if (e.code() != ErrorCode.STORE_FAILED) {
          throw e;
        }
        LOG.log(WARNING, "the outcome of a commit is unknown; asking again", e);
        alarms.raise(ALARM, "the outcome of a commit is unknown: " + e.getMessage());
        if (isClosedWithin(retry.nextMillis())) {
          throw e;
        }
      }
    }
  }

  /// Gives up asking.
  void close() {
    closed.countDown();
  }

  private boolean isClosedWithin(long millis) {
    try {
      return closed.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
