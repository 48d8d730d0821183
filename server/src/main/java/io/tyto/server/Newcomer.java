package io.tyto.server;

import io.tyto.cluster.Cluster;
import io.tyto.cluster.member.Member;
import io.tyto.cluster.operate.Visitor;
import io.tyto.cluster.operate.Visitor.Hello;
import io.tyto.cluster.rpc.NodeAddress;
import io.tyto.cluster.rpc.UnreachableException;
import io.tyto.ingest.DataFolder;
import io.tyto.ingest.log.LogSource;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.ClusterService.Check;
import io.tyto.model.schema.Feed;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.tyto.server.settings.StoreSettings;
import io.tyto.store.DataLock;
import io.tyto.store.Store;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A process that is to join a cluster, looked at before it does. Used by one thread; calls block.
public final class Newcomer implements AutoCloseable {
  private static final int CONNECT_MILLIS = 3_000;

  /// A topic that nobody has: brokers that say so can be reached.
  private static final String NO_TOPIC = "tyto.is.anybody.there";

  private final Settings settings;
  private final Cluster.Options options;
  private final Visitor visitor;

  private Newcomer(Settings settings, Cluster.Options options) {
    this.settings = settings;
    this.options = options;
    this.visitor = new Visitor(options.tls());
  }

  /// BAD_USER_INPUT where no process of a cluster could have these settings.
  public static Newcomer of(Settings settings) {
    String _ = TytoServer.nodeOf(settings);
    boolean _ = ClusterSettings.isGateway(settings);
    Cluster.Options options =
        ClusterSettings.options(settings)
            .orElseThrow(() ->
                new TytoException(
                    ErrorCode.BAD_USER_INPUT,
                    "`cluster.listen` is empty, so a process with these settings is in no cluster: say host:port, and in `cluster.seeds` where others listen"));
    if (options.seeds().isEmpty()) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "`cluster.seeds` is empty, so the process would begin a cluster of its own: say where others listen");
    }
    return new Newcomer(settings, options);
  }

  public String name() {
    return options.id();
  }

  /// What the process would be, in a line.
  public String describe() {
    return "%s is to be one of cluster %s: role %s, zone %s, calls at %s, members at port %d, data %s, brokers %s"
        .formatted(
            options.id(),
            options.name(),
            settings.text(Setting.ROLE),
            options.zone(),
            options.announce(),
            Cluster.membersPort(options.announce()),
            settings.path(Setting.DATA).toAbsolutePath().normalize(),
            settings.text(Setting.KAFKA_BROKERS));
  }

  public List<Check> checks() {
    List<Check> checks = new ArrayList<>();
    checks.add(store());
    if (options.role() != Member.Role.GATEWAY) {
      checks.add(brokers());
    }
    List<Hello> heard = new ArrayList<>();
    for (NodeAddress seed : others()) {
      checks.add(seed(seed, heard));
    }
    checks.add(cluster(heard));
    if (!isStarted()) {
      checks.add(own(options.listen().port()));
      checks.add(own(Cluster.membersPort(options.listen())));
    }
    return checks;
  }

  /// As the first of the others tells it that answers; empty: none sees it.
  public Optional<Member> seenByOthers() {
    for (NodeAddress seed : others()) {
      try {
        return visitor.hello(seed).members().stream()
            .filter(member -> member.id().equals(options.id()))
            .findFirst();
      } catch (UnreachableException | TytoException _) {
        // the next one may answer
      }
    }
    return Optional.empty();
  }

  /// A name may stand for many; the process itself is none of the others.
  private Set<NodeAddress> others() {
    Set<NodeAddress> all = new LinkedHashSet<>();
    for (NodeAddress seed : options.seeds()) {
      try {
        for (InetAddress address : InetAddress.getAllByName(seed.host())) {
          all.add(new NodeAddress(address.getHostAddress(), seed.port()));
        }
      } catch (IOException _) {
        all.add(seed); // which is told as one that does not answer
      }
    }
    all.remove(options.listen());
    all.remove(options.announce());
    return all;
  }

  /// Then its addresses are taken, by itself.
  private boolean isStarted() {
    return DataLock.holder(settings.path(Setting.DATA), options.id())
        .filter(holder -> holder.folder().endsWith(options.id()))
        .isPresent();
  }

  private Check store() {
    Path data = settings.path(Setting.DATA);
    try {
      DataFolder folder = StoreSettings.folder(settings, options.id());
      if (!folder.hasStore()) {
        return new Check(
            "store",
            false,
            "%s holds no data: mount the folder there that the others share, or name their bucket with `store`"
                .formatted(data));
      }
      try (Store store = folder.openBeside()) {
        store.probe();
      }
      return new Check("store", true, "%s can be written, once for each name".formatted(data));
    } catch (TytoException e) {
      return new Check("store", false, String.valueOf(e.getMessage()));
    }
  }

  private Check brokers() {
    String brokers = settings.text(Setting.KAFKA_BROKERS);
    try (LogConnections connections = new LogConnections(settings, false)) {
      LogSource kafka = connections.of(Feed.Kind.KAFKA);
      kafka.describe(NO_TOPIC);
      return new Check("brokers", true, "Kafka answers at " + brokers);
    } catch (TytoException e) {
      return e.code() == ErrorCode.TOPIC_MISSING
          ? new Check("brokers", true, "Kafka answers at " + brokers)
          : new Check("brokers", false, String.valueOf(e.getMessage()));
    }
  }

  private Check seed(NodeAddress seed, List<Hello> heard) {
    NodeAddress behind = new NodeAddress(seed.host(), Cluster.membersPort(seed));
    try (Socket socket = new Socket()) {
      Hello hello = visitor.hello(seed);
      heard.add(hello);
      socket.connect(new InetSocketAddress(behind.host(), behind.port()), CONNECT_MILLIS);
      return new Check(
          "seed", true, "%s answers at %s, and members at %s".formatted(hello.id(), seed, behind));
    } catch (UnreachableException | TytoException e) {
      return new Check(
          "seed",
          false,
          "%s; is it started, is the way open, and do `cluster.certificate` and its fellows agree?"
              .formatted(e.getMessage()));
    } catch (IOException e) {
      return new Check(
          "seed",
          false,
          "members cannot be reached at %s: %s; that port has to be open too"
              .formatted(behind, e.getMessage()));
    }
  }

  private Check cluster(List<Hello> heard) {
    for (Hello hello : heard) {
      if (!hello.cluster().equals(options.name())) {
        return new Check(
            "cluster",
            false,
            "%s is in the cluster %s, and `cluster.name` is %s"
                .formatted(hello.id(), hello.cluster(), options.name()));
      }
      for (Member member : hello.members()) {
        if (member.id().equals(options.id()) && !member.address().equals(options.announce())) {
          return new Check(
              "cluster",
              false,
              "the name %s is that of the process at %s: set another `node`"
                  .formatted(member.id(), member.address()));
        }
      }
    }
    return heard.isEmpty()
        ? new Check(
            "cluster", false, "nobody of it answers; the process would begin one of its own")
        : new Check(
            "cluster",
            true,
            "%s has %d processes, and none is called %s at another address"
                .formatted(options.name(), heard.getFirst().members().size(), options.id()));
  }

  private Check own(int port) {
    String host = options.listen().host();
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(host, port));
      return new Check("address", true, "%s:%d is free".formatted(host, port));
    } catch (IOException e) {
      return new Check(
          "address",
          false,
          "cannot listen on %s:%d: %s; is the host of `cluster.listen` one of this machine?"
              .formatted(host, port, e.getMessage()));
    }
  }

  @Override
  public void close() {
    visitor.close();
  }
}
