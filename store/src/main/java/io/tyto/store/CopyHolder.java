package io.tyto.store;

/// Who keeps the copy of an object open; see {@link Store#hold}.
@FunctionalInterface
public interface CopyHolder {
  /// Closes the copy where nobody reads it, and returns true; else false. Must not wait: it is
  /// called while room is made for another.
  boolean letGo();
}
