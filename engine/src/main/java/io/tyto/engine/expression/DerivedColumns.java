package io.tyto.engine.expression;

import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.index.InvertedIndex;
import io.tyto.model.expression.Expression;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads derived columns from sources that are older than the column, by computing them.
public final class DerivedColumns {
  private DerivedColumns() {}

  /// A reader over the columns that the source does have; columns it lacks are computed too where
  /// they are derived, and null otherwise. Like every reader it belongs to one thread.
  ///
  /// @param column a column with `derive` that the source does not store
  public static ColumnReader reader(RowSource source, TableSchema schema, ColumnSpec column) {
    Expression derive = column.derive();
    if (derive == null) {
      throw new IllegalArgumentException("column " + column.name() + " is not derived");
    }
    Map<String, Integer> slots = new LinkedHashMap<>();
    Node node =
        new ExpressionCompiler(name -> slots.computeIfAbsent(name, _ -> slots.size()))
            .compile(derive);
    List<Operand> operands = new ArrayList<>();
    for (String name : slots.keySet()) {
      operands.add(operand(source, schema, name));
    }
    return new Reader(column.type(), node, operands);
  }

  private static Operand operand(RowSource source, TableSchema schema, String name) {
    ColumnSpec column = schema.column(name);
    if (column == null) {
      throw new IllegalArgumentException("an expression names the unknown column " + name);
    }
    ColumnReader stored = source.column(column.id());
    if (stored == null && column.isComputable()) {
      return new Operand(column.type(), reader(source, schema, column));
    }
    return new Operand(column.type(), stored);
  }

  /// @param reader null: all null here
  private record Operand(ColumnType type, @Nullable ColumnReader reader) {
    ColumnVector read(int from, int count) {
      return reader == null ? new ColumnVector.AllNull(count) : reader.read(from, count);
    }
  }

  private static final class Reader implements ColumnReader {
    private final ColumnType type;
    private final Node node;
    private final List<Operand> operands;

    Reader(ColumnType type, Node node, List<Operand> operands) {
      this.type = type;
      this.node = node;
      this.operands = operands;
    }

    @Override
    public ColumnType type() {
      return type;
    }

    @Override
    public ColumnVector read(int from, int count) {
      VectorCells cells = new VectorCells(operands, from, count);
      VectorBuilder builder = VectorBuilder.of(type, count);
      for (cells.position = 0; cells.position < count; cells.position++) {
        builder.add(node.evaluate(cells));
      }
      return builder.build();
    }

    @Override
    public @Nullable Zone zone(int block) {
      return null;
    }

    @Override
    public @Nullable Dictionary dictionary() {
      return null;
    }

    @Override
    public @Nullable InvertedIndex index() {
      return null;
    }
  }

  /// The operands of one row of a batch, the row under `position`.
  private static final class VectorCells implements Cells {
    private final ColumnVector[] vectors;
    private final ColumnType[] types;
    private int position;

    VectorCells(List<Operand> operands, int from, int count) {
      vectors = new ColumnVector[operands.size()];
      types = new ColumnType[operands.size()];
      for (int i = 0; i < vectors.length; i++) {
        vectors[i] = operands.get(i).read(from, count);
        types[i] = operands.get(i).type();
      }
    }

    @Override
    public @Nullable Object value(int slot) {
      return Operands.ofVector(vectors[slot], position, types[slot]);
    }
  }
}
