package io.tyto.server;

import io.tyto.cluster.Cluster;
import io.tyto.cluster.operate.Operated;
import io.tyto.engine.LeafService;
import io.tyto.engine.LocalQueryService;
import io.tyto.gateway.observe.Meter;
import io.tyto.gateway.observe.Meters;
import io.tyto.ingest.LocalNode;
import io.tyto.model.port.ClusterService;
import io.tyto.server.settings.Settings;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Who answers the queries of this process: it alone, or the cluster that it is in. Closed before
/// the node.
final class Fleet implements AutoCloseable {
  private final LocalQueryService queries;
  private final @Nullable Cluster cluster;
  private final @Nullable LeafService leaf;

  private Fleet(LocalQueryService queries, @Nullable Cluster cluster, @Nullable LeafService leaf) {
    this.queries = queries;
    this.cluster = cluster;
    this.leaf = leaf;
  }

  /// Joins the cluster that the settings name, if any, and waits until it has.
  ///
  /// @param stop ends this process in order, where an operator wants that; returns at once
  static Fleet join(Settings settings, LocalNode node, Runnable stop) {
    Cluster cluster = ClusterSettings.join(settings, node);
    if (cluster == null) {
      return new Fleet(new LocalQueryService(node, TytoServer.engineOptions(settings)), null, null);
    }
    LocalQueryService queries =
        new LocalQueryService(cluster.snapshots(), TytoServer.engineOptions(settings));
    try {
      LeafService leaf = queries.leaf(node);
      cluster.serve(leaf, operated(node, stop));
      return new Fleet(queries, cluster, leaf);
    } catch (RuntimeException e) {
      queries.close();
      cluster.close();
      throw e;
    }
  }

  private static Operated operated(LocalNode node, Runnable stop) {
    return new Operated() {
      @Override
      public void withdraw() {
        node.withdraw();
      }

      @Override
      public void comeBack() {
        node.comeBack();
      }

      @Override
      public void stop() {
        stop.run();
      }

      @Override
      public boolean isOfOne(int group) {
        return node.isOfOne(group);
      }
    };
  }

  LocalQueryService queries() {
    return queries;
  }

  /// Who is there and who owns what.
  ClusterService status() {
    return cluster == null ? ClusterService.NONE : cluster;
  }

  /// Counts and times the calls to others.
  void tellCalls(Meters meters) {
    if (cluster != null) {
      cluster.listen((method, outcome, nanos) ->
          meters.time(Meter.CLUSTER_CALLS, nanos, method, outcome.name().toLowerCase(Locale.ROOT)));
    }
  }

  @Override
  public void close() {
    if (cluster != null) {
      cluster.close();
    }
    if (leaf != null) {
      leaf.close();
    }
    queries.close();
  }
}
