package io.tyto.engine.expression;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tyto.engine.row.Row;
import io.tyto.engine.rows.RandomTable;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.tail.Tail;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.expression.Expression;
import io.tyto.model.expression.ExpressionParser;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Rows older than a derived column give what new rows store, whatever the column's type.
class DerivedColumnsTest {
  private static final int ROWS = 3_000 * Integer.getInteger("test.scale", 1);
  private static final int BATCH = 1_000;

  /// `{type}` stands for the first column of that type, `{type[]}` for the list of it; a derived
  /// column is named d0, d1 and so on, and may use those before it.
  private static final List<String> EXPRESSIONS =
      List.of(
          "length({string})",
          "{long} + {int}",
          "d0 * 2",
          "{long} / {int}",
          "{bool} or {long} > 1000",
          "{decimal(18,2)} * {decimal(18,2)}",
          "{decimal(38,10)} + 1",
          "concat(upper({string}), ':', {long}, ':', {bool}, ':', {double})",
          "case when {bool} then {uuid} end",
          "coalesce({ip}, '10.0.0.1')",
          "hour({timestamp}, 'Europe/Berlin')",
          "seconds_between({timestamp}, {timestamp(ms)})",
          "greatest({timestamp}, '2020-01-01')",
          "split({string}, ' ')",
          "length({string[]})",
          "case when {long} % 3 = 0 then {decimal(38,10)[]} end",
          "coalesce({double[]}, {double[]})",
          "json({json}, '/k', 'long')",
          "json({json}, '/text')",
          "round({double}, 3)",
          "{date} < '2024-01-01'",
          "d13");

  @Test
  void computedOnReadingEqualsStored() {
    long seed = Long.getLong("test.seed", 20261121L);
    RandomTable table = new RandomTable(seed);
    TableSchema grown = withDerived(table.schema());
    ExpressionEvaluator evaluator = new ExpressionEvaluator(grown);
    Tail tail = new Tail(table.schema(), 0);
    List<Row> expected = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      @Nullable Object[] values = table.nextRow();
      Row stored = new Row(table.schema().columns().size());
      RandomTable.fill(stored, values);
      tail.append(stored, "log", i, i, 0);
      Row row = new Row(grown.columns().size());
      RandomTable.fill(row, values);
      evaluator.evaluate(row);
      expected.add(row);
    }
    tail.publish();
    int from = 0;
    for (RowSource source : tail.view(ROWS)) {
      for (int column = table.schema().columns().size();
          column < grown.columns().size();
          column++) {
        compare(source, grown, column, expected, from, "seed " + seed);
      }
      from += source.rowCount();
    }
    assertEquals(ROWS, from);
  }

  private static void compare(
      RowSource source,
      TableSchema schema,
      int column,
      List<Row> expected,
      int firstRow,
      String message) {
    ColumnSpec spec = schema.columns().get(column);
    assertNull(source.column(spec.id()), message);
    ColumnReader reader = DerivedColumns.reader(source, schema, spec);
    assertEquals(spec.type(), reader.type());
    for (int from = 0; from < source.rowCount(); from += BATCH) {
      int count = Math.min(BATCH, source.rowCount() - from);
      ColumnVector vector = reader.read(from, count);
      assertEquals(count, vector.length());
      for (int i = 0; i < count; i++) {
        int row = firstRow + from + i;
        Object stored = shown(Operands.ofRow(expected.get(row), column, spec.type()));
        Object computed = shown(Operands.ofVector(vector, i, spec.type()));
        assertEquals(
            stored,
            computed,
            () -> message + ", " + spec.name() + " = " + spec.derive() + ", row " + row);
      }
    }
  }

  private static @Nullable Object shown(@Nullable Object value) {
    return switch (value) {
      case byte[] bytes -> java.util.HexFormat.of().formatHex(bytes);
      case Object[] list -> {
        List<@Nullable Object> elements = new ArrayList<>();
        for (Object element : list) {
          elements.add(shown(element));
        }
        yield elements;
      }
      case null, default -> value;
    };
  }

  private static TableSchema withDerived(TableSchema schema) {
    Map<String, ColumnType> types = new HashMap<>();
    Map<String, String> firstOfType = new HashMap<>();
    for (ColumnSpec column : schema.columns()) {
      types.put(column.name(), column.type());
      firstOfType.putIfAbsent(column.type().toString(), column.name());
    }
    List<ColumnSpec> columns = new ArrayList<>(schema.columns());
    for (int i = 0; i < EXPRESSIONS.size(); i++) {
      String text = EXPRESSIONS.get(i);
      for (Map.Entry<String, String> type : firstOfType.entrySet()) {
        text = text.replace("{" + type.getKey() + "}", type.getValue());
      }
      Expression derive = ExpressionParser.parse(text, types);
      types.put("d" + i, derive.type());
      columns.add(
          new ColumnSpec(
              1_000 + i,
              "d" + i,
              "d" + i,
              derive.type(),
              ColumnSpec.Role.AUTO,
              null,
              null,
              null,
              derive,
              Map.of()));
    }
    return RandomTable.schema(schema.name(), columns, "ts");
  }
}
