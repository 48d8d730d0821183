package io.tyto.engine.aggregate;

import com.datadoghq.sketch.ddsketch.DDSketch;
import com.datadoghq.sketch.ddsketch.encoding.ByteArrayInput;
import com.datadoghq.sketch.ddsketch.encoding.GrowingByteArrayOutput;
import com.datadoghq.sketch.ddsketch.store.UnboundedSizeDenseStore;
import io.tyto.engine.domain.WideBytes;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.source.CellKind;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Approximate quantiles by DDSketch: each within 1 % of the value of rank `floor(q * (n - 1))`.
/// Its stores never collapse, so the answer depends on the values only, not on their order or on
/// splits. What a scan of few groups sees is counted in {@link SketchCounts} first.
final class QuantileSketch extends ColumnAccumulator {
  /// An empty store and one page of 64 counters.
  private static final int SKETCH_BYTES = 1200;

  /// Of what cells keep: a change of the mapping or of the encoding is another.
  private static final byte BINS_VERSION = 1;

  private final ColumnType.Scalar type;
  private final double[] qs;
  private final SketchCounts counts = new SketchCounts();
  private double[] taken = new double[0];
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
    counts.ensureGroups(sketches.length);
  }

  @Override
  void accept(
      Batch batch, GroupedRows.ColumnValues columnValues, ColumnVector vector, GroupedRows rows) {
    if (taken.length < rows.count) {
      taken = new double[rows.positions.length];
    }
    take(vector, rows, taken);
    if (!counts.add(rows.groups, taken, rows.count)) {
      settle();
      for (int i = 0; i < rows.count; i++) {
        add(rows.groups[i], taken[i]);
      }
    }
  }

  private void take(ColumnVector vector, GroupedRows rows, double[] to) {
    int[] positions = rows.positions;
    switch (vector) {
      case ColumnVector.Longs longs when type instanceof ColumnType.DecimalType -> {
        for (int i = 0; i < rows.count; i++) {
          to[i] = ValueForms.toDouble(type, longs.values()[positions[i]]);
        }
      }
      case ColumnVector.Longs longs -> {
        for (int i = 0; i < rows.count; i++) {
          to[i] = longs.values()[positions[i]];
        }
      }
      case ColumnVector.Doubles doubles -> {
        for (int i = 0; i < rows.count; i++) {
          to[i] = doubles.values()[positions[i]];
        }
      }
      case ColumnVector.Ordinals _, ColumnVector.Bytes _ -> {
        for (int i = 0; i < rows.count; i++) {
          to[i] = WideBytes.toDouble(vector, positions[i], type);
        }
      }
      case ColumnVector.AllNull _, ColumnVector.Lists _ -> throw unexpected(vector);
    }
  }

  /// Moves what was counted into the sketches.
  private void settle() {
    counts.drain(this::sketch);
  }

  private void add(int group, double value) {
    DDSketch sketch = sketch(group);
    double greatest = sketch.getIndexMapping().maxIndexableValue();
    sketch.accept(Math.clamp(value, -greatest, greatest));
  }

  @Override
  void updateCells(Batch batch, GroupedRows rows) {
    settle();
    GroupedRows.ColumnValues kept = rows.values(kept(batch, CellKind.BINS));
    ColumnVector vector = kept.vector;
    for (int i = 0; vector != null && i < kept.rows.count; i++) {
      byte[] bytes = CellVectors.value(vector, kept.rows.positions[i]);
      if (bytes.length == 0 || bytes[0] != BINS_VERSION) {
        throw new IllegalStateException("cells of " + batch.source().name() + " keep other bins");
      }
      try {
        sketch(kept.rows.groups[i])
            .decodeAndMergeWith(ByteArrayInput.wrap(bytes, 1, bytes.length - 1));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void store(int count, int columnId, CellColumns target) {
    settle();
    target.add(
        CellKind.BINS.id(columnId), ColumnType.STRING, CellVectors.bytes(count, this::binsOf));
  }

  /// The bins of the mapping; the mapping itself is as old as the version.
  private byte @Nullable [] binsOf(int group) {
    DDSketch sketch = sketches[group];
    if (sketch == null) {
      return null;
    }
    GrowingByteArrayOutput output = GrowingByteArrayOutput.withDefaultInitialCapacity();
    try {
      output.writeByte(BINS_VERSION);
      sketch.encode(output, true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return output.trimmedCopy();
  }

  private DDSketch sketch(int group) {
    DDSketch sketch = sketches[group];
    if (sketch == null) {
      sketch = new DDSketch(SketchCounts.MAPPING, UnboundedSizeDenseStore::new);
      sketches[group] = sketch;
      sketchCount++;
    }
    return sketch;
  }

  @Override
  public void merge(Accumulator other, int[] sources, int[] targets, int count) {
    QuantileSketch from = (QuantileSketch) other;
    settle();
    from.settle();
    for (int i = 0; i < count; i++) {
      Checkpoint.pass(i);
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
    return sketches.length * 8L + (long) sketchCount * SKETCH_BYTES + counts.sizeBytes();
  }

  @Override
  public Form form() {
    return Form.OBJECTS;
  }

  @Override
  public boolean isNull(int group) {
    settle();
    return sketches[group] == null;
  }

  /// The first quantile, which is the only one wherever numbers are asked for.
  @Override
  public double asDouble(int group) {
    settle();
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
    settle();
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
