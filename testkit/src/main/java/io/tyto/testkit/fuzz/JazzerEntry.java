package io.tyto.testkit.fuzz;

import org.jspecify.annotations.Nullable;

/// What Jazzer calls, by these names.
public final class JazzerEntry {
  private static @Nullable FuzzTarget target;

  private JazzerEntry() {}

  /// @param arguments the class of the target
  public static void fuzzerInitialize(String[] arguments) throws ClassNotFoundException {
    target = Fuzz.make(Class.forName(arguments[0]).asSubclass(FuzzTarget.class));
  }

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    FuzzTarget taking = target;
    if (taking == null) {
      throw new IllegalStateException("no target was named");
    }
    Fuzz.check(taking, input);
  }
}
