package io.tyto.cluster;

import static java.lang.System.Logger.Level.WARNING;

import io.tyto.cluster.member.HazelcastMembers;
import io.tyto.cluster.member.Member;
import io.tyto.cluster.member.Members;
import io.tyto.cluster.member.TailPlan;
import io.tyto.cluster.operate.Operated;
import io.tyto.cluster.operate.Operator;
import io.tyto.cluster.query.ClusterSnapshots;
import io.tyto.cluster.query.LeafMethods;
import io.tyto.cluster.rpc.CallListener;
import io.tyto.cluster.rpc.NodeAddress;
import io.tyto.cluster.rpc.NodeClient;
import io.tyto.cluster.rpc.NodeServer;
import io.tyto.cluster.rpc.RpcTls;
import io.tyto.engine.LeafService;
import io.tyto.engine.snapshot.SnapshotProvider;
import io.tyto.model.port.ClusterService;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// This process's place in a cluster. Thread-safe.
///
/// Lifetime: {@link #join}, then {@link #serve} once there is something to answer with, until
/// {@link #close}.
public final class Cluster implements ClusterService, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Cluster.class.getName());

  /// Between two looks at what this process owns.
  private static final Duration LOOK_EVERY = Duration.ofMillis(500);

  private static final Duration STOP = Duration.ofSeconds(10);

  /// Members talk among themselves on the port behind that of calls.
  private static final int MEMBERS_PORT = 1;

  private final Vertx vertx = Vertx.vertx();
  private final Options options;
  private final Rows rows;
  private final NodeClient client;
  private final Members members;
  private final ClusterSnapshots snapshots;
  private final TailPlan tails;
  private final Operator operator;
  private @Nullable NodeServer server;

  /// @param name whom it joins: others with the same
  /// @param id of this process, unlike all others and the same after each restart
  /// @param listen for calls; members find each other on the port behind
  /// @param announce where others reach `listen`; likewise
  /// @param seeds where others listen
  /// @param zone what fails together with this process
  /// @param tailReplicas how many processes read the newest rows of each partition, its owner among
  ///   them; at least 1
  public record Options(
      String name,
      String id,
      NodeAddress listen,
      NodeAddress announce,
      List<NodeAddress> seeds,
      String zone,
      Member.Role role,
      RpcTls tls,
      int tailReplicas) {}

  /// What this process has.
  ///
  /// @param local all that is sealed, and the newest rows of what it owns
  /// @param owned by group, partitions
  /// @param tails likewise, those of others whose newest rows it reads too
  /// @param partitions how many a group has
  /// @param groups of which somebody has to own each partition, names by id
  /// @param unreplicated those of them of which nobody but the owner can read the newest rows: why
  /// @param replicate has it read the newest rows of these partitions of others, and of no more
  public record Rows(
      SnapshotProvider local,
      Supplier<Map<Integer, List<Integer>>> owned,
      Supplier<Map<Integer, List<Integer>>> tails,
      IntUnaryOperator partitions,
      Supplier<Map<Integer, String>> groups,
      Supplier<Map<Integer, String>> unreplicated,
      Consumer<Map<Integer, List<Integer>>> replicate) {}

  private Cluster(Options options, Rows rows) {
    this.options = options;
    this.rows = rows;
    this.tails = new TailPlan(options.tailReplicas());
    this.client = new NodeClient(vertx, options.tls());
    this.members =
        HazelcastMembers.join(
            new HazelcastMembers.Discovery(
                options.name(),
                behind(options.listen()),
                behind(options.announce()),
                options.seeds().stream().map(Cluster::behind).toList()),
            member(Member.State.JOINING));
    this.snapshots = new ClusterSnapshots(rows.local(), members, rows.partitions(), client);
    this.operator =
        new Operator(
            options.name(),
            members,
            client,
            new Operator.Seen(rows.partitions(), rows.groups(), this::missing),
            state -> members.announce(member(state)));
  }

  /// Finds the others, and waits until it has.
  public static Cluster join(Options options, Rows rows) {
    return new Cluster(options, rows);
  }

  private static NodeAddress behind(NodeAddress calls) {
    return new NodeAddress(calls.host(), membersPort(calls));
  }

  /// Where a process talks to members that takes calls at an address.
  public static int membersPort(NodeAddress calls) {
    return calls.port() + MEMBERS_PORT;
  }

  private Member member(Member.State state) {
    return new Member(
        options.id(),
        options.announce(),
        options.zone(),
        options.role(),
        state,
        rows.owned().get(),
        rows.tails().get());
  }

  /// Rows of all members.
  public SnapshotProvider snapshots() {
    return snapshots;
  }

  public Members members() {
    return members;
  }

  /// Tells this one of calls to other nodes from now on.
  public void listen(CallListener listener) {
    client.listen(listener);
  }

  @Override
  public ClusterStatus status() {
    Map<Integer, String> groups = rows.groups().get();
    return new ClusterStatus(
        options.name(),
        options.id(),
        members.all().stream().map(member -> status(member, groups)).toList(),
        missing(),
        options.tailReplicas() == 1 ? Map.of() : named(rows.unreplicated().get(), groups));
  }

  private List<MissingPartition> missing() {
    List<MissingPartition> missing = new ArrayList<>();
    rows.groups().get().forEach((id, name) -> missing.addAll(snapshots.missing(id, name)));
    return missing;
  }

  @Override
  public boolean isDraining() {
    return members.self().state() == Member.State.DRAINING;
  }

  @Override
  public DrainStart drain(String process, boolean isForced, boolean isTrial) {
    return operator.drain(process, isForced, isTrial);
  }

  @Override
  public void resume(String process) {
    operator.resume(process);
  }

  @Override
  public void stop(String process) {
    operator.stop(process);
  }

  @Override
  public List<Place> places(Set<String> with, Set<String> without) {
    return operator.places(with, without);
  }

  private MemberStatus status(Member member, Map<Integer, String> groups) {
    return new MemberStatus(
        member.id(),
        member.address().toString(),
        member.zone(),
        member.role().name().toLowerCase(Locale.ROOT),
        MemberState.valueOf(member.state().name()),
        named(member.owned(), groups),
        named(member.tails(), groups),
        snapshots.isSuspect(member));
  }

  private static <T> Map<String, T> named(Map<Integer, T> byGroup, Map<Integer, String> groups) {
    Map<String, T> named = new TreeMap<>();
    byGroup.forEach(
        (group, value) -> named.put(groups.getOrDefault(group, "group " + group), value));
    return named;
  }

  /// Answers others from now on, does what operators tell it through them, and tells them so.
  ///
  /// @param leaf of the rows that this process has; the caller closes it after this
  public void serve(LeafService leaf, Operated process) {
    snapshots.serve(leaf);
    operator.operate(process);
    Map<String, NodeServer.Method> methods = new HashMap<>(operator.methods());
    methods.putAll(new LeafMethods(leaf).methods());
    server =
        NodeServer.start(
            vertx, options.listen().host(), options.listen().port(), options.tls(), methods);
    members.announce(member(Member.State.SERVING));
    vertx.setPeriodic(LOOK_EVERY.toMillis(), _ -> tellChanges());
  }

  private void tellChanges() {
    Set<Integer> groups = new TreeSet<>(rows.groups().get().keySet());
    groups.removeAll(rows.unreplicated().get().keySet());
    rows.replicate().accept(tails.of(members.self(), members.all(), groups, rows.partitions()));
    Member now = member(members.self().state());
    if (!now.equals(members.self())) {
      members.announce(now);
    }
  }

  /// Tells the others that this process is about to go, waits until they have looked, and goes.
  @Override
  public void close() {
    if (server != null) {
      members.announce(member(Member.State.DRAINING));
      sleep(members.spread());
    }
    members.close();
    if (server != null) {
      server.close();
    }
    snapshots.close();
    client.close();
    stop();
  }

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stop() {
    try {
      vertx
          .close()
          .toCompletionStage()
          .toCompletableFuture()
          .get(STOP.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.log(WARNING, "what answers other processes did not stop in order", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
