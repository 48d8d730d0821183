package io.tyto.engine.plan;

import io.tyto.engine.domain.BytesCodes;
import io.tyto.engine.domain.Hashing;
import io.tyto.engine.group.GroupKeys;
import io.tyto.engine.group.Groups;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.scan.ScanStats;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Keys without states: {@link Groups} whose rows are those of an answer in the making.
final class RowKeys {
  private RowKeys() {}

  static Groups of(int count, List<GroupKeys> keys) {
    return new Groups(count, keys, List.of(), ScanStats.NONE);
  }

  /// The keys at `positions` of every group.
  static Groups project(Groups groups, int[] positions) {
    List<GroupKeys> kept = new ArrayList<>();
    for (int position : positions) {
      kept.add(groups.key(position));
    }
    return of(groups.count(), kept);
  }

  /// The keys of the groups at `picks`.
  static Groups select(Groups groups, int[] picks) {
    return of(picks.length, groups.keys().stream().map(key -> key.select(picks)).toList());
  }

  /// The rows of `first`, then those of `second`, which has keys of the same kinds.
  static Groups concat(Groups first, Groups second) {
    List<GroupKeys> keys = new ArrayList<>();
    for (int i = 0; i < first.keys().size(); i++) {
      keys.add(concat(first.key(i), second.key(i)));
    }
    return of(first.count() + second.count(), keys);
  }

  private static GroupKeys concat(GroupKeys first, GroupKeys second) {
    int count = first.count() + second.count();
    return switch (first) {
      case GroupKeys.LongKeys(long[] values, _)
          when second instanceof GroupKeys.LongKeys(long[] more, _) -> {
        long[] all = Arrays.copyOf(values, count);
        System.arraycopy(more, 0, all, values.length, more.length);
        yield new GroupKeys.LongKeys(all, nulls(first, second));
      }
      case GroupKeys.DoubleKeys(double[] values, _)
          when second instanceof GroupKeys.DoubleKeys(double[] more, _) -> {
        double[] all = Arrays.copyOf(values, count);
        System.arraycopy(more, 0, all, values.length, more.length);
        yield new GroupKeys.DoubleKeys(all, nulls(first, second));
      }
      case GroupKeys.BytesKeys mine when second instanceof GroupKeys.BytesKeys more -> {
        BytesCodes table = new BytesCodes(Hashing.PROCESS_SEED);
        int[] codes = new int[count];
        for (int i = 0; i < count; i++) {
          Checkpoint.pass(i);
          byte[] value = (byte[]) (i < mine.count() ? mine.value(i) : more.value(i - mine.count()));
          codes[i] = value == null ? 0 : table.intern(value);
        }
        yield new GroupKeys.BytesKeys(codes, table);
      }
      case GroupKeys.LongKeys _, GroupKeys.DoubleKeys _, GroupKeys.BytesKeys _ ->
          throw new IllegalArgumentException("keys of different kinds cannot stand in one column");
    };
  }

  private static boolean @Nullable [] nulls(GroupKeys first, GroupKeys second) {
    boolean[] nulls = new boolean[first.count() + second.count()];
    boolean any = false;
    for (int i = 0; i < nulls.length; i++) {
      nulls[i] = i < first.count() ? first.isNull(i) : second.isNull(i - first.count());
      any |= nulls[i];
    }
    return any ? nulls : null;
  }

  /// The same groups with another key at `position`.
  static Groups replace(Groups groups, int position, GroupKeys key) {
    List<GroupKeys> keys = new ArrayList<>(groups.keys());
    keys.set(position, key);
    return new Groups(groups.count(), keys, groups.states(), groups.stats());
  }

  /// All positions of `count` keys but one.
  static int[] allBut(int count, int position) {
    int[] others = new int[count - 1];
    for (int i = 0; i < others.length; i++) {
      others[i] = i < position ? i : i + 1;
    }
    return others;
  }

  static int[] identity(int count) {
    int[] all = new int[count];
    Arrays.setAll(all, i -> i);
    return all;
  }
}
