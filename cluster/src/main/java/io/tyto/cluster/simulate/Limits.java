package io.tyto.cluster.simulate;

import io.tyto.cluster.simulate.Report.Metadata;
import io.tyto.cluster.simulate.Report.Question;
import io.tyto.cluster.simulate.Scenario.Machines;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// What a fleet runs into, the nearest first.
final class Limits {
  /// Beyond it questions wait for each other.
  private static final double USE = 0.7;

  private static final double DISK = 0.8;
  private static final double NETWORK = 0.5;
  private static final double TAIL_OF_HEAP = 1.0 / 3;

  /// Between two looks of a follower.
  private static final double LOOK_SECONDS = 1;

  /// What asking may add to a question: the goal.
  private static final double ASKING_MILLIS = 2;

  /// Until the newest rows are answered for again after a failure: the goal.
  private static final double RECOVERY_SECONDS = 120;

  /// The deadline of a question, `query.timeout`.
  private static final double DEADLINE_MILLIS = 30_000;

  private static final double IMBALANCE = 2;

  private Limits() {}

  static List<Limit> of(
      Scenario scenario,
      NodeLoads work,
      double[] use,
      Metadata metadata,
      List<Question> questions,
      List<Change> changes) {
    List<Limit> limits = new ArrayList<>();
    addFollowing(limits, scenario, metadata);
    addHolding(limits, scenario, work, metadata);
    addWork(limits, scenario, work, use, metadata);
    addQuestions(limits, scenario, questions);
    addChanges(limits, scenario, changes.getFirst());
    limits.sort(Comparator.comparingDouble(Limit::reached).reversed());
    return List.copyOf(limits);
  }

  private static void addFollowing(List<Limit> limits, Scenario scenario, Metadata metadata) {
    limits.add(
        new Limit(
            "look-ups at the store, every process follows every partition",
            metadata.lookupsOfAll(),
            scenario.cost(Cost.STORE_LOOKUPS),
            "/s",
            true,
            "follow only what is held, or let owners tell of their commits"));
    limits.add(
        new Limit(
            "one process's look at every partition, by one thread",
            metadata.turnSeconds(),
            LOOK_SECONDS,
            "s",
            true,
            "the same; and look by several threads"));
    limits.add(
        new Limit(
            "segments mapped, every process opens every segment",
            metadata.segments(),
            scenario.cost(Cost.MAPPED_FILES),
            "",
            true,
            "open only what is held or asked for; until then raise vm.max_map_count"));
  }

  private static void addHolding(
      List<Limit> limits, Scenario scenario, NodeLoads work, Metadata metadata) {
    Machines machines = scenario.machines();
    limits.add(
        new Limit(
            "look-ups at the store, holders follow what they hold",
            metadata.lookupsOfHolders(),
            scenario.cost(Cost.STORE_LOOKUPS),
            "/s",
            false,
            "let owners tell of their commits"));
    limits.add(
        new Limit(
            "segments mapped by the busiest holder",
            metadata.mostSegments(),
            scenario.cost(Cost.MAPPED_FILES),
            "",
            false,
            "raise vm.max_map_count; larger segments"));
    limits.add(
        new Limit(
            "disk of the busiest node",
            Spread.of(work.bytes()).max() / 1e12,
            machines.diskTerabytes() * DISK,
            "TB",
            false,
            "leave old rows at the store alone, keep fewer days, add nodes"));
    limits.add(
        new Limit(
            "partitions of the busiest node over the mean",
            Spread.of(work.partitions()).imbalance(),
            IMBALANCE,
            "x",
            false,
            "more partitions a group, or a placement that bounds what a node gets"));
  }

  private static void addWork(
      List<Limit> limits, Scenario scenario, NodeLoads work, double[] use, Metadata metadata) {
    Machines machines = scenario.machines();
    limits.add(
        new Limit(
            "cores of the busiest node",
            Spread.of(use).max(),
            USE,
            "of all",
            false,
            "more nodes; cubes and views instead of rows; spread questions over replicas"));
    limits.add(
        new Limit(
            "network of the busiest node, events alone",
            Spread.of(work.received()).max() / 1e6,
            machines.networkMegabytes() * NETWORK,
            "MB/s",
            false,
            "more partitions, smaller events (Avro, Protobuf)"));
    limits.add(
        new Limit(
            "unsealed rows in the heap of the busiest node",
            Spread.of(work.unsealedBytes()).max() / 1e9,
            machines.memoryGigabytes() / 2 * TAIL_OF_HEAP,
            "GB",
            false,
            "seal earlier"));
    limits.add(
        new Limit(
            "the fastest partition, which one thread reads",
            metadata.fastestPartition(),
            scenario.cost(Cost.INGEST_ROWS),
            "events/s",
            true,
            "more partitions; a key that comes less often"));
  }

  private static void addQuestions(
      List<Limit> limits, Scenario scenario, List<Question> questions) {
    Question slowest =
        questions.stream()
            .filter(question -> scenario.load().rate(question.kind()) > 0)
            .max(Comparator.comparingDouble(Question::p99))
            .orElse(questions.getFirst());
    limits.add(
        new Limit(
            "p99 of '%s', against its deadline".formatted(slowest.kind().title()),
            slowest.p99(),
            DEADLINE_MILLIS,
            "ms",
            false,
            "more cores, or a cube that answers it"));
    limits.add(
        new Limit(
            "finding the owners of all partitions, for each question",
            Asking.lookMillis(scenario),
            ASKING_MILLIS,
            "ms",
            true,
            "keep a table of owners, made anew when members change"));
  }

  private static void addChanges(List<Limit> limits, Scenario scenario, Change death) {
    limits.add(
        new Limit(
            "newest rows away after a node died",
            death.newestAwaySeconds(scenario.costs()),
            RECOVERY_SECONDS,
            "s",
            true,
            "tail replicas; a shorter session time-out; seals in between"));
    limits.add(
        new Limit(
            "partitions with a copy less after a node died",
            death.thinSeconds(scenario.costs()),
            scenario.cost(Cost.THIN_SECONDS),
            "s",
            false,
            "more and smaller nodes; copy recent rows only, and leave old ones at the store"));
  }
}
