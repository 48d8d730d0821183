package io.tyto.store.maintenance;

/// One thing that is wrong in a store.
///
/// @param file store key, or path of a file outside the store
/// @param byteOffset where in the file, or -1 where the whole of it is meant
/// @param invariant such as `I6`, or `format`
/// @param expected what should be there
/// @param actual what is there
public record Fault(
    String file, long byteOffset, String invariant, String expected, String actual) {

  @Override
  public String toString() {
    String where = byteOffset < 0 ? file : file + " at byteOffset " + byteOffset;
    return "%s: expected %s, found %s [%s]".formatted(where, expected, actual, invariant);
  }
}
