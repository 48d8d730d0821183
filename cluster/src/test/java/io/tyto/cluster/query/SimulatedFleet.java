package io.tyto.cluster.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.cluster.member.Member;
import io.tyto.cluster.rpc.NodeAddress;
import io.tyto.cluster.rpc.UnreachableException;
import io.tyto.engine.LeafService;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.scan.ScanStats;
import io.tyto.engine.shipping.FoundGroups;
import io.tyto.engine.shipping.ScanShare;
import io.tyto.engine.shipping.StateTable;
import io.tyto.engine.snapshot.Reach;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.LongRange;
import io.tyto.engine.source.RowSource;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.QueryBounds;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.MissingRows;
import io.tyto.model.result.QueryPlan;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.TableSchema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Nodes of which each is some numbers: how far logs, seals, owners, followers and tail replicas
/// are, and what each says of itself. A gateway asks them by the classes that ask real ones.
///
/// A record is a number of its log, so a partition's rows are a count. Not thread-safe.
final class SimulatedFleet implements AutoCloseable {
  private static final int GROUP = 1;
  private static final int NOBODY = -1;
  private static final int MAX_PAUSES = 4;
  private static final Member.State SERVING = Member.State.SERVING;

  private final Random random;
  private final int partitions;
  private final List<Node> nodes = new ArrayList<>();

  // The truth of the logs and of the store, by partition.
  private final long[] log;
  private final long[] sealed;
  private final int[] owner;

  /// What the gateway has seen of manifests.
  private final long[] followed;

  /// The most that the gateway has answered.
  private final long[] answered;

  /// Members as the gateway sees them: late.
  private final SeenMembers view = new SeenMembers();

  private final ClusterSnapshots snapshots;
  private final TableSchema schema =
      new TableSchema(
          1, GROUP, 1, "plays", 1, List.of(), EventConfig.of("plays", List.of()).build());
  private long nanos;
  private int pauses;
  private boolean isWell;
  private int answers;
  private int errors;

  private final class Node {
    final int number;
    final NodeAddress address;
    boolean isAlive = true;

    /// What it believes: another may have claimed it.
    final boolean[] owns = new boolean[partitions];

    final long[] applied = new long[partitions];
    final long[] known = new long[partitions];
    final boolean[] tails = new boolean[partitions];
    final long[] tailed = new long[partitions];
    Member said;

    Node(int number) {
      this.number = number;
      this.address = new NodeAddress("n" + number, 1);
      this.said = member();
    }

    Member member() {
      return new Member(
          "n" + number,
          address,
          "z" + number % 2,
          Member.Role.NODE,
          SERVING,
          Map.of(GROUP, of(owns)),
          Map.of(GROUP, of(tails)));
    }

    private List<Integer> of(boolean[] which) {
      List<Integer> some = new ArrayList<>();
      for (int partition = 0; partition < partitions; partition++) {
        if (which[partition]) {
          some.add(partition);
        }
      }
      return some;
    }

    void forget() {
      Arrays.fill(owns, false);
      Arrays.fill(tails, false);
      for (int partition = 0; partition < partitions; partition++) {
        known[partition] = sealed[partition];
        if (owner[partition] == number) {
          owner[partition] = NOBODY;
        }
      }
    }

    long rows(int partition, boolean isTail) {
      if (isTail) {
        if (!tails[partition]) {
          throw new TytoException(ErrorCode.SHARDS_MISSING, "n" + number + " reads no such tail");
        }
        return Math.max(known[partition], tailed[partition]);
      }
      return owns[partition] ? applied[partition] : known[partition];
    }
  }

  SimulatedFleet(long seed) {
    random = new Random(seed);
    partitions = 1 + random.nextInt(6);
    log = new long[partitions];
    sealed = new long[partitions];
    owner = new int[partitions];
    followed = new long[partitions];
    answered = new long[partitions];
    Arrays.fill(owner, NOBODY);
    int count = 3 + random.nextInt(5);
    for (int i = 0; i < count; i++) {
      nodes.add(new Node(i));
    }
    snapshots =
        new ClusterSnapshots(
            this::here,
            view,
            _ -> partitions,
            new ClusterSnapshots.Surroundings(
                member -> new SimulatedLeaf(nodes.get(number(member)), false),
                new SameThread(),
                () -> nanos,
                _ -> pause()));
    snapshots.serve(new SimulatedLeaf(new Node(count), true));
  }

  private static int number(Member member) {
    return Integer.parseInt(member.id().substring(1));
  }

  int answers() {
    return answers;
  }

  int errors() {
    return errors;
  }

  /// The world goes on while a question waits.
  private void pause() {
    if (++pauses > MAX_PAUSES) {
      throw new TytoException(ErrorCode.QUERY_TIMEOUT, "it waited long enough");
    }
    for (int i = 0; i < 5; i++) {
      change();
    }
  }

  void step() {
    if (random.nextInt(4) == 0) {
      ask(random.nextInt(4) == 0);
    } else {
      change();
    }
  }

  private void change() {
    nanos += TimeUnit.MILLISECONDS.toNanos(random.nextInt(400));
    int partition = random.nextInt(partitions);
    Node node = nodes.get(random.nextInt(nodes.size()));
    switch (random.nextInt(14)) {
      case 0, 1, 2 -> log[partition] += random.nextInt(4);
      case 3, 4 -> read(node, partition);
      case 5 -> seal(node, partition);
      case 6 -> refresh(node, partition);
      case 7 -> followed[partition] = sealed[partition];
      case 8 -> node.said = node.isAlive ? node.member() : node.said;
      case 9 -> look();
      case 10 -> claim(node, partition);
      case 11 -> handOver(node, partition);
      case 12 -> tail(node, partition);
      default -> killOrStart(node);
    }
  }

  private void read(Node node, int partition) {
    if (node.isAlive && node.owns[partition]) {
      node.applied[partition] =
          Math.min(log[partition], node.applied[partition] + random.nextInt(5));
    }
    if (node.isAlive && node.tails[partition]) {
      node.tailed[partition] =
          Math.min(
              log[partition],
              Math.max(node.known[partition], node.tailed[partition]) + random.nextInt(5));
    }
  }

  /// Who was overtaken learns it now.
  private void seal(Node node, int partition) {
    if (!node.isAlive || !node.owns[partition]) {
      return;
    }
    if (owner[partition] == node.number) {
      sealed[partition] = node.applied[partition];
    } else {
      node.owns[partition] = false;
    }
    refresh(node, partition);
  }

  private void refresh(Node node, int partition) {
    node.known[partition] = sealed[partition];
  }

  /// Also what somebody owns who lives: suggestions change.
  private void claim(Node node, int partition) {
    if (node.isAlive && !node.owns[partition]) {
      owner[partition] = node.number;
      node.owns[partition] = true;
      node.tails[partition] = false;
      node.applied[partition] = sealed[partition];
      refresh(node, partition);
    }
  }

  private void handOver(Node node, int partition) {
    if (node.isAlive && node.owns[partition]) {
      seal(node, partition);
      node.owns[partition] = false;
      if (owner[partition] == node.number) {
        owner[partition] = NOBODY;
      }
    }
  }

  private void tail(Node node, int partition) {
    if (node.isAlive && !node.owns[partition]) {
      node.tails[partition] = !node.tails[partition];
      node.tailed[partition] = sealed[partition];
    }
  }

  private void killOrStart(Node node) {
    if (random.nextInt(3) == 0) {
      node.isAlive = !node.isAlive;
      if (node.isAlive) {
        node.forget();
        node.said = node.member();
      }
    }
  }

  /// Who is dead is seen for a while yet.
  private void look() {
    List<Member> now = new ArrayList<>();
    for (Node node : nodes) {
      if (node.isAlive || random.nextBoolean()) {
        now.add(node.said);
      }
    }
    view.others = now;
  }

  /// All live, own, have read, say so and are seen: then everything is answered.
  void heal() {
    isWell = true;
    nanos += TimeUnit.HOURS.toNanos(1);
    for (Node node : nodes) {
      node.isAlive = true;
      node.forget();
    }
    for (int partition = 0; partition < partitions; partition++) {
      Node node = nodes.get(random.nextInt(nodes.size()));
      claim(node, partition);
      node.applied[partition] = log[partition];
    }
    nodes.forEach(node -> node.said = node.member());
    look();
    ask(false);
    for (int partition = 0; partition < partitions; partition++) {
      assertEquals(log[partition], answered[partition], "partition " + partition);
    }
  }

  private void ask(boolean allowsPartial) {
    pauses = 0;
    QueryContext context =
        new QueryContext("q", Duration.ofMinutes(1), 1 << 20)
            .within(new QueryBounds(null, null, null, allowsPartial));
    try (TableSnapshot snapshot = snapshots.snapshot("plays", context)) {
      ScanContext scan = new ScanContext(context, new SameThread(), 1, 1);
      Map<Integer, Long> counted = counted(snapshot, scan);
      check(counted, snapshot.facts().missing(), allowsPartial);
      long[] brought = new long[partitions];
      for (RowSource source : snapshot.sources(scan)) {
        brought[source.partition()] += source.rowCount();
      }
      for (int partition = 0; partition < partitions; partition++) {
        assertTrue(brought[partition] <= log[partition], "rows that nobody wrote");
        assertTrue(
            brought[partition] >= counted.get(partition),
            "partition %d: counted %d, brought %d"
                .formatted(partition, counted.get(partition), brought[partition]));
      }
      answers++;
    } catch (TytoException e) {
      assertTrue(
          e.code() == ErrorCode.SHARDS_MISSING || e.code() == ErrorCode.QUERY_TIMEOUT, e::toString);
      assertTrue(!isWell, () -> "although all is well: " + e);
      errors++;
    }
  }

  private static Map<Integer, Long> counted(TableSnapshot snapshot, ScanContext scan) {
    Map<Integer, Long> counted = new TreeMap<>();
    if (snapshot.leaves() == null) {
      // All of it lies here, as far as anybody knows.
      snapshot
          .sources()
          .forEach(source -> counted.put(source.partition(), (long) source.rowCount()));
      return counted;
    }
    ScanShare none = new ScanShare(null, null);
    for (FoundGroups found : Objects.requireNonNull(snapshot.leaves()).scan(none, scan)) {
      found
          .tables()
          .forEach((partition, tables) -> {
            Long before = counted.put(partition, (long) tables.getFirst().rowCount());
            assertEquals(null, before, "partition " + partition + " is counted twice");
          });
    }
    return counted;
  }

  private void check(Map<Integer, Long> counted, List<MissingRows> missing, boolean allowsPartial) {
    assertTrue(allowsPartial || missing.isEmpty(), missing::toString);
    assertEquals(partitions, counted.size(), "every partition is answered");
    List<Integer> without = missing.stream().map(MissingRows::partition).toList();
    counted.forEach((partition, count) -> {
      assertTrue(count <= log[partition], "rows that nobody wrote");
      assertTrue(
          count >= answered[partition] || without.contains(partition),
          () ->
              "partition %d goes back from %d to %d"
                  .formatted(partition, answered[partition], count));
      answered[partition] = Math.max(answered[partition], count);
    });
  }

  /// Everything that is sealed, as far as the gateway knows.
  private TableSnapshot here(String collection) {
    Map<Integer, Map<String, Long>> below = new HashMap<>();
    List<RowSource> rows = new ArrayList<>();
    for (int partition = 0; partition < partitions; partition++) {
      below.put(partition, Map.of("log:" + partition, followed[partition]));
      rows.add(new Numbers(partition, (int) followed[partition]));
    }
    return new TableSnapshot(
        schema,
        "here",
        rows,
        new TableSnapshot.Facts(0, null, new Reach(below), new Reach(below)),
        () -> {});
  }

  /// Asks a node over a network that loses some calls and some answers.
  private final class SimulatedLeaf implements Leaf {
    private final Node node;
    private final boolean isHere;
    private final Map<Integer, Long> opened = new TreeMap<>();

    SimulatedLeaf(Node node, boolean isHere) {
      this.node = node;
      this.isHere = isHere;
    }

    @Override
    public boolean isHere() {
      return isHere;
    }

    private void call() {
      if (!node.isAlive || !isHere && !isWell && random.nextInt(30) == 0) {
        throw new UnreachableException(node.address, "nothing comes back", null);
      }
    }

    @Override
    public LeafService.Opened open(String collection, Choice.Part part, QueryContext context) {
      call();
      Map<Integer, Map<String, Long>> reach = new HashMap<>();
      for (int partition : part.partitions()) {
        long rows =
            isHere ? followed[partition] : node.rows(partition, part.tails().contains(partition));
        opened.put(partition, rows);
        reach.put(partition, Map.of("log:" + partition, rows));
      }
      return new LeafService.Opened(
          "lease",
          schema.version(),
          node.number + opened.toString(),
          new TableSnapshot.Facts(0, null, new Reach(reach), Reach.NONE),
          true,
          null);
    }

    @Override
    public @Nullable LongRange bounds(String lease, String column, QueryContext context) {
      call();
      return null;
    }

    @Override
    public FoundGroups scan(String lease, ScanShare share, ScanContext context) {
      call();
      Map<Integer, List<StateTable>> tables = new TreeMap<>();
      opened.forEach((partition, rows) ->
          tables.put(partition, List.of(new StateTable(rows.intValue(), Map.of()))));
      return new FoundGroups(
          tables, ScanStats.NONE, new QueryPlan(null, List.of(), List.of(), 0), "segments");
    }

    @Override
    public List<RowSource> rows(
        String lease, Choice.Part part, Reach sealedThere, ScanContext context) {
      call();
      List<RowSource> rows = new ArrayList<>();
      opened.forEach((partition, count) -> {
        long there =
            isHere ? 0 : Objects.requireNonNull(sealedThere.of(partition)).get("log:" + partition);
        rows.add(new Numbers(partition, (int) Math.max(0, count - there)));
      });
      return rows;
    }

    @Override
    public void close(String lease) {}
  }

  /// Rows of which only the number matters.
  private record Numbers(int partition, int rowCount) implements RowSource {
    @Override
    public int schemaVersion() {
      return 1;
    }

    @Override
    public @Nullable ColumnReader column(int columnId) {
      return null;
    }

    @Override
    public String name() {
      return "numbers";
    }

    @Override
    public long storedBytes() {
      return 0;
    }
  }

  /// Runs what it is given at once, so that a seed decides the order of everything.
  private static final class SameThread extends AbstractExecutorService {
    private boolean isShutDown;

    @Override
    public void execute(Runnable command) {
      command.run();
    }

    @Override
    public void shutdown() {
      isShutDown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
      isShutDown = true;
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return isShutDown;
    }

    @Override
    public boolean isTerminated() {
      return isShutDown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }
  }

  @Override
  public void close() {
    snapshots.close();
  }
}
