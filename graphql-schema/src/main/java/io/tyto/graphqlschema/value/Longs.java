package io.tyto.graphqlschema.value;

import java.util.function.Supplier;

/// How 64-bit integers travel in the answer that the calling thread makes: as numbers wherever
/// every client reads them exactly, or as strings throughout. Thread-safe.
public final class Longs {
  private static final ScopedValue<Boolean> ARE_STRINGS = ScopedValue.newInstance();

  private Longs() {}

  /// Whether they are strings, however small.
  public static boolean areStrings() {
    return ARE_STRINGS.isBound() && ARE_STRINGS.get();
  }

  /// Makes something with integers in that form.
  public static <T> T in(boolean areStrings, Supplier<T> make) {
    return areStrings ? ScopedValue.where(ARE_STRINGS, true).call(make::get) : make.get();
  }
}
