package io.tyto.engine.segment;

import io.tyto.engine.encoding.PayloadBuilder;
import io.tyto.engine.source.CellShape;
import io.tyto.model.query.GroupKey.Granularity;
import io.tyto.model.schema.Cube.Function;
import io.tyto.model.schema.Cube.Level;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What cells of one segment are of, and where their columns are. Payload of the CELLS block,
/// little-endian:
///
/// ```
/// 0   u32 cells
/// 4   u32 id of the time column
/// 8   u16 granularity, u16 every
/// 12  text: zone
///     u16 dimensions, then for each u32 id of the column
///     u16 states, then for each u16 function, u32 id of the column, text: type of the column
///     u16 columns, then for each u32 its id among the cells', u32 its id in this file
/// ```
///
/// A text is u16 bytes and UTF-8. Nothing is aligned.
///
/// @param columns by the id among the cells', the id of its COLUMN block
record CellDescriptor(CellShape shape, int cells, Map<Integer, Integer> columns) {
  /// Ids of COLUMN blocks of cells lie from here on, those of rows below.
  static final int FIRST_COLUMN_ID = 1 << 28;

  /// Each CELLS block has so many ids of COLUMN blocks to itself.
  static final int COLUMNS = 1 << 10;

  PayloadBuilder write() {
    PayloadBuilder target = new PayloadBuilder().putInt(cells).putInt(shape.time());
    target.putShort(Numbers.of(shape.level().granularity())).putShort(shape.level().every());
    putText(target, shape.level().zone().getId());
    target.putShort(shape.dimensions().size());
    shape.dimensions().forEach(target::putInt);
    List<CellShape.State> states = new ArrayList<>(shape.states());
    states.sort(
        Comparator.comparing((CellShape.State state) -> Numbers.of(state.function()))
            .thenComparing(CellShape.State::columnId));
    target.putShort(states.size());
    for (CellShape.State state : states) {
      target.putShort(Numbers.of(state.function())).putInt(state.columnId());
      putText(target, state.type());
    }
    target.putShort(columns.size());
    columns.forEach((id, stored) -> target.putInt(id).putInt(stored));
    return target;
  }

  private static void putText(PayloadBuilder target, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    target.putShort(bytes.length).putBytes(bytes, 0, bytes.length);
  }

  /// IndexOutOfBoundsException and its like where the payload is none.
  static CellDescriptor read(ByteBuffer payload) {
    ByteBuffer from = payload.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int cells = from.getInt();
    int time = from.getInt();
    Granularity granularity = Numbers.granularity(from.getShort());
    Level level = new Level(granularity, from.getShort(), ZoneId.of(text(from)));
    List<Integer> dimensions = new ArrayList<>();
    for (int left = from.getShort(); left > 0; left--) {
      dimensions.add(from.getInt());
    }
    Set<CellShape.State> states = new HashSet<>();
    for (int left = from.getShort(); left > 0; left--) {
      Function function = Numbers.function(from.getShort());
      states.add(new CellShape.State(function, from.getInt(), text(from)));
    }
    Map<Integer, Integer> columns = new LinkedHashMap<>();
    for (int left = from.getShort(); left > 0; left--) {
      columns.put(from.getInt(), from.getInt());
    }
    return new CellDescriptor(new CellShape(level, time, dimensions, states), cells, columns);
  }

  private static String text(ByteBuffer from) {
    byte[] bytes = new byte[from.getShort()];
    from.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /// Durable numbers: never changed, never reused.
  private static final class Numbers {
    private static final List<Granularity> GRANULARITIES =
        List.of(
            Granularity.SECOND,
            Granularity.MINUTE,
            Granularity.HOUR,
            Granularity.DAY,
            Granularity.WEEK,
            Granularity.MONTH,
            Granularity.QUARTER,
            Granularity.YEAR);

    private static final List<Function> FUNCTIONS =
        List.of(
            Function.COUNT,
            Function.SUM,
            Function.MIN,
            Function.MAX,
            Function.DISTINCT,
            Function.DISTINCT_EXACT,
            Function.QUANTILES);

    static int of(Granularity granularity) {
      return GRANULARITIES.indexOf(granularity);
    }

    static int of(Function function) {
      return FUNCTIONS.indexOf(function);
    }

    static Granularity granularity(int number) {
      return GRANULARITIES.get(number);
    }

    static Function function(int number) {
      return FUNCTIONS.get(number);
    }
  }
}
