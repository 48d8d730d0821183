package io.tyto.cluster.query;

import org.junit.jupiter.api.Test;

/// Three to seven nodes over a network, clock and store that do as seeds say, on one thread: who
/// asks gets every partition once, each as a prefix of its log that is never shorter than before,
/// or an error with a name; and once all is well, everything.
///
/// `-Dsim.seeds=5000` runs so many, `-Dsim.seed=42` that one, or from there on.
class ClusterSimulationTest {
  private static final long FIRST_SEED = Long.getLong("sim.seed", 1);
  private static final int SEEDS =
      Integer.getInteger("sim.seeds", System.getProperty("sim.seed") == null ? 1_000 : 1);
  private static final int STEPS = 400;

  @Test
  void answersAreExactOrErrorsAreNamed() {
    int answers = 0;
    int errors = 0;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      try (SimulatedFleet fleet = new SimulatedFleet(seed)) {
        for (int step = 0; step < STEPS; step++) {
          fleet.step();
        }
        fleet.heal();
        answers += fleet.answers();
        errors += fleet.errors();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            "seed %d: %s%n  again: mvn -Dquick -pl cluster -am test -Dtest=ClusterSimulationTest -Dsim.seed=%d -Dsurefire.failIfNoSpecifiedTests=false"
                .formatted(seed, e, seed),
            e);
      }
    }
    System.getLogger(ClusterSimulationTest.class.getName())
        .log(
            System.Logger.Level.INFO,
            "{0} seeds from {1}: {2} answers, {3} errors with a name",
            SEEDS,
            FIRST_SEED,
            answers,
            errors);
    if (SEEDS > 1 && (answers < errors || errors == 0)) {
      throw new AssertionError("%d answers and %d errors prove little".formatted(answers, errors));
    }
  }
}
