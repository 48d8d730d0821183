package io.tyto.server;

import io.tyto.cluster.Cluster;
import io.tyto.cluster.member.Member;
import io.tyto.cluster.rpc.NodeAddress;
import io.tyto.cluster.rpc.RpcTls;
import io.tyto.ingest.LocalNode;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What settings say of a cluster.
final class ClusterSettings {
  private ClusterSettings() {}

  /// Whether the process reads no topics itself. BAD_USER_INPUT where it could not ask anybody
  /// else.
  static boolean isGateway(Settings settings) {
    Member.Role role = role(settings);
    boolean isShared = settings.text(Setting.OWNERSHIP).equals("group");
    boolean isIn = !settings.text(Setting.CLUSTER_LISTEN).isEmpty();
    if (isIn && !isShared) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "`cluster.listen` is set, and `ownership` is `all`: processes of a cluster share one folder; set `ownership: group` and a `node` for each");
    }
    if (role == Member.Role.GATEWAY && !isIn) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "`role` is `gateway`, and `cluster.listen` is empty: a gateway answers with what others have; say where it is to listen to them, and in `cluster.seeds` where they are");
    }
    if (role == Member.Role.NODE && !isIn) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "`role` is `node`, and `cluster.listen` is empty: nobody could ask it; say where it is to listen to gateways, and in `cluster.seeds` where others are");
    }
    return role == Member.Role.GATEWAY;
  }

  /// Whether callers ask others than the process.
  static boolean isNode(Settings settings) {
    return role(settings) == Member.Role.NODE;
  }

  private static Member.Role role(Settings settings) {
    return switch (settings.text(Setting.ROLE)) {
      case "all" -> Member.Role.ALL;
      case "gateway" -> Member.Role.GATEWAY;
      case "node" -> Member.Role.NODE;
      default ->
          throw new TytoException(
              ErrorCode.BAD_USER_INPUT,
              "`role` is '%s'; all, gateway or node is expected"
                  .formatted(settings.text(Setting.ROLE)));
    };
  }

  /// Joins the cluster that the settings name, and waits until it has; null where they name none.
  static @Nullable Cluster join(Settings settings, LocalNode node) {
    return options(settings)
        .map(options ->
            Cluster.join(
                options,
                new Cluster.Rows(
                    node,
                    node::owned,
                    node::replicated,
                    node::partitions,
                    node::fedGroups,
                    node::unreplicated,
                    node::replicate)))
        .orElse(null);
  }

  /// What a process with these settings is in its cluster; empty where they name none.
  static Optional<Cluster.Options> options(Settings settings) {
    String listen = settings.text(Setting.CLUSTER_LISTEN);
    if (listen.isEmpty()) {
      return Optional.empty();
    }
    String id = settings.text(Setting.NODE);
    String announce = settings.text(Setting.CLUSTER_ANNOUNCE);
    String zone = settings.text(Setting.CLUSTER_ZONE);
    return Optional.of(
        new Cluster.Options(
            settings.text(Setting.CLUSTER_NAME),
            id,
            address(Setting.CLUSTER_LISTEN, listen),
            announce.isEmpty()
                ? address(Setting.CLUSTER_LISTEN, listen)
                : address(Setting.CLUSTER_ANNOUNCE, announce),
            addresses(settings.text(Setting.CLUSTER_SEEDS)),
            zone.isEmpty() ? id : zone,
            role(settings),
            tls(settings),
            Math.toIntExact(settings.number(Setting.CLUSTER_TAIL_REPLICAS))));
  }

  private static NodeAddress address(Setting setting, String text) {
    try {
      return NodeAddress.parse(text.strip());
    } catch (IllegalArgumentException e) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT, "`%s`: %s".formatted(setting.key(), e.getMessage()), e);
    }
  }

  private static List<NodeAddress> addresses(String text) {
    return Arrays.stream(text.split(","))
        .filter(each -> !each.isBlank())
        .map(each -> address(Setting.CLUSTER_SEEDS, each))
        .toList();
  }

  private static RpcTls tls(Settings settings) {
    String certificate = settings.text(Setting.CLUSTER_CERTIFICATE);
    String key = settings.text(Setting.CLUSTER_KEY);
    String authority = settings.text(Setting.CLUSTER_AUTHORITY);
    if (certificate.isEmpty() && key.isEmpty() && authority.isEmpty()) {
      return RpcTls.NONE;
    }
    if (certificate.isEmpty() || key.isEmpty() || authority.isEmpty()) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "`cluster.certificate`, `cluster.key` and `cluster.authority` go together: set all three, or none");
    }
    return new RpcTls(Path.of(certificate), Path.of(key), Path.of(authority));
  }
}
