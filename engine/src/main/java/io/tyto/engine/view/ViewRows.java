package io.tyto.engine.view;

import io.tyto.engine.aggregate.StateSpec;
import io.tyto.engine.cube.CubeBuilder;
import io.tyto.engine.cube.Grain;
import io.tyto.engine.group.BucketAxis;
import io.tyto.engine.group.GroupKeys;
import io.tyto.engine.group.GroupScan;
import io.tyto.engine.group.GroupScan.Part;
import io.tyto.engine.group.Groups;
import io.tyto.engine.group.ScanKey;
import io.tyto.engine.page.StableHash;
import io.tyto.engine.row.Row;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.tail.Tail;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.Measure;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.Values;
import io.tyto.model.schema.View;
import java.util.ArrayList;
import java.util.List;

/// The finished rows of a view: groups whose measures are values. Immutable, thread-safe.
public final class ViewRows {
  private final List<RowSource> sources;
  private final int count;
  private final long sizeBytes;

  private ViewRows(List<RowSource> sources, int count, long sizeBytes) {
    this.sources = sources;
    this.count = count;
    this.sizeBytes = sizeBytes;
  }

  /// To be read by {@link BoundView#rows}.
  public List<RowSource> sources() {
    return sources;
  }

  public int count() {
    return count;
  }

  public long sizeBytes() {
    return sizeBytes;
  }

  /// Adds up cells and rows of any partitions. Blocks until done; LIMIT_TOO_LARGE where there are
  /// too many of them, MEMORY_LIMIT_EXCEEDED where they take too much, NUMERIC_OVERFLOW where a sum
  /// has no place in its column.
  ///
  /// @param parts cells of the view, and rows of its collection that are in none of them
  /// @param maxRows as many as there may be
  /// @param asOfMicros what the rows say as their time of arrival
  public static ViewRows of(
      BoundView view, List<Part> parts, int maxRows, long asOfMicros, ScanContext context) {
    List<Measure> measures =
        view.shown().stream().map(BoundView.Shown::measure).distinct().toList();
    Maker maker = new Maker(view, measures, parts, context);
    requireFew(view.view(), maker.groups.count(), maxRows);
    return maker.make(asOfMicros);
  }

  private static final class Maker {
    private final BoundView view;
    private final TableSchema schema;
    private final boolean isBucketed;
    private final long[] boundaries;
    private final List<Measure> measures;
    private final Groups groups;
    private final ScanContext context;

    Maker(BoundView view, List<Measure> measures, List<Part> parts, ScanContext context) {
      this.view = view;
      this.measures = measures;
      this.context = context;
      schema = view.source();
      isBucketed = view.view().granularity() != null;
      List<ScanKey> keys = new ArrayList<>();
      if (isBucketed) {
        Grain grain =
            new Grain(view.view().cube().levels().getFirst(), schema.timeColumn().type().element());
        boundaries = CubeBuilder.boundaries(schema, parts, grain);
        keys.add(new ScanKey.BucketKey(schema.timeColumn().name(), new BucketAxis(boundaries)));
      } else {
        boundaries = new long[0];
      }
      view.view().dimensions().forEach(name -> keys.add(new ScanKey.ColumnKey(name)));
      List<StateSpec> states =
          measures.stream().map(measure -> new StateSpec(measure, null)).toList();
      groups =
          GroupScan.runParts(
              new GroupScan.Spec(schema, TimeInterval.ALL_TIME, null, keys, states),
              parts,
              context);
    }

    ViewRows make(long asOfMicros) {
      Groups sorted = groups.sorted();
      Tail rows = new Tail(view.rows(), 0);
      Row row = new Row(view.rows().columns().size());
      long accounted = 0;
      for (int group = 0; group < sorted.count(); group++) {
        row.clear();
        long identity = setKeys(sorted, group, row);
        setMeasures(sorted, group, row);
        rows.append(row, view.view().rowsName(), identity, asOfMicros, 0);
        if ((group + 1) % Tail.CHUNK_ROWS == 0) {
          context.check();
          context.memory().reserve(rows.sizeBytes() - accounted);
          accounted = rows.sizeBytes();
        }
      }
      rows.publish();
      return new ViewRows(rows.view(sorted.count()), sorted.count(), rows.sizeBytes());
    }

    /// Returns what names the group for ever, whatever others come to stand before it.
    private long setKeys(Groups sorted, int group, Row row) {
      StableHash hash = new StableHash();
      for (int key = 0; key < sorted.keys().size(); key++) {
        GroupKeys keys = sorted.key(key);
        Object value = keys.value(group);
        if (isBucketed && key == 0 && value instanceof Long bucket) {
          value = boundaries[bucket.intValue()];
        }
        switch (value) {
          case null -> hash.addNull();
          case Long number -> {
            hash.add(number);
            row.setLong(key, number);
          }
          case Double number -> {
            hash.add(Double.doubleToLongBits(number));
            row.setDouble(key, number);
          }
          case byte[] bytes -> {
            hash.add(bytes);
            row.setBytes(key, bytes);
          }
          default -> throw new IllegalStateException("no key is a " + value.getClass());
        }
      }
      return hash.number() & Long.MAX_VALUE;
    }

    private void setMeasures(Groups sorted, int group, Row row) {
      int column = sorted.keys().size();
      for (BoundView.Shown shown : view.shown()) {
        Object value = sorted.state(measures.indexOf(shown.measure())).value(group);
        if (shown.part() >= 0 && value instanceof List<?> list) {
          value = list.get(shown.part());
        }
        if (value != null) {
          set(row, column, shown, value);
        }
        column++;
      }
    }

    private void set(Row row, int column, BoundView.Shown shown, Object value) {
      try {
        switch (shown.type().physical()) {
          case LONG -> row.setLong(column, Values.toLong(shown.type(), value));
          case DOUBLE -> row.setDouble(column, ((Number) value).doubleValue());
          case BYTES -> row.setBytes(column, Values.toBytes(shown.type(), value));
        }
      } catch (ArithmeticException e) {
        throw new TytoException(
            ErrorCode.NUMERIC_OVERFLOW,
            "a value of %s of the view %s does not fit into %s: %s"
                .formatted(
                    view.rows().columns().get(column).name(),
                    view.view().name(),
                    shown.type(),
                    e.getMessage()),
            e);
      }
    }
  }

  /// LIMIT_TOO_LARGE where cells and rows would be more rows of a view than it may have. Cells of a
  /// view without a granularity are of years, and several of them may be one row.
  ///
  /// @param cells what there is of them
  /// @param parts what they are made of
  public static void requireFew(
      BoundView view, long cells, List<Part> parts, int maxRows, ScanContext context) {
    if (cells > maxRows) {
      boolean areRows = view.view().granularity() != null;
      requireFew(
          view.view(),
          areRows ? cells : new Maker(view, List.of(), parts, context).groups.count(),
          maxRows);
    }
  }

  private static void requireFew(View view, long count, int maxRows) {
    if (count > maxRows) {
      throw new TytoException(
          ErrorCode.LIMIT_TOO_LARGE,
          "the view %s has %,d rows, at most %,d: leave a dimension out, take a coarser granularity, or ask its collection"
              .formatted(view.name(), count, maxRows));
    }
  }
}
