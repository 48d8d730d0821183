package io.tyto.engine.expression;

import io.tyto.engine.row.Row;
import io.tyto.model.expression.Expression;
import io.tyto.model.schema.AppendedColumns;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// Fills the derived columns of new rows. Immutable and thread-safe.
///
/// A derived column may use derived columns that stand before it in the schema.
public final class ExpressionEvaluator {
  private final ColumnType[] types;
  private final List<Derivation> derivations;

  private record Derivation(int column, ColumnType type, Node node) {}

  /// For new rows, before the policies of private columns are applied. What is derived from columns
  /// that a partition fills is left to {@link #ofAppended}.
  public ExpressionEvaluator(TableSchema schema) {
    this(schema, appended(schema).negate());
  }

  /// For rows that were stored: a private column was derived when its row came, from values that
  /// may be gone.
  public static ExpressionEvaluator ofStored(TableSchema schema) {
    return new ExpressionEvaluator(schema, appended(schema).negate().and(ColumnSpec::isComputable));
  }

  /// For rows whose columns the partition has filled: only what is derived from these.
  public static ExpressionEvaluator ofAppended(TableSchema schema) {
    return new ExpressionEvaluator(schema, appended(schema));
  }

  private static Predicate<ColumnSpec> appended(TableSchema schema) {
    return Set.copyOf(AppendedColumns.derived(schema.columns()))::contains;
  }

  private ExpressionEvaluator(TableSchema schema, Predicate<ColumnSpec> isWanted) {
    List<ColumnSpec> columns = schema.columns();
    Map<String, Integer> positions = new HashMap<>();
    types = new ColumnType[columns.size()];
    for (int i = 0; i < types.length; i++) {
      positions.put(columns.get(i).name(), i);
      types[i] = columns.get(i).type();
    }
    ExpressionCompiler compiler = new ExpressionCompiler(name -> slot(positions, name));
    derivations = new ArrayList<>();
    for (int i = 0; i < types.length; i++) {
      Expression derive = columns.get(i).derive();
      if (derive != null && isWanted.test(columns.get(i))) {
        derivations.add(new Derivation(i, types[i], compiler.compile(derive)));
      }
    }
  }

  /// Checks what only this engine can say about an expression: that its regular expressions
  /// compile. IllegalArgumentException with the reason.
  public static void check(Expression expression) {
    new ExpressionCompiler(_ -> 0).compile(expression);
  }

  /// Whether there is anything to fill.
  public boolean isEmpty() {
    return derivations.isEmpty();
  }

  /// Sets every column it is for in a row whose other columns are set. Never fails: what cannot be
  /// computed (overflow, division by zero, no match) is null.
  public void evaluate(Row row) {
    Cells cells = column -> Operands.ofRow(row, column, types[column]);
    for (Derivation derivation : derivations) {
      Object value = derivation.node().evaluate(cells);
      Operands.set(row, derivation.column(), derivation.type(), value);
    }
  }

  private static int slot(Map<String, Integer> positions, String name) {
    Integer position = positions.get(name);
    if (position == null) {
      throw new IllegalArgumentException("an expression names the unknown column " + name);
    }
    return position;
  }
}
