package io.tyto.engine.aggregate;

import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.scan.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Values of few groups, kept as they come, and how many fall into each of 4,096 equal parts of
/// their range. A rank is found by looking for its part, then for the part of that, reading all
/// values once a turn but moving none. Not thread-safe; the turns use the scan's threads.
final class RankedValues {
  static final int MAX_GROUPS = 256;

  private static final int PART_BITS = 12;
  private static final int PARTS = 1 << PART_BITS;
  private static final int CHUNK_ROWS = 1 << 16;

  private final long least;

  /// A value's part is `(value - least) >>> shift`.
  private final int shift;

  private final boolean isInts;
  private final List<Chunk> chunks = new ArrayList<>();
  private int[] counts = new int[0];

  /// Values less `least`, unsigned, and their groups.
  private static final class Chunk {
    private final byte[] groups = new byte[CHUNK_ROWS];
    private final int[] ints;
    private final long[] longs;
    private int size;

    Chunk(boolean isInts) {
      ints = new int[isInts ? CHUNK_ROWS : 0];
      longs = new long[isInts ? 0 : CHUNK_ROWS];
    }

    int group(int i) {
      return groups[i] & 0xff;
    }

    long offset(int i) {
      return ints.length > 0 ? ints[i] & 0xffffffffL : longs[i];
    }
  }

  /// @param least no value is below
  /// @param greatest no value is above
  RankedValues(long least, long greatest) {
    this.least = least;
    int bits = Long.SIZE - Long.numberOfLeadingZeros(greatest - least);
    shift = Math.max(0, bits - PART_BITS);
    isInts = bits <= Integer.SIZE;
  }

  boolean isEmpty() {
    return chunks.isEmpty();
  }

  void ensureGroups(int count) {
    if (count * PARTS > counts.length) {
      counts = Arrays.copyOf(counts, count * PARTS);
    }
  }

  int groups() {
    return counts.length / PARTS;
  }

  long sizeBytes() {
    return counts.length * 4L + chunks.size() * (isInts ? 5L : 9L) * CHUNK_ROWS;
  }

  /// Adds `values[i]` to group `groups[i]`.
  void add(int[] groups, long[] values, int count) {
    for (int from = 0; from < count; ) {
      Chunk last = chunks.isEmpty() ? null : chunks.getLast();
      if (last == null || last.size == CHUNK_ROWS) {
        last = new Chunk(isInts);
        chunks.add(last);
      }
      int length = Math.min(count - from, CHUNK_ROWS - last.size);
      add(groups, values, from, length, last);
      last.size += length;
      from += length;
    }
  }

  private void add(int[] groups, long[] values, int from, int length, Chunk to) {
    int[] parts = counts;
    int at = to.size;
    if (isInts) {
      for (int i = 0; i < length; i++) {
        to.ints[at + i] = (int) (values[from + i] - least);
      }
    } else {
      for (int i = 0; i < length; i++) {
        to.longs[at + i] = values[from + i] - least;
      }
    }
    for (int i = 0; i < length; i++) {
      to.groups[at + i] = (byte) groups[from + i];
    }
    for (int i = 0; i < length; i++) {
      parts[groups[from + i] << PART_BITS | (int) (values[from + i] - least >>> shift)]++;
    }
  }

  /// Takes in another one's values of the same groups; the other one is not used any more.
  void merge(RankedValues other) {
    ensureGroups(other.groups());
    for (int i = 0; i < other.counts.length; i++) {
      counts[i] += other.counts[i];
    }
    chunks.addAll(0, other.chunks);
  }

  int count(int group) {
    int count = 0;
    for (int part = 0; part < PARTS; part++) {
      count += counts[group << PART_BITS | part];
    }
    return count;
  }

  /// Takes each value with its group.
  interface Member {
    void accept(int group, long value);
  }

  void forEach(Member member) {
    for (Chunk chunk : chunks) {
      for (int i = 0; i < chunk.size; i++) {
        member.accept(chunk.group(i), least + chunk.offset(i));
      }
    }
  }

  /// A value looked for: the one of `rank` among those of its group that share its upper bits.
  private static final class Wanted {
    private long prefix;
    private int rank;

    Wanted(int rank) {
      this.rank = rank;
    }

    /// Goes on to the part that has the rank.
    void narrow(int[] parts, int from, int bits) {
      int part = 0;
      while (rank >= parts[from + part]) {
        rank -= parts[from + part++];
      }
      prefix = prefix << bits | part;
    }
  }

  /// The values of the ranks (from 0, below {@link #count}) of each group: `[group][i]` for
  /// `ranks[group][i]`.
  long[][] select(int[][] ranks, ScanContext context) {
    List<Wanted> all = new ArrayList<>();
    int[] @Nullable [] byPart = new int[counts.length][];
    for (int group = 0; group < ranks.length; group++) {
      for (int rank : ranks[group]) {
        Wanted wanted = new Wanted(rank);
        wanted.narrow(counts, group << PART_BITS, PART_BITS);
        int part = group << PART_BITS | (int) wanted.prefix;
        int[] others = byPart[part] == null ? new int[0] : byPart[part];
        int[] more = Arrays.copyOf(others, others.length + 1);
        more[others.length] = all.size();
        byPart[part] = more;
        all.add(wanted);
      }
    }
    for (int left = shift; left > 0; ) {
      int bits = Math.min(left, PART_BITS);
      left -= bits;
      int[] parts = countParts(all, byPart, left, bits, context);
      for (int i = 0; i < all.size(); i++) {
        all.get(i).narrow(parts, i << bits, bits);
      }
    }
    return values(ranks, all);
  }

  private long[][] values(int[][] ranks, List<Wanted> all) {
    long[][] found = new long[ranks.length][];
    int next = 0;
    for (int group = 0; group < ranks.length; group++) {
      found[group] = new long[ranks[group].length];
      for (int i = 0; i < found[group].length; i++) {
        found[group][i] = least + all.get(next++).prefix;
      }
    }
    return found;
  }

  /// For each wanted value the values that share its prefix, by their next `bits` above `left`.
  private int[] countParts(
      List<Wanted> all, int[] @Nullable [] byPart, int left, int bits, ScanContext context) {
    boolean[] isWanted = new boolean[byPart.length];
    for (int part = 0; part < byPart.length; part++) {
      isWanted[part] = byPart[part] != null;
    }
    long[] prefixes = all.stream().mapToLong(wanted -> wanted.prefix).toArray();
    List<int[]> counted =
        Workers.deal(
            context,
            chunks.size(),
            () -> new int[all.size() << bits],
            (parts, chunk) -> {
              context.check();
              countParts(chunks.get(chunk), isWanted, byPart, prefixes, left, bits, parts);
            });
    int[] sum = counted.getFirst();
    for (int[] more : counted.subList(1, counted.size())) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += more[i];
      }
    }
    return sum;
  }

  private void countParts(
      Chunk chunk,
      boolean[] isWanted,
      int[] @Nullable [] byPart,
      long[] prefixes,
      int left,
      int bits,
      int[] parts) {
    int[] found = new int[CHUNK_ROWS];
    int candidates = candidates(chunk, isWanted, found);
    int mask = (1 << bits) - 1;
    for (int i = 0; i < candidates; i++) {
      long upper = chunk.offset(found[i]) >>> left;
      int part = chunk.group(found[i]) << PART_BITS | (int) (chunk.offset(found[i]) >>> shift);
      int[] wanted = byPart[part];
      for (int j = 0; wanted != null && j < wanted.length; j++) {
        if (upper >>> bits == prefixes[wanted[j]]) {
          parts[wanted[j] << bits | (int) upper & mask]++;
        }
      }
    }
  }

  /// The rows of a chunk in whose part something is wanted.
  private int candidates(Chunk chunk, boolean[] isWanted, int[] found) {
    int count = 0;
    if (isInts) {
      for (int i = 0; i < chunk.size; i++) {
        int part = (chunk.groups[i] & 0xff) << PART_BITS | chunk.ints[i] >>> shift;
        found[count] = i;
        count += isWanted[part] ? 1 : 0;
      }
    } else {
      for (int i = 0; i < chunk.size; i++) {
        int part = (chunk.groups[i] & 0xff) << PART_BITS | (int) (chunk.longs[i] >>> shift);
        found[count] = i;
        count += isWanted[part] ? 1 : 0;
      }
    }
    return count;
  }
}
