package io.tyto.ingest.letter;

import io.tyto.ingest.decode.Rejection;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// How many of the last records were refused, by collection and by where they came from, and the
/// alarms where they were too many. Thread-safe.
public final class FailureRatios {
  /// Records that a window looks back on, or the last block where that has more.
  static final int WINDOW = 1_000;

  private static final Rejection.Code[] CODES = Rejection.Code.values();

  private final double limit;
  private final Map<Key, Window> windows = new ConcurrentHashMap<>();

  private record Key(int collection, String place) {}

  /// Records of one collection that were read together. Thread-safety: none.
  public static final class Block {
    private final int[] byCode = new int[CODES.length];
    private int records;
    private int refused;

    public void read(int count) {
      records += count;
    }

    /// One of those that were read.
    public void refused(Rejection.Code code) {
      byCode[code.ordinal()]++;
      refused++;
    }
  }

  /// @param limit share of {@link #WINDOW} beyond which there is an alarm, 0 to 1
  public FailureRatios(double limit) {
    this.limit = limit;
  }

  /// Takes a block, which is not changed any more; returns the alarm where too many were refused.
  ///
  /// @param place where the records came from: `http`, or a log
  public @Nullable String add(TableSchema schema, String place, Block block) {
    if (block.records == 0) {
      return null;
    }
    return windows
        .computeIfAbsent(
            new Key(schema.collectionId(), place), _ -> new Window(schema.name(), place, limit))
        .add(block);
  }

  /// Begins anew: by other configs other records fit.
  public void clear() {
    windows.clear();
  }

  public List<String> alarms() {
    return windows.values().stream().map(Window::alarm).filter(Objects::nonNull).sorted().toList();
  }

  /// Holds at most {@link #WINDOW} blocks: each has a record.
  private static final class Window {
    private final String collection;
    private final String place;
    private final double limit;
    private final Deque<Block> blocks = new ArrayDeque<>();
    private final int[] byCode = new int[CODES.length];
    private long records;
    private long refused;

    private Window(String collection, String place, double limit) {
      this.collection = collection;
      this.place = place;
      this.limit = limit;
    }

    private synchronized @Nullable String add(Block block) {
      blocks.addLast(block);
      count(block, 1);
      while (records - blocks.getFirst().records >= WINDOW) {
        count(blocks.removeFirst(), -1);
      }
      return alarm();
    }

    private void count(Block block, int sign) {
      records += (long) sign * block.records;
      refused += (long) sign * block.refused;
      for (int i = 0; i < byCode.length; i++) {
        byCode[i] += sign * block.byCode[i];
      }
    }

    /// A few refused records of a few are no alarm: the share is of a full window.
    private synchronized @Nullable String alarm() {
      if (refused <= limit * Math.max(records, WINDOW)) {
        return null;
      }
      return "%s: of the last %,d records from %s, %,d were refused (%.0f %%), most of them as %s. To see why: tyto dead-letters reasons %s"
          .formatted(
              collection,
              records,
              place,
              refused,
              100.0 * refused / records,
              CODES[mostFrequent()],
              collection);
    }

    private int mostFrequent() {
      int most = 0;
      for (int i = 1; i < byCode.length; i++) {
        most = byCode[i] > byCode[most] ? i : most;
      }
      return most;
    }
  }
}
