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
    return role == Member.Role.GATEWAY;
  }

  private static Member.Role role(Settings settings) {
    return switch (settings.text(Setting.ROLE)) {
      case "all" -> Member.Role.ALL;
      case "gateway" -> Member.Role.GATEWAY;
      default ->
          throw new TytoException(
              ErrorCode.BAD_USER_INPUT,
              "`role` is '%s'; all or gateway is expected".formatted(settings.text(Setting.ROLE)));
    };
  }

  /// Joins the cluster that the settings name, and waits until it has; null where they name none.
  static @Nullable Cluster join(Settings settings, LocalNode node) {
    String listen = settings.text(Setting.CLUSTER_LISTEN);
    if (listen.isEmpty()) {
      return null;
    }
    String id = settings.text(Setting.NODE);
    String announce = settings.text(Setting.CLUSTER_ANNOUNCE);
    String zone = settings.text(Setting.CLUSTER_ZONE);
    Cluster.Options options =
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
            Math.toIntExact(settings.number(Setting.CLUSTER_TAIL_REPLICAS)));
    return Cluster.join(
        options,
        new Cluster.Rows(
            node,
            node::owned,
            node::replicated,
            node::partitions,
            node::fedGroups,
            node::unreplicated,
            node::replicate));
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
