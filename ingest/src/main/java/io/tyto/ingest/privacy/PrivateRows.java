package io.tyto.ingest.privacy;

import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.SourceView;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.index.InvertedIndex;
import io.tyto.model.schema.ColumnType;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Rows that were stored under older policies, as newer ones leave them: values of the columns that
/// change are changed while they are read, and what was kept beside them, such as dictionaries and
/// bounds, is not offered. Thread-safe as the source is.
record PrivateRows(RowSource source, PrivacyChange change) implements SourceView {
  @Override
  public @Nullable ColumnReader column(int columnId) {
    if (change.drops(columnId)) {
      return null;
    }
    ColumnReader stored = source.column(columnId);
    return stored == null || !change.concerns(columnId)
        ? stored
        : new Reader(stored, columnId, change);
  }

  private record Reader(ColumnReader stored, int columnId, PrivacyChange change)
      implements ColumnReader {
    @Override
    public ColumnType type() {
      return stored.type();
    }

    @Override
    public ColumnVector read(int from, int count) {
      return changed(stored.read(from, count));
    }

    private ColumnVector changed(ColumnVector vector) {
      return switch (vector) {
        case ColumnVector.AllNull none -> none;
        case ColumnVector.Ordinals _, ColumnVector.Bytes _ -> changedBytes(vector);
        case ColumnVector.Lists lists ->
            new ColumnVector.Lists(
                lists.length(), lists.offsets(), changed(lists.elements()), lists.nulls());
        case ColumnVector.Longs _, ColumnVector.Doubles _ ->
            throw new IllegalStateException("a policy for " + stored.type() + " keeps no values");
      };
    }

    private ColumnVector changedBytes(ColumnVector vector) {
      int length = vector.length();
      int[] offsets = new int[length + 1];
      long[] nulls = new long[(length + 63) >>> 6];
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (int i = 0; i < length; i++) {
        byte[] value = vector.isNull(i) ? null : change.apply(columnId, value(vector, i));
        if (value == null) {
          nulls[i >>> 6] |= 1L << i;
        } else {
          bytes.writeBytes(value);
        }
        offsets[i + 1] = bytes.size();
      }
      return new ColumnVector.Bytes(length, bytes.toByteArray(), offsets, nulls);
    }

    private static byte[] value(ColumnVector vector, int position) {
      return switch (vector) {
        case ColumnVector.Ordinals ordinals ->
            ordinals.dictionary().value(ordinals.values()[position]);
        case ColumnVector.Bytes plain ->
            Arrays.copyOfRange(
                plain.data(), plain.offsets()[position], plain.offsets()[position + 1]);
        default -> throw new IllegalStateException("no bytes in " + vector.getClass());
      };
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
}
