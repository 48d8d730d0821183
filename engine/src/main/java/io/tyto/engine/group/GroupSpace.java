package io.tyto.engine.group;

import io.tyto.engine.domain.LongCodes;
import java.util.ArrayList;
import java.util.List;

/// Numbers the tuples of codes of a scan's keys: the group ids, which mean the same in every
/// thread, so that states merge as arrays. Thread-safe.
sealed interface GroupSpace {
  /// Arrays of up to so many groups are worth it whatever the rows.
  int SMALL = 1 << 12;

  int LARGE = 1 << 20;

  /// Replaces `codes[0][i]` by the group of `(codes[0][i], codes[1][i], ...)` for `i < count`.
  void groups(int[][] codes, int count);

  /// By key, where `group = (code0 * limit1 + code1) * limit2 + ...`, the first limit being 0;
  /// empty where groups have to be numbered.
  int[] foldLimits();

  /// All groups given so far are below.
  int limit();

  /// The codes of each group: `[key][i]` for `groups[i]`.
  int[][] codes(int[] groups);

  long sizeBytes();

  static GroupSpace of(List<KeyCoder> coders, long rows, long seed) {
    if (coders.isEmpty()) {
      return new One();
    }
    if (coders.size() == 1) {
      return new Single(coders.getFirst());
    }
    long cells = 1;
    for (KeyCoder coder : coders) {
      cells =
          coder.isBounded() ? Math.min(cells * coder.limit(), Integer.MAX_VALUE) : Long.MAX_VALUE;
      if (cells > LARGE) {
        break;
      }
    }
    return cells <= Math.min(LARGE, Math.max(SMALL, rows))
        ? new Dense(coders.stream().mapToInt(KeyCoder::limit).toArray())
        : new Hashed(coders.size(), seed);
  }

  /// No keys, one group.
  record One() implements GroupSpace {
    @Override
    public int[] foldLimits() {
      return new int[0];
    }

    @Override
    public void groups(int[][] codes, int count) {}

    @Override
    public int limit() {
      return 1;
    }

    @Override
    public int[][] codes(int[] groups) {
      return new int[0][];
    }

    @Override
    public long sizeBytes() {
      return 0;
    }
  }

  /// The code is the group.
  record Single(KeyCoder coder) implements GroupSpace {
    @Override
    public int[] foldLimits() {
      return new int[1];
    }

    @Override
    public void groups(int[][] codes, int count) {}

    @Override
    public int limit() {
      return coder.limit();
    }

    @Override
    public int[][] codes(int[] groups) {
      return new int[][] {groups.clone()};
    }

    @Override
    public long sizeBytes() {
      return 0;
    }
  }

  /// Codes are the digits of a number.
  record Dense(int[] limits) implements GroupSpace {
    @Override
    public int[] foldLimits() {
      int[] fold = limits.clone();
      fold[0] = 0;
      return fold;
    }

    @Override
    public void groups(int[][] codes, int count) {
      int[] groups = codes[0];
      for (int key = 1; key < limits.length; key++) {
        int limit = limits[key];
        int[] digits = codes[key];
        for (int i = 0; i < count; i++) {
          groups[i] = groups[i] * limit + digits[i];
        }
      }
    }

    @Override
    public int limit() {
      int cells = 1;
      for (int limit : limits) {
        cells *= limit;
      }
      return cells;
    }

    @Override
    public int[][] codes(int[] groups) {
      int[][] codes = new int[limits.length][groups.length];
      for (int i = 0; i < groups.length; i++) {
        int rest = groups[i];
        for (int key = limits.length - 1; key >= 0; key--) {
          codes[key][i] = rest % limits[key];
          rest /= limits[key];
        }
      }
      return codes;
    }

    @Override
    public long sizeBytes() {
      return 0;
    }
  }

  /// Each key after the first pairs the number so far with its code, and the pair is numbered.
  final class Hashed implements GroupSpace {
    private final List<LongCodes> tables = new ArrayList<>();

    Hashed(int keys, long seed) {
      for (int key = 1; key < keys; key++) {
        tables.add(new LongCodes(seed + key));
      }
    }

    @Override
    public int[] foldLimits() {
      return new int[0];
    }

    @Override
    public void groups(int[][] codes, int count) {
      for (int key = 1; key <= tables.size(); key++) {
        tables.get(key - 1).internPairs(codes[0], codes[key], count);
      }
    }

    @Override
    public int limit() {
      return tables.getLast().size() + 1;
    }

    @Override
    public int[][] codes(int[] groups) {
      int[][] codes = new int[tables.size() + 1][groups.length];
      for (int i = 0; i < groups.length; i++) {
        int left = groups[i];
        for (int key = tables.size(); key > 0; key--) {
          long pair = tables.get(key - 1).value(left);
          codes[key][i] = LongCodes.right(pair);
          left = LongCodes.left(pair);
        }
        codes[0][i] = left;
      }
      return codes;
    }

    @Override
    public long sizeBytes() {
      long bytes = 0;
      for (LongCodes table : tables) {
        bytes += table.sizeBytes();
      }
      return bytes;
    }
  }
}
