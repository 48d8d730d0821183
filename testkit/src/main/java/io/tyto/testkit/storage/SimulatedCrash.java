package io.tyto.testkit.storage;

/// The process ends here. An Error, so that no code under test catches it as a failed operation.
public final class SimulatedCrash extends Error {
  private static final long serialVersionUID = 1L;

  SimulatedCrash(String where) {
    super("simulated crash at " + where);
  }
}
