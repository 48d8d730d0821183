package io.tyto.engine.scan;

import io.tyto.engine.source.Ascending;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.index.InvertedIndex;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Physical;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Rows held as objects that come out as vectors of the shape asked for. Readers reuse and scribble
/// over their arrays, so that a vector kept too long shows.
public final class MemorySource implements RowSource {
  private final String name;
  private final int partition;
  private final List<ColumnSpec> columns;
  private final List<@Nullable Object[]> rows;
  private final Shape shape;

  public MemorySource(
      String name,
      int partition,
      List<ColumnSpec> columns,
      List<@Nullable Object[]> rows,
      Shape shape) {
    this.name = name;
    this.partition = partition;
    this.columns = columns;
    this.rows = rows;
    this.shape = shape;
  }

  /// How bytes are coded.
  enum Coding {
    PLAIN,
    ORDERED,
    UNORDERED
  }

  /// How each column of a source is laid out.
  public static final class Shape {
    private final Coding[] codings;
    private final boolean[] absent;
    private final boolean[] indexed;
    private final boolean[] zoned;

    private Shape(int columns) {
      codings = new Coding[columns];
      absent = new boolean[columns];
      indexed = new boolean[columns];
      zoned = new boolean[columns];
    }

    public static Shape random(RandomGenerator random, List<ColumnSpec> columns) {
      Shape shape = new Shape(columns.size());
      for (int i = 0; i < columns.size(); i++) {
        shape.codings[i] = Coding.values()[random.nextInt(3)];
        shape.absent[i] =
            i >= 4 && !columns.get(i).name().equals("user") && random.nextInt(12) == 0;
        shape.indexed[i] = random.nextBoolean();
        shape.zoned[i] = random.nextInt(4) > 0;
      }
      return shape;
    }

    boolean isAbsent(int column) {
      return absent[column];
    }
  }

  @Override
  public int rowCount() {
    return rows.size();
  }

  @Override
  public int schemaVersion() {
    return 1;
  }

  @Override
  public int partition() {
    return partition;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long storedBytes() {
    return 0;
  }

  @Override
  public @Nullable ColumnReader column(int columnId) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).id() == columnId) {
        return shape.absent[i] ? null : new Reader(i);
      }
    }
    return null;
  }

  private final class Reader implements ColumnReader {
    private final int column;
    private final ColumnType type;
    private final @Nullable MemoryDictionary dictionary;
    private int[] ints = new int[0];
    private long[] longs = new long[0];
    private double[] doubles = new double[0];
    private byte[] bytes = new byte[0];

    Reader(int column) {
      this.column = column;
      type = columns.get(column).type();
      dictionary =
          type.physical() == Physical.BYTES && shape.codings[column] != Coding.PLAIN
              ? new MemoryDictionary(values(), shape.codings[column] == Coding.ORDERED)
              : null;
    }

    private List<byte[]> values() {
      List<byte[]> values = new ArrayList<>();
      for (@Nullable Object[] row : rows) {
        for (Object value : elements(row[column])) {
          if (value != null) {
            values.add((byte[]) value);
          }
        }
      }
      return values;
    }

    @Override
    public ColumnType type() {
      return type;
    }

    @Override
    public ColumnVector read(int from, int count) {
      if (count > BATCH_ROWS || from / BLOCK_ROWS != (from + count - 1) / BLOCK_ROWS) {
        throw new IllegalArgumentException("read of " + from + ", " + count);
      }
      Arrays.fill(ints, -99);
      Arrays.fill(longs, -99);
      Arrays.fill(doubles, -99);
      Arrays.fill(bytes, (byte) 0xfe);
      List<@Nullable Object> values = new ArrayList<>();
      for (int i = from; i < from + count; i++) {
        values.add(rows.get(i)[column]);
      }
      return type.isList() ? lists(values) : vector(values);
    }

    private ColumnVector lists(List<@Nullable Object> lists) {
      int[] offsets = new int[lists.size() + 1];
      List<@Nullable Object> elements = new ArrayList<>();
      for (int i = 0; i < lists.size(); i++) {
        if (lists.get(i) != null) {
          elements.addAll(elements(lists.get(i)));
        }
        offsets[i + 1] = elements.size();
      }
      return new ColumnVector.Lists(lists.size(), offsets, vector(elements), nulls(lists));
    }

    private ColumnVector vector(List<@Nullable Object> values) {
      int count = values.size();
      long[] nulls = nulls(values);
      return switch (type.physical()) {
        case LONG -> {
          longs = longs.length < count ? new long[count + 3] : longs;
          for (int i = 0; i < count; i++) {
            longs[i] = values.get(i) instanceof Long value ? value : Long.MIN_VALUE;
          }
          yield new ColumnVector.Longs(count, longs, nulls);
        }
        case DOUBLE -> {
          doubles = doubles.length < count ? new double[count + 3] : doubles;
          for (int i = 0; i < count; i++) {
            doubles[i] = values.get(i) instanceof Double value ? value : Double.NaN;
          }
          yield new ColumnVector.Doubles(count, doubles, nulls);
        }
        case BYTES -> dictionary == null ? plain(values, nulls) : coded(values, nulls, dictionary);
      };
    }

    private ColumnVector plain(List<@Nullable Object> values, long @Nullable [] nulls) {
      int count = values.size();
      int[] offsets = new int[count + 1];
      offsets[0] = 5; // values need not begin at 0
      for (int i = 0; i < count; i++) {
        offsets[i + 1] = offsets[i] + (values.get(i) instanceof byte[] value ? value.length : 0);
      }
      bytes = bytes.length < offsets[count] ? new byte[offsets[count] + 7] : bytes;
      for (int i = 0; i < count; i++) {
        if (values.get(i) instanceof byte[] value) {
          System.arraycopy(value, 0, bytes, offsets[i], value.length);
        }
      }
      return new ColumnVector.Bytes(count, bytes, offsets, nulls);
    }

    private ColumnVector coded(
        List<@Nullable Object> values, long @Nullable [] nulls, MemoryDictionary codes) {
      int count = values.size();
      ints = ints.length < count ? new int[count + 3] : ints;
      for (int i = 0; i < count; i++) {
        ints[i] = values.get(i) instanceof byte[] value ? codes.find(value) : 0;
      }
      return new ColumnVector.Ordinals(count, ints, codes, nulls);
    }

    private static long @Nullable [] nulls(List<@Nullable Object> values) {
      long[] nulls = new long[(values.size() + 63) / 64];
      boolean some = false;
      for (int i = 0; i < values.size(); i++) {
        if (values.get(i) == null) {
          nulls[i / 64] |= 1L << i;
          some = true;
        }
      }
      return some ? nulls : null;
    }

    @Override
    public @Nullable Zone zone(int block) {
      if (!shape.zoned[column]) {
        return null;
      }
      int from = block * BLOCK_ROWS;
      int to = Math.min(rows.size(), from + BLOCK_ROWS);
      int nulls = 0;
      TreeSet<Long> longBounds = new TreeSet<>();
      TreeSet<Double> doubleBounds = new TreeSet<>();
      for (int i = from; i < to; i++) {
        Object cell = rows.get(i)[column];
        nulls += cell == null ? 1 : 0;
        for (Object value : elements(cell)) {
          switch (value) {
            case Long number -> longBounds.add(number);
            case Double number -> doubleBounds.add(number);
            case byte[] data when dictionary != null && dictionary.isOrdered() ->
                longBounds.add((long) dictionary.find(data));
            case null, default -> {}
          }
        }
      }
      boolean hasBounds = !longBounds.isEmpty() || !doubleBounds.isEmpty();
      return new Zone(
          to - from,
          nulls,
          hasBounds,
          longBounds.isEmpty() ? 0 : longBounds.first(),
          longBounds.isEmpty() ? 0 : longBounds.last(),
          doubleBounds.isEmpty() ? 0 : doubleBounds.first(),
          doubleBounds.isEmpty() ? 0 : doubleBounds.last());
    }

    @Override
    public @Nullable Ascending ascending() {
      long last = Long.MIN_VALUE;
      int rowsWithValue = 0;
      for (int i = 0; i < rows.size(); i++) {
        if (!(rows.get(i)[column] instanceof Long value)) {
          continue;
        }
        if (value < last || i > rowsWithValue) {
          return null;
        }
        last = value;
        rowsWithValue++;
      }
      return type.physical() == Physical.LONG && !type.isList() ? new Ascent(rowsWithValue) : null;
    }

    /// Looks at every row.
    private final class Ascent implements Ascending {
      private final int present;

      Ascent(int present) {
        this.present = present;
      }

      @Override
      public int present() {
        return present;
      }

      @Override
      public int firstAtLeast(long value) {
        return firstAtLeast(value, 0);
      }

      @Override
      public int firstAtLeast(long value, int from) {
        int row = from;
        while (row < present && value(row) < value) {
          row++;
        }
        return Math.min(row, present);
      }

      @Override
      public long value(int row) {
        return (Long) rows.get(row)[column];
      }
    }

    @Override
    public @Nullable Dictionary dictionary() {
      return dictionary;
    }

    @Override
    public @Nullable InvertedIndex index() {
      if (dictionary == null || !shape.indexed[column]) {
        return null;
      }
      MemoryIndex index = new MemoryIndex(dictionary.size());
      for (int i = 0; i < rows.size(); i++) {
        for (Object value : elements(rows.get(i)[column])) {
          if (value instanceof byte[] data) {
            index.add(dictionary.find(data), i);
          }
        }
      }
      return index;
    }
  }

  private static List<@Nullable Object> elements(@Nullable Object cell) {
    if (cell instanceof List<?> list) {
      return Collections.unmodifiableList(list);
    }
    return Collections.singletonList(cell);
  }

  private static final class MemoryDictionary implements Dictionary {
    private final List<byte[]> values = new ArrayList<>();
    private final boolean isOrdered;

    MemoryDictionary(List<byte[]> occurring, boolean isOrdered) {
      this.isOrdered = isOrdered;
      TreeSet<byte[]> sorted = new TreeSet<>(Arrays::compareUnsigned);
      for (byte[] value : occurring) {
        if (sorted.add(value)) {
          values.add(value);
        }
      }
      if (isOrdered) {
        values.sort(Arrays::compareUnsigned);
      }
    }

    @Override
    public int size() {
      return values.size();
    }

    @Override
    public byte[] value(int ordinal) {
      return values.get(ordinal).clone();
    }

    @Override
    public int find(byte[] value) {
      if (isOrdered) {
        return Collections.binarySearch(values, value, Arrays::compareUnsigned);
      }
      for (int i = 0; i < values.size(); i++) {
        if (Arrays.equals(values.get(i), value)) {
          return i;
        }
      }
      return -1;
    }

    @Override
    public boolean isOrdered() {
      return isOrdered;
    }
  }
}
