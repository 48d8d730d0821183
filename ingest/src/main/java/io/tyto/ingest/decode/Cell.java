package io.tyto.ingest.decode;

import io.tyto.engine.row.Row;

/// One converted value on its way into a row or a list. Reused.
final class Cell {
  private Row.Kind kind = Row.Kind.NULL;
  private long longValue;
  private double doubleValue;
  private byte[] bytes = {};

  void setLong(long value) {
    kind = Row.Kind.LONG;
    longValue = value;
  }

  void setDouble(double value) {
    kind = Row.Kind.DOUBLE;
    doubleValue = value;
  }

  void setBytes(byte[] value) {
    kind = Row.Kind.BYTES;
    bytes = value;
  }

  void moveTo(Row row, int column) {
    switch (kind) {
      case LONG -> row.setLong(column, longValue);
      case DOUBLE -> row.setDouble(column, doubleValue);
      case BYTES -> row.setBytes(column, bytes);
      case NULL, LIST -> throw new IllegalStateException("a cell holds no " + kind);
    }
  }

  /// The value as an element of a row's list.
  Object boxed() {
    return switch (kind) {
      case LONG -> longValue;
      case DOUBLE -> doubleValue;
      case BYTES -> bytes;
      case NULL, LIST -> throw new IllegalStateException("a cell holds no " + kind);
    };
  }
}
