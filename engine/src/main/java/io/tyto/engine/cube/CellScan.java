package io.tyto.engine.cube;

import io.tyto.engine.scan.ScanContext;
import io.tyto.model.query.QueryContext;
import java.time.Duration;
import java.util.concurrent.ForkJoinPool;

/// What cells are made with, wherever no query waits for them.
public final class CellScan {
  /// Far longer than the longest compaction: cells have no deadline of their own.
  private static final Duration NO_DEADLINE = Duration.ofDays(1);

  private static final int SHARE_OF_HEAP = 4;

  private CellScan() {}

  /// One thread, so that queries have the others, and a quarter of the heap.
  public static ScanContext context() {
    long bytes = Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP;
    // The pool is never asked for a second thread.
    return new ScanContext(
        new QueryContext("cells", NO_DEADLINE, bytes), ForkJoinPool.commonPool(), 1, 0);
  }
}
