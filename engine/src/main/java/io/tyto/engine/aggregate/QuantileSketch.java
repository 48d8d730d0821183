package io.tyto.engine.aggregate;

import com.datadoghq.sketch.ddsketch.DDSketch;
import com.datadoghq.sketch.ddsketch.DDSketches;
import io.tyto.engine.domain.WideBytes;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Approximate quantiles by DDSketch: each within 1 % of the value of rank `floor(q * (n - 1))`.
/// Its stores never collapse, so the answer depends on the values only, not on their order or on
/// splits.
final class QuantileSketch extends ColumnAccumulator {
  static final double RELATIVE_ERROR = 0.01;

  /// An empty store and one page of 64 counters.
  private static final int SKETCH_BYTES = 1200;

  private final ColumnType.Scalar type;
  private final double[] qs;
  private @Nullable DDSketch[] sketches = new DDSketch[0];
  private int sketchCount;

  QuantileSketch(int slot, ColumnType.Scalar type, double[] qs) {
    super(slot);
    this.type = type;
    this.qs = qs;
  }

  @Override
  public void ensureGroups(int count) {
    if (count > sketches.length) {
      sketches = Arrays.copyOf(sketches, Capacity.grown(sketches.length, count));
    }
  }

  @Override
  void accept(
      Batch batch, GroupedRows.ColumnValues columnValues, ColumnVector vector, GroupedRows rows) {
    int[] positions = rows.positions;
    int[] groups = rows.groups;
    switch (vector) {
      case ColumnVector.Longs longs -> {
        for (int i = 0; i < rows.count; i++) {
          add(groups[i], ValueForms.toDouble(type, longs.values()[positions[i]]));
        }
      }
      case ColumnVector.Doubles doubles -> {
        for (int i = 0; i < rows.count; i++) {
          add(groups[i], doubles.values()[positions[i]]);
        }
      }
      case ColumnVector.Ordinals _, ColumnVector.Bytes _ -> {
        for (int i = 0; i < rows.count; i++) {
          add(groups[i], WideBytes.toDouble(vector, positions[i], type));
        }
      }
      case ColumnVector.AllNull _, ColumnVector.Lists _ -> throw unexpected(vector);
    }
  }

  private void add(int group, double value) {
    DDSketch sketch = sketch(group);
    double greatest = sketch.getIndexMapping().maxIndexableValue();
    sketch.accept(Math.clamp(value, -greatest, greatest));
  }

  private DDSketch sketch(int group) {
    DDSketch sketch = sketches[group];
    if (sketch == null) {
      sketch = DDSketches.unboundedDense(RELATIVE_ERROR);
      sketches[group] = sketch;
      sketchCount++;
    }
    return sketch;
  }

  @Override
  public void merge(Accumulator other, int[] sources, int[] targets, int count) {
    QuantileSketch from = (QuantileSketch) other;
    for (int i = 0; i < count; i++) {
      DDSketch added = from.sketches[sources[i]];
      if (added != null) {
        sketch(targets[i]).mergeWith(added);
      }
    }
  }

  @Override
  public Accumulator fresh() {
    return new QuantileSketch(slot, type, qs);
  }

  @Override
  public boolean isOrderFree() {
    return true;
  }

  @Override
  public long sizeBytes() {
    return sketches.length * 8L + (long) sketchCount * SKETCH_BYTES;
  }

  @Override
  public Form form() {
    return Form.OBJECTS;
  }

  @Override
  public boolean isNull(int group) {
    return sketches[group] == null;
  }

  /// The first quantile, which is the only one wherever numbers are asked for.
  @Override
  public double asDouble(int group) {
    DDSketch sketch = sketches[group];
    return sketch == null ? Double.NaN : quantile(sketch, qs[0]);
  }

  private static double quantile(DDSketch sketch, double q) {
    synchronized (sketch) { // reading sorts nothing, but the store's iterators are not specified so
      return sketch.getValueAtQuantile(q) + 0.0;
    }
  }

  @Override
  public @Nullable Object value(int group) {
    DDSketch sketch = sketches[group];
    List<@Nullable Double> values = new ArrayList<>();
    for (double q : qs) {
      values.add(sketch == null ? null : quantile(sketch, q));
    }
    return values;
  }

  @Override
  public int compare(int left, int right) {
    return Double.compare(asDouble(left), asDouble(right));
  }
}
