package io.tyto.engine.join;

import io.tyto.engine.row.Row;
import java.util.Arrays;
import java.util.Objects;
import org.agrona.collections.Int2IntHashMap;
import org.jspecify.annotations.Nullable;

/// Answers many questions in one pass over the rows of the other side: what was the last value of a
/// column of this entity, as of this time?
///
/// The last value is that of the latest row with a value whose time is not after the question's; of
/// rows of one time the one that is offered last. Other than that the order of the rows is of no
/// concern, and memory goes with the questions alone: a row is kept at the first question, by time,
/// that it may answer, if it is the latest there, and at the end each question hands its answer to
/// the next that has none of its own.
///
/// Not thread-safe. Questions are asked, then rows offered, then {@link #finish} called once, then
/// answers read.
public final class AsOfJoin {
  private static final int NONE = -1;

  private final int columns;
  private int[] entities;
  private long[] times;
  private int count;

  /// Questions by entity and time.
  private int[] order = {};

  private long[] sortedTimes = {};

  /// Entity -> place of its first question in the order.
  private final Int2IntHashMap first = new Int2IntHashMap(NONE);

  /// By the place of an entity's first question the place behind its last.
  private int[] ends = {};

  /// By column and place.
  private long[][] bestTimes = {};

  private @Nullable Object[][] best = {};

  /// Place of each question.
  private int[] places = {};

  /// @param columns of the other side
  /// @param capacity questions there is room for at first
  public AsOfJoin(int columns, int capacity) {
    this.columns = columns;
    this.entities = new int[Math.max(1, capacity)];
    this.times = new long[entities.length];
  }

  /// Adds a question; they are numbered from 0.
  ///
  /// @param entity not 0
  public void ask(int entity, long timeMicros) {
    if (count == entities.length) {
      entities = Arrays.copyOf(entities, 2 * count);
      times = Arrays.copyOf(times, 2 * count);
    }
    entities[count] = entity;
    times[count++] = timeMicros;
  }

  public int questions() {
    return count;
  }

  /// No more questions: rows may come.
  public void begin() {
    Integer[] sorted = new Integer[count];
    Arrays.setAll(sorted, i -> i);
    Arrays.sort(
        sorted,
        (one, other) ->
            entities[one] == entities[other]
                ? Long.compare(times[one], times[other])
                : Integer.compare(entities[one], entities[other]));
    order = new int[count];
    places = new int[count];
    sortedTimes = new long[count];
    ends = new int[count];
    int start = 0;
    for (int place = 0; place < count; place++) {
      int question = sorted[place];
      order[place] = question;
      places[question] = place;
      sortedTimes[place] = times[question];
      if (entities[order[start]] != entities[question]) {
        start = place;
      }
      ends[start] = place + 1;
      first.putIfAbsent(entities[question], start);
    }
    bestTimes = new long[columns][count];
    best = new Object[columns][count];
  }

  /// Whether any question is about an entity.
  public boolean asksFor(int entity) {
    return first.get(entity) != NONE;
  }

  /// Offers a row of the other side.
  ///
  /// @param positions of the columns in the row; negative where it lacks one
  public void offer(int entity, Row row, int[] positions, long timeMicros) {
    int from = first.get(entity);
    int place = from == NONE ? NONE : firstNotBefore(from, timeMicros);
    if (place == NONE) {
      return;
    }
    for (int i = 0; i < columns; i++) {
      int position = positions[i];
      boolean isBetter = best[i][place] == null || timeMicros >= bestTimes[i][place];
      if (position >= 0 && !row.isNull(position) && isBetter) {
        best[i][place] = valueOf(row, position);
        bestTimes[i][place] = timeMicros;
      }
    }
  }

  /// The value of a cell that is not null, in the form its column has.
  public static Object valueOf(Row row, int position) {
    return switch (row.kind(position)) {
      case LONG -> row.longAt(position);
      case DOUBLE -> row.doubleAt(position);
      case BYTES -> row.bytesAt(position);
      case NULL, LIST -> throw new IllegalStateException("a cell without a single value");
    };
  }

  private int firstNotBefore(int from, long timeMicros) {
    int low = from;
    int high = ends[from];
    while (low < high) {
      int middle = low + high >>> 1;
      if (sortedTimes[middle] < timeMicros) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < ends[from] ? low : NONE;
  }

  /// No more rows: answers may be read.
  public void finish() {
    for (int place = 1; place < count; place++) {
      if (entities[order[place - 1]] != entities[order[place]]) {
        continue;
      }
      for (int i = 0; i < columns; i++) {
        if (best[i][place] == null) {
          best[i][place] = best[i][place - 1];
          bestTimes[i][place] = bestTimes[i][place - 1];
        }
      }
    }
  }

  /// A Long, a Double or bytes, by the column's form; null where there was none.
  public @Nullable Object value(int question, int column) {
    return best[column][places[question]];
  }

  /// The time of the row that the value is of.
  public long timeOf(int question, int column) {
    return bestTimes[column][places[question]];
  }

  /// Whether two values as they are held here are the same.
  public static boolean isSame(@Nullable Object one, @Nullable Object other) {
    if (one instanceof byte[] bytes) {
      return other instanceof byte[] others && Arrays.equals(bytes, others);
    }
    return Objects.equals(one, other);
  }
}
