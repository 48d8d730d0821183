package io.tyto.cluster.simulate;

import io.tyto.cluster.member.Member;
import io.tyto.cluster.simulate.Report.FanOut;
import io.tyto.cluster.simulate.Report.Metadata;
import io.tyto.cluster.simulate.Report.Question;
import io.tyto.cluster.simulate.Scenario.Layout;
import io.tyto.cluster.simulate.Scenario.Machines;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/// Replays measured costs through the placement: the same scenario gives the same report.
///
/// Partitions are placed as {@link io.tyto.cluster.member.Placement} places them, and the first
/// holder of each takes its events and answers for it. Everything is an average over time but the
/// latencies, which are drawn.
public final class Simulation {
  private static final double MANIFESTS_KEPT = 1_000;
  private static final double MANIFEST_SECONDS = 7 * 86_400;

  /// Each merge of eight is a commit, and so is each of eight of those.
  private static final double COMMITS_A_SEAL = 1 + 1.0 / 7;

  /// A follower asks for the next manifest, and for the milestone behind it.
  private static final int LOOKUPS = 2;

  private final Scenario scenario;
  private final PartitionLoads loads;
  private final int nodes;

  /// With room for one that is added.
  private final int slots;

  private final Holdings now;
  private final NodeLoads work;
  private final double[] use;

  private Simulation(Scenario scenario) {
    this.scenario = scenario;
    this.loads = new PartitionLoads(scenario);
    this.nodes = scenario.machines().nodes();
    this.slots = nodes + 1;
    this.now = place(node -> node < nodes, _ -> false);
    this.work = NodeLoads.of(scenario, loads, now, nodes);
    this.use = work.use(scenario, Asking.cores(scenario, width(now)) / nodes);
  }

  public static Report run(Scenario scenario) {
    return new Simulation(scenario).report();
  }

  private Report report() {
    Metadata metadata = metadata();
    List<Question> questions = questions();
    List<Change> changes = changes();
    Spread byRange = ownersByRange();
    return new Report(
        scenario,
        Spread.of(work.partitions()),
        Spread.of(work.owned()),
        byRange,
        Spread.of(work.bytes()),
        Spread.of(work.received()),
        Spread.of(work.unsealedBytes()),
        Spread.of(work.ingestCores()),
        Spread.of(work.queryCores()),
        Spread.of(use),
        metadata,
        questions,
        fanOuts(),
        changes,
        Limits.of(scenario, work, use, metadata, questions, changes));
  }

  private Holdings place(IntPredicate isThere, IntPredicate isDraining) {
    List<Member> members =
        Holdings.members(slots, scenario.machines().zones(), isThere, isDraining);
    return Holdings.place(scenario.layout(), members);
  }

  private int width(Holdings holdings) {
    return IntStream.range(0, scenario.layout().groups())
        .map(group -> NodeLoads.width(scenario, holdings, group))
        .max()
        .orElse(0);
  }

  private Spread ownersByRange() {
    double[] owned = new double[nodes];
    for (int owner : Holdings.ownersByRange(scenario.layout(), nodes)) {
      owned[owner]++;
    }
    return Spread.of(owned);
  }

  private Metadata metadata() {
    Layout layout = scenario.layout();
    double segments = 0;
    double atMost = 0;
    double commits = 0;
    double manifests = 0;
    double bytes = 0;
    double fastest = 0;
    double[] held = new double[nodes];
    for (int partition = 0; partition < loads.count(); partition++) {
      segments += loads.segments(partition);
      atMost += loads.segmentsAtMost(partition);
      double rate = COMMITS_A_SEAL / loads.sealSeconds(partition);
      commits += rate;
      manifests += Math.max(MANIFESTS_KEPT, rate * MANIFEST_SECONDS);
      bytes += rate * loads.manifestBytes(partition);
      fastest = Math.max(fastest, loads.rate(partition));
      for (int holder : now.of(partition)) {
        held[holder] += loads.segments(partition);
      }
    }
    double followed = (double) layout.all() * (nodes - 1);
    return new Metadata(
        segments,
        atMost,
        Spread.of(held).max(),
        commits,
        manifests,
        bytes,
        fastest,
        LOOKUPS * followed,
        (double) LOOKUPS * layout.all() * (layout.replicas() - 1),
        LOOKUPS * followed / nodes * scenario.cost(Cost.LOOKUP_MILLIS) * 1e-3,
        nodes * scenario.cost(Cost.MEMBER_BYTES) + layout.all() * scenario.cost(Cost.OWNED_BYTES));
  }

  /// As the first group has it.
  private List<Question> questions() {
    Tails tails = new Tails(scenario);
    List<Question> questions = new ArrayList<>();
    for (QueryKind kind : QueryKind.values()) {
      double[] seconds = new double[nodes];
      double rows = 0;
      for (int partition = 0; partition < scenario.layout().partitions(); partition++) {
        seconds[now.of(partition)[0]] += loads.querySeconds(partition, kind);
        rows += loads.rows(partition, kind.days());
      }
      double[] millis =
          Arrays.stream(seconds)
              .filter(each -> each > 0)
              .map(each -> each / scenario.machines().cores() * 1e3)
              .toArray();
      double asking =
          Asking.lookMillis(scenario)
              + Asking.mergeMillis(scenario, kind, millis.length) / scenario.machines().cores();
      Tails.Times times = tails.of(millis, asking);
      questions.add(
          new Question(
              kind,
              millis.length,
              rows,
              Arrays.stream(seconds).sum(),
              Spread.of(millis).max(),
              asking,
              times.p50(),
              times.p99(),
              times.hedgedP99()));
    }
    return questions;
  }

  private List<FanOut> fanOuts() {
    Tails tails = new Tails(scenario);
    List<FanOut> fanOuts = new ArrayList<>();
    for (int leaves = 1; leaves <= nodes; leaves *= 10) {
      fanOuts.add(fanOut(tails, leaves));
      if (leaves * 10 > nodes && leaves < nodes) {
        fanOuts.add(fanOut(tails, nodes));
      }
    }
    return fanOuts;
  }

  private static FanOut fanOut(Tails tails, int leaves) {
    double[] medians = new double[leaves];
    Arrays.fill(medians, Report.FAN_OUT_MILLIS);
    Tails.Times times = tails.of(medians, 0);
    return new FanOut(leaves, times.p50(), times.p99(), times.hedgedP99());
  }

  /// To the busiest node and its zone, since that is the worst of each.
  private List<Change> changes() {
    Machines machines = scenario.machines();
    int busiest = Spread.of(use).busiest();
    int zone = busiest % machines.zones();
    List<Change> changes = new ArrayList<>();
    changes.add(sudden("node n%d dies".formatted(busiest), node -> node == busiest));
    if (machines.zones() > 1) {
      changes.add(sudden("zone z%d dies".formatted(zone), node -> node % machines.zones() == zone));
    }
    changes.add(
        change("a node is added", place(_ -> true, _ -> false), new boolean[slots], nodes + 1));
    changes.add(
        change(
            "node n%d is drained".formatted(busiest),
            place(node -> node < nodes, node -> node == busiest),
            new boolean[slots],
            nodes - 1));
    return changes;
  }

  private Change sudden(String title, IntPredicate isGone) {
    boolean[] gone = new boolean[slots];
    int left = nodes;
    for (int node = 0; node < nodes; node++) {
      gone[node] = isGone.test(node);
      left -= gone[node] ? 1 : 0;
    }
    return change(title, place(node -> node < nodes && !gone[node], _ -> false), gone, left);
  }

  private Change change(String title, Holdings after, boolean[] gone, int left) {
    double asking = Asking.cores(scenario, width(after)) / left;
    double[] then = NodeLoads.of(scenario, loads, after, slots).use(scenario, asking);
    return Change.of(
        scenario, loads, new Change.Step(title, now, after, gone), new double[][] {use, then});
  }
}
