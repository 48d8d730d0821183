package io.tyto.cluster.member;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import io.tyto.cluster.rpc.NodeAddress;
import io.tyto.cluster.wire.RecordJson;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.shareddata.AsyncMap;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Members that find each other by Vert.x clustering with Hazelcast inside: each writes what it is
/// into a shared map, again and again, and what is not written again goes away. Thread-safe.
///
/// Nothing but these few lines is shared, and nothing depends on them being right: a split cluster
/// is two views, each of which answers what it can reach and says what it cannot.
///
/// Lifetime: from {@link #join} to {@link #close}, which takes the process off the map.
public final class HazelcastMembers implements Members {
  private static final System.Logger LOG = System.getLogger(HazelcastMembers.class.getName());
  private static final String MAP = "tyto.members";

  /// A member that has not said for so long that it is there, is not.
  static final Duration LIFETIME = Duration.ofSeconds(10);

  private static final Duration SAY_EVERY = Duration.ofSeconds(2);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  /// Seconds between two looks for clusters of the same name that this one was split from.
  private static final String SEEK = "10";

  /// Three cold processes take about 15 s to find each other.
  private static final Duration JOIN = Duration.ofMinutes(2);

  private static final Duration LEAVE = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final AsyncMap<String, String> map;
  private volatile Member self;
  private volatile Map<String, Member> seen = Map.of();

  /// Where processes look for each other.
  ///
  /// @param cluster whom it joins: others with the same name
  /// @param listen for the talk of members among themselves
  /// @param announce where others reach `listen`
  /// @param seeds where others may be, by address or by a name that stands for several
  public record Discovery(
      String cluster, NodeAddress listen, NodeAddress announce, List<NodeAddress> seeds) {}

  private HazelcastMembers(Vertx vertx, AsyncMap<String, String> map, Member self) {
    this.vertx = vertx;
    this.map = map;
    this.self = self;
  }

  /// Joins, and waits until it has. TytoException where it cannot within two minutes.
  public static HazelcastMembers join(Discovery discovery, Member self) {
    HazelcastClusterManager manager = new HazelcastClusterManager(config(discovery));
    EventBusOptions bus = new EventBusOptions().setHost(discovery.listen().host());
    Vertx vertx =
        await(
            Vertx.builder()
                .with(new VertxOptions().setEventBusOptions(bus))
                .withClusterManager(manager)
                .buildClustered(),
            discovery);
    try {
      AsyncMap<String, String> map =
          await(vertx.sharedData().<String, String>getClusterWideMap(MAP), discovery);
      HazelcastMembers members = new HazelcastMembers(vertx, map, self);
      members.announce(self);
      await(members.look(), discovery);
      vertx.setPeriodic(SAY_EVERY.toMillis(), _ -> members.say());
      vertx.setPeriodic(LOOK_EVERY.toMillis(), _ -> members.look());
      return members;
    } catch (RuntimeException e) {
      vertx.close();
      throw e;
    }
  }

  private static Config config(Discovery discovery) {
    Config config = new Config();
    config.setClusterName(discovery.cluster());
    // It would tell its maker of this cluster, and write to the console by itself.
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.logging.type", "jdk");
    config.setProperty("hazelcast.shutdownhook.enabled", "false");
    config.setProperty("hazelcast.max.no.heartbeat.seconds", String.valueOf(LIFETIME.toSeconds()));
    config.setProperty("hazelcast.heartbeat.interval.seconds", "2");
    // Who starts before the others are there begins a cluster of its own, and looks for them again.
    config.setProperty("hazelcast.merge.first.run.delay.seconds", SEEK);
    config.setProperty("hazelcast.merge.next.run.delay.seconds", SEEK);
    config.setProperty("hazelcast.socket.bind.any", "false");
    config.getNetworkConfig().setPort(discovery.listen().port()).setPortAutoIncrement(false);
    config
        .getNetworkConfig()
        .getInterfaces()
        .setEnabled(true)
        .addInterface(discovery.listen().host());
    config.getNetworkConfig().setPublicAddress(discovery.announce().toString());
    JoinConfig join = config.getNetworkConfig().getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true);
    join.getTcpIpConfig().addMember(discovery.announce().toString());
    discovery.seeds().forEach(seed -> join.getTcpIpConfig().addMember(seed.toString()));
    config.addMapConfig(new MapConfig(MAP).setBackupCount(2));
    return config;
  }

  private static <T> T await(Future<T> future, Discovery discovery) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(JOIN.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new TytoException(
          ErrorCode.INTERNAL,
          "cannot join the cluster '%s' as %s: %s; is the port free, and are the seeds %s right?"
              .formatted(
                  discovery.cluster(),
                  discovery.listen(),
                  e.getCause() == null ? "no answer within " + JOIN : e.getCause().getMessage(),
                  discovery.seeds()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted while joining the cluster", e);
    }
  }

  @Override
  public Member self() {
    return self;
  }

  @Override
  public List<Member> all() {
    Map<String, Member> all = new TreeMap<>(seen);
    Member own = self;
    all.put(own.id(), own);
    return List.copyOf(all.values());
  }

  @Override
  public void announce(Member member) {
    self = member;
    say();
  }

  private void say() {
    Member own = self;
    map.put(own.id(), RecordJson.write(own, Member.class), LIFETIME.toMillis())
        .onFailure(
            e -> LOG.log(WARNING, "cannot tell the cluster of this process; it is tried again", e));
  }

  /// What cannot be read stays as it was last seen, for no longer than it would have lived.
  private Future<?> look() {
    return map.values()
        .onSuccess(this::take)
        .onFailure(
            e -> LOG.log(WARNING, "cannot see the members of the cluster; it is tried again", e));
  }

  private void take(List<String> texts) {
    Map<String, Member> found = new TreeMap<>();
    for (String text : texts) {
      try {
        Member member = RecordJson.readKnown(text, Member.class);
        found.put(member.id(), member);
      } catch (IllegalArgumentException e) {
        LOG.log(
            WARNING, "a member of the cluster says what is not understood: {0}", e.getMessage());
      }
    }
    tellChanges(found);
    seen = found;
  }

  private void tellChanges(Map<String, Member> found) {
    List<String> come = new ArrayList<>(found.keySet());
    come.removeAll(seen.keySet());
    List<String> gone = new ArrayList<>(seen.keySet());
    gone.removeAll(found.keySet());
    if (!come.isEmpty() || !gone.isEmpty()) {
      LOG.log(INFO, "members of the cluster: {0}; new: {1}; gone: {2}", found.keySet(), come, gone);
    }
  }

  @Override
  public Duration spread() {
    return LOOK_EVERY.multipliedBy(2);
  }

  @Override
  public void close() {
    leave(map.remove(self.id()), "cannot take this process off the cluster's map");
    leave(vertx.close(), "left the cluster without a word");
  }

  private static void leave(Future<?> step, String otherwise) {
    try {
      step.toCompletionStage().toCompletableFuture().get(LEAVE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.log(WARNING, "{0}: {1}", otherwise, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
