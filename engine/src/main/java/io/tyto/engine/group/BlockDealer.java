package io.tyto.engine.group;

import io.tyto.engine.scan.BlockList;
import io.tyto.engine.source.RowSource;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.collections.IntArrayList;

/// Deals the blocks of a scan so that a thread keeps to one partition as long as it can: the
/// entities of a partition are in no other, so what threads gather about entities hardly overlaps.
/// Once every partition has a thread, the others help where most is left. Thread-safe.
final class BlockDealer {
  private final List<Share> shares = new ArrayList<>();
  private final AtomicInteger begun = new AtomicInteger();

  /// The blocks of one partition, in order.
  private record Share(int[] entries, AtomicInteger next) {
    int left() {
      return Math.max(0, entries.length - next.get());
    }
  }

  /// One thread's place; not thread-safe itself.
  final class Hand {
    private int share = -1;

    /// The next entry of the block list; called no more often, by all hands together, than there
    /// are entries.
    int take() {
      while (true) {
        if (share >= 0) {
          Share own = shares.get(share);
          int next = own.next.getAndIncrement();
          if (next < own.entries.length) {
            return own.entries[next];
          }
        }
        int fresh = begun.getAndIncrement();
        share = fresh < shares.size() ? fresh : fullest();
      }
    }
  }

  BlockDealer(BlockList blocks, List<RowSource> sources) {
    TreeMap<Integer, IntArrayList> byPartition = new TreeMap<>();
    for (int i = 0; i < blocks.size(); i++) {
      int partition = sources.get(blocks.source(i)).partition();
      byPartition.computeIfAbsent(partition, _ -> new IntArrayList()).addInt(i);
    }
    byPartition
        .values()
        .forEach(list -> shares.add(new Share(list.toIntArray(), new AtomicInteger())));
  }

  private int fullest() {
    int best = 0;
    for (int i = 1; i < shares.size(); i++) {
      best = shares.get(i).left() > shares.get(best).left() ? i : best;
    }
    return best;
  }
}
