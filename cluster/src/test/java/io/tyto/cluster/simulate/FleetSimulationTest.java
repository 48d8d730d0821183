package io.tyto.cluster.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.cluster.member.Member;
import io.tyto.cluster.simulate.Scenario.Layout;
import io.tyto.cluster.simulate.Scenario.Load;
import io.tyto.cluster.simulate.Scenario.Machines;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FleetSimulationTest {
  private static final long SEED = Long.getLong("test.seed", 20261122L);
  private static final IntPredicate NONE = _ -> false;
  private static final double DAY = 86_400;

  private static Scenario scenario(int nodes, int zones, Layout layout, double skew, long seed) {
    return new Scenario(
        new Machines(nodes, zones, 16, 1_250, 1_000, 8, 64),
        layout,
        new Load(1e9, 41, 30, skew, 10_000, 20, Map.of(QueryKind.CUBE, 9.0, QueryKind.RECENT, 1.0)),
        new Costs(Map.of()),
        seed);
  }

  private static Scenario small(long seed) {
    return scenario(5, 3, new Layout(2, 32, 2, 1), 0.5, seed);
  }

  @Test
  void equalSeedsGiveEqualReports() {
    assertEquals(Simulation.run(small(7)), Simulation.run(small(7)));
    assertEquals(ReportText.of(Simulation.run(small(7))), ReportText.of(Simulation.run(small(7))));
    assertNotEquals(Simulation.run(small(7)).bytes(), Simulation.run(small(8)).bytes());
  }

  /// What is printed, whole: a change of it is a change of docs/scale.md.
  @Test
  void printsWhatIsWrittenDown() throws IOException {
    List<String> lines = ReportText.of(Simulation.run(small(7)));
    String name = "small.txt";
    Path written = Path.of("target", name);
    Files.createDirectories(written.getParent());
    Files.write(written, lines);
    try (InputStream golden =
        Objects.requireNonNull(FleetSimulationTest.class.getResourceAsStream(name), name)) {
      assertEquals(
          new String(golden.readAllBytes(), StandardCharsets.UTF_8),
          String.join("\n", lines) + "\n",
          () -> "what is printed now is in " + written.toAbsolutePath());
    }
  }

  /// Copies that move are those of whoever goes, or of whoever comes, and nothing else.
  @Test
  void whatMovesIsWhatChangedHolders() {
    for (int round = 0; round < 6; round++) {
      int nodes = 5 + round * 4;
      Layout layout = new Layout(2, 64, 1 + round % 3, 1);
      Scenario scenario = scenario(nodes, 3, layout, 0.7, SEED + round);
      String which = "-Dtest.seed=" + SEED + ", round " + round;
      PartitionLoads loads = new PartitionLoads(scenario);
      Holdings before = place(layout, nodes, node -> node < nodes, NONE);
      NodeLoads work = NodeLoads.of(scenario, loads, before, nodes + 1);
      assertEquals(
          1e9 * 30 * 41 * layout.replicas(), sum(work.bytes()), 1, which + ", all that is held");
      Holdings without = place(layout, nodes, node -> node < nodes && node != 2, NONE);
      assertEquals(work.bytes()[2], moved(scenario, loads, before, without, 2), 1, which);
      Holdings drained = place(layout, nodes, node -> node < nodes, node -> node == 2);
      assertEquals(work.bytes()[2], moved(scenario, loads, before, drained, -1), 1, which);
      Holdings more = place(layout, nodes, _ -> true, NONE);
      double taken = NodeLoads.of(scenario, loads, more, nodes + 1).bytes()[nodes];
      assertEquals(taken, moved(scenario, loads, before, more, -1), 1, which);
      Holdings back = place(layout, nodes, node -> node < nodes, NONE);
      assertEquals(0, moved(scenario, loads, before, back, -1), which);
    }
  }

  /// With copies in different zones a zone that dies takes one of each at most.
  @Test
  void aZoneThatDiesLeavesACopyOfEverything() {
    Report report = Simulation.run(scenario(12, 3, new Layout(2, 64, 2, 1), 0.5, 3));
    Change zone = report.changes().get(1);
    assertTrue(zone.title().startsWith("zone"), zone.title());
    assertEquals(zone.thinPartitions(), zone.copies());
    assertEquals(0, zone.lonePartitions());
    Report single = Simulation.run(scenario(12, 3, new Layout(2, 64, 1, 1), 0.5, 3));
    assertEquals(single.changes().get(1).copies(), single.changes().get(1).lonePartitions());
  }

  private static Holdings place(
      Layout layout, int nodes, IntPredicate isThere, IntPredicate isDraining) {
    List<Member> members = Holdings.members(nodes + 1, 3, isThere, isDraining);
    return Holdings.place(layout, members);
  }

  private static double moved(
      Scenario scenario, PartitionLoads loads, Holdings before, Holdings after, int dead) {
    boolean[] gone = new boolean[scenario.machines().nodes() + 1];
    if (dead >= 0) {
      gone[dead] = true;
    }
    double[][] use = {{0}, {0}};
    return Change.of(scenario, loads, new Change.Step("", before, after, gone), use).bytesMoved();
  }

  private static double sum(double[] values) {
    return Arrays.stream(values).sum();
  }

  @Test
  void manyPartitionsAreSharedOutEvenlyAndFewAreNot() {
    Report many = Simulation.run(scenario(9, 3, new Layout(4, 1_024, 2, 1), 0, 1));
    assertTrue(many.partitions().imbalance() < 1.1, many.partitions().toString());
    assertTrue(many.partitions().min() > 0.9 * many.partitions().mean());
    Report few = Simulation.run(scenario(100, 3, new Layout(1, 64, 1, 1), 0, 1));
    assertTrue(few.partitions().imbalance() > 2, few.partitions().toString());
    assertEquals(0, few.partitions().min());
    assertTrue(few.questions().getFirst().width() <= 64);
  }

  @Test
  void busyKeysMakeBusyPartitions() {
    Layout layout = new Layout(1, 256, 1, 1);
    PartitionLoads even = new PartitionLoads(scenario(3, 3, layout, 0, 1));
    PartitionLoads skewed = new PartitionLoads(scenario(3, 3, layout, 2, 1));
    assertEquals(1, IntStream.range(0, 256).mapToDouble(even::share).sum(), 1e-9);
    assertEquals(1, IntStream.range(0, 256).mapToDouble(skewed::share).sum(), 1e-9);
    assertTrue(IntStream.range(0, 256).mapToDouble(even::share).max().orElseThrow() < 2.0 / 256);
    // 6 / pi^2 of all rows have the first key.
    double most = IntStream.range(0, 256).mapToDouble(skewed::share).max().orElseThrow();
    assertTrue(most > 0.607 && most < 0.65, "the busiest partition has " + most);
  }

  @Test
  void kafkasRangeFillsTheFirstNodesFirst() {
    assertEquals(
        List.of(0, 0, 0, 0, 1, 1, 1, 2, 2, 2),
        IntStream.of(Holdings.ownersByRange(new Layout(1, 10, 1, 1), 3)).boxed().toList());
    assertEquals(
        List.of(0, 1, 0, 1),
        IntStream.of(Holdings.ownersByRange(new Layout(2, 2, 1, 1), 5)).boxed().toList());
  }

  /// One partition on one of two nodes, by hand.
  @Test
  void aSingleNodesDeathTakesWhatOneCanCompute() {
    Scenario scenario =
        new Scenario(
            new Machines(2, 1, 1, 100, 200, 8, 64),
            new Layout(1, 1, 1, 1),
            new Load(1_000 * DAY, 50, 10, 0, 1, 0, Map.of(QueryKind.CUBE, 1.0)),
            new Costs(Map.of(Cost.INGEST_ROWS, 11_000.0, Cost.COPY_SHARE, 1.0)),
            1);
    Report report = Simulation.run(scenario);
    Change death = report.changes().getFirst();
    double bytes = 1_000 * DAY * 10 * 50;
    assertEquals(bytes, death.bytesMoved());
    assertEquals(bytes / 100e6, death.copySeconds(), 1e-6);
    assertEquals(bytes / 100e6 + 10, death.thinSeconds(scenario.costs()), 1e-6);
    assertEquals(1, death.lonePartitions());
    // 65,536 rows seal it every 65.5 s; half of that and 45 s are read again at 10,000 a second.
    double again = 1_000 * (65.536 / 2 + 45);
    assertEquals(again, death.rowsAgain(), 1e-6);
    assertEquals(45 + again / 10_000, death.newestAwaySeconds(scenario.costs()), 1e-6);
    assertEquals(1_000 / 11_000.0 + 1_000 * 460e-9, death.useAfter(), 1e-9);
  }

  @Test
  void whoeverWaitsForMoreLeavesWaitsLonger() {
    Scenario scenario = small(11);
    Tails tails = new Tails(scenario);
    Tails.Times one = tails.of(filled(1), 0);
    Tails.Times hundred = tails.of(filled(100), 0);
    assertTrue(hundred.p50() > one.p50() && hundred.p99() > one.p99());
    assertTrue(hundred.hedgedP99() < hundred.p99());
    assertEquals(5.5, one.p50(), 0.3);
    // Half of all questions see the slowest of a hundred leaves beyond what one in 145 takes.
    assertTrue(hundred.p50() > 2.3 * 5 + 0.5, "p50 of the slowest of 100: " + hundred.p50());
  }

  private static double[] filled(int leaves) {
    double[] medians = new double[leaves];
    Arrays.fill(medians, 5);
    return medians;
  }

  @Test
  void whatCannotBeIsRefused() {
    Layout layout = new Layout(1, 4, 3, 1);
    assertRefused("replicas: 3", () -> scenario(2, 1, layout, 0, 1));
    assertRefused("partitions: 1025", () -> new Layout(1, 1_025, 1, 1));
    assertRefused("tails: 2", () -> new Layout(1, 4, 1, 2));
    assertRefused("zones: 4", () -> scenario(3, 4, layout, 0, 1));
    assertRefused("ingest-rows", () -> new Costs(Map.of(Cost.INGEST_ROWS, 0.0)));
    assertRefused(
        "the sum of the mix", () -> new Load(1, 1, 1, 0, 1, 1, Map.of(QueryKind.CUBE, 0.0)));
  }

  private static void assertRefused(String because, Runnable what) {
    String said = assertThrows(IllegalArgumentException.class, what::run).getMessage();
    assertTrue(said.contains(because), said);
  }
}
