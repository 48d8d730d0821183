package io.tyto.engine.load;

import io.tyto.engine.encoding.BytesTable;
import io.tyto.engine.vector.Dictionary;

/// The dictionary of one thread that reads a file. Rows of many blocks refer to it while it grows,
/// so it may hold values that no row of a source has.
record TableDictionary(BytesTable table) implements Dictionary {
  @Override
  public int size() {
    return table.size();
  }

  @Override
  public byte[] value(int ordinal) {
    return table.value(ordinal);
  }

  @Override
  public int find(byte[] value) {
    return table.find(value, table.size());
  }

  @Override
  public boolean isOrdered() {
    return false;
  }
}
