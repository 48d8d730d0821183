package io.tyto.engine.kernel;

import java.lang.System.Logger.Level;

/// Chooses the kernels once per JVM.
final class KernelProvider {
  static final Kernels BEST = choose();
  static final PackedKernels BEST_PACKED =
      BEST instanceof ScalarKernels ? ScalarPackedKernels.INSTANCE : new VectorPackedKernels();

  private KernelProvider() {}

  private static Kernels choose() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      System.getLogger(KernelProvider.class.getName())
          .log(
              Level.INFO,
              "Vector API is off: scans run on plain loops. Start Java with"
                  + " --add-modules jdk.incubator.vector to turn it on.");
      return ScalarKernels.INSTANCE;
    }
    return new VectorKernels();
  }
}
