package io.tyto.engine.aggregate;

import com.datadoghq.sketch.ddsketch.DDSketch;
import com.datadoghq.sketch.ddsketch.mapping.BitwiseLinearlyInterpolatedMapping;
import java.util.Arrays;
import java.util.function.IntFunction;

/// Counts values by group and by bin of the sketch's mapping, in one array: what a sketch does a
/// value at a time behind two interfaces. Not thread-safe.
final class SketchCounts {
  /// The bins of all sketches. Those of this mapping are the upper bits of the double itself.
  static final BitwiseLinearlyInterpolatedMapping MAPPING =
      new BitwiseLinearlyInterpolatedMapping(0.01);

  /// Cells that stay in a core's cache.
  private static final int MAX_CELLS = 1 << 19;

  /// A cell holds no more than an int does.
  private static final long MAX_VALUES = 1L << 30;

  private static final int BIN_STEP = 64;

  private int groups;
  private int[] cells = new int[0];

  /// Bin of the first cell of each group, and cells a group; 0: no values yet.
  private int firstBin;

  private int width;
  private long values;
  private int[] bins = new int[0];

  void ensureGroups(int count) {
    if (count > groups) {
      groups = count;
      if ((long) groups * width <= MAX_CELLS) {
        cells = Arrays.copyOf(cells, groups * width);
      }
    }
  }

  long sizeBytes() {
    return cells.length * 4L;
  }

  /// Counts the values, or none of them and false where some are not positive or the bins are too
  /// many: then {@link #drain} and use the sketches.
  boolean add(int[] groupOf, double[] from, int count) {
    if (values + count > MAX_VALUES || !areIndexable(from, count)) {
      return false;
    }
    if (bins.length < count) {
      bins = new int[from.length];
    }
    int least = Integer.MAX_VALUE;
    int greatest = Integer.MIN_VALUE;
    for (int i = 0; i < count; i++) {
      int bin = MAPPING.index(from[i]);
      bins[i] = bin;
      least = Math.min(least, bin);
      greatest = Math.max(greatest, bin);
    }
    if (!covers(least, greatest)) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      cells[groupOf[i] * width + bins[i] - firstBin]++;
    }
    values += count;
    return true;
  }

  private static boolean areIndexable(double[] from, int count) {
    double least = MAPPING.minIndexableValue();
    double greatest = MAPPING.maxIndexableValue();
    boolean all = true;
    for (int i = 0; i < count; i++) {
      all &= from[i] >= least & from[i] <= greatest;
    }
    return all;
  }

  /// Makes room for the bins; false where that is too much.
  private boolean covers(int least, int greatest) {
    if (width > 0 && least >= firstBin && greatest < firstBin + width) {
      return (long) groups * width <= MAX_CELLS;
    }
    int from = Math.floorDiv(width == 0 ? least : Math.min(least, firstBin), BIN_STEP) * BIN_STEP;
    int to = width == 0 ? greatest : Math.max(greatest, firstBin + width - 1);
    int wider = (to - from) / BIN_STEP * BIN_STEP + BIN_STEP;
    if ((long) groups * wider > MAX_CELLS) {
      return false;
    }
    int[] larger = new int[groups * wider];
    for (int group = 0; width > 0 && group < groups; group++) {
      System.arraycopy(cells, group * width, larger, group * wider + firstBin - from, width);
    }
    cells = larger;
    firstBin = from;
    width = wider;
    return true;
  }

  /// Adds everything to the sketches by group, and forgets it.
  void drain(IntFunction<DDSketch> sketches) {
    if (values == 0) {
      return;
    }
    for (int group = 0; (group + 1) * width <= cells.length; group++) {
      for (int i = 0; i < width; i++) {
        int count = cells[group * width + i];
        if (count > 0) {
          sketches.apply(group).getPositiveValueStore().add(firstBin + i, count);
        }
      }
    }
    Arrays.fill(cells, 0);
    values = 0;
  }
}
