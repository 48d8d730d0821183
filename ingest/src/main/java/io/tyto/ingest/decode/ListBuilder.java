package io.tyto.ingest.decode;

import io.tyto.engine.row.Row;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Collects the elements of one list column from wherever they stand in a record. Reused.
final class ListBuilder {
  private static final int FIRST_CAPACITY = 8;

  /// One very long list must not hold its memory for ever.
  private static final int MAX_KEPT_CAPACITY = 1 << 12;

  private @Nullable Object[] elements = new Object[FIRST_CAPACITY];
  private int count;
  private boolean isPresent;

  void clear() {
    count = 0;
    isPresent = false;
    if (elements.length > MAX_KEPT_CAPACITY) {
      elements = new Object[FIRST_CAPACITY];
    }
  }

  /// The list is there, perhaps without elements.
  void markPresent() {
    isPresent = true;
  }

  void add(@Nullable Object element) {
    if (count == elements.length) {
      elements = Arrays.copyOf(elements, 2 * count);
    }
    elements[count++] = element;
    markPresent();
  }

  void moveTo(Row row, int column) {
    if (isPresent) {
      row.setList(column, Arrays.copyOf(elements, count));
    }
  }
}
