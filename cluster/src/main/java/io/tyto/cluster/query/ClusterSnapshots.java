package io.tyto.cluster.query;

import io.tyto.cluster.member.Member;
import io.tyto.cluster.member.Members;
import io.tyto.cluster.rpc.NodeClient;
import io.tyto.cluster.rpc.UnreachableException;
import io.tyto.engine.LeafService;
import io.tyto.engine.page.StableHash;
import io.tyto.engine.snapshot.SnapshotProvider;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.ClusterService.MissingPartition;
import io.tyto.model.query.QueryContext;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.View;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/// Snapshots of collections whose newest rows are on several nodes: each partition as the node has
/// it that takes its events, or where nobody does, as it is sealed. Thread-safe.
///
/// A snapshot is fixed when it is opened: every node holds its part until the question ends. A node
/// that does not answer is left out for a while and the snapshot opened anew, within the question's
/// deadline; rows that only it has are missing, and the question fails and says which.
public final class ClusterSnapshots implements SnapshotProvider, AutoCloseable {
  /// Snapshots that are begun anew for one question.
  private static final int MAX_TURNS = 5;

  private final SnapshotProvider local;
  private final Members members;
  private final Shares shares;
  private final NodeClient client;
  private volatile @Nullable LocalLeaf own;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /// @param local rows as this process has them: all that is sealed, and the newest of what it owns
  /// @param partitions of a group
  public ClusterSnapshots(
      SnapshotProvider local, Members members, IntUnaryOperator partitions, NodeClient client) {
    this.local = local;
    this.members = members;
    this.shares = new Shares(members, partitions);
    this.client = client;
  }

  /// Takes part with what this process has; until then it answers from that alone.
  public void serve(LeafService leaf) {
    own = new LocalLeaf(leaf);
  }

  /// The partitions of a group whose newest rows are not to be had, or that nobody reads.
  ///
  /// @param name of the group
  public List<MissingPartition> missing(int group, String name) {
    return shares.missing(group, name);
  }

  /// Whether a node did not answer, and is not asked for a moment.
  public boolean isSuspect(Member member) {
    return shares.isSuspect(member);
  }

  @Override
  public TableSnapshot snapshot(String collection) {
    return local.snapshot(collection);
  }

  @Override
  public Object stored(ColumnSpec column, Object value) {
    return local.stored(column, value);
  }

  @Override
  public TableSnapshot snapshot(String collection, QueryContext context) {
    TableSnapshot here = local.snapshot(collection, context);
    LocalLeaf mine = own;
    if (mine == null || collection.startsWith(View.PREFIX)) {
      return here;
    }
    try {
      for (int turn = 1; ; turn++) {
        Map<Member, List<Integer>> wanted = shares.of(here.schema().groupId());
        if (wanted.size() == 1 && wanted.containsKey(members.self())) {
          return here;
        }
        try {
          return open(collection, here, wanted, mine, context);
        } catch (UnreachableException e) {
          shares.suspect(e.node());
          if (turn == MAX_TURNS) {
            throw new TytoException(
                ErrorCode.SHARDS_MISSING,
                "collection %s: %s, nor did %d others before it; try again in a moment"
                    .formatted(collection, e.getMessage(), turn - 1),
                e);
          }
        }
        context.check();
      }
    } catch (RuntimeException | Error e) {
      here.close();
      throw e;
    }
  }

  private TableSnapshot open(
      String collection,
      TableSnapshot here,
      Map<Member, List<Integer>> wanted,
      LocalLeaf mine,
      QueryContext context) {
    OpenLeaves leaves =
        OpenLeaves.open(
            collection, wanted, member -> leaf(member, mine), threads, shares::suspect, context);
    try {
      StableHash id = new StableHash();
      // Of equal views of two nodes another partition of each may be meant.
      wanted.values().forEach(partitions -> id.add(partitions.toString()));
      Long lag = here.facts().ingestLagMillis();
      for (LeafService.Opened opened : leaves.opened()) {
        require(here, opened);
        id.add(opened.id());
        lag = later(lag, opened.facts().ingestLagMillis());
      }
      return TableSnapshot.shared(
          here.schema(),
          id.id(),
          leaves,
          here::sources,
          new TableSnapshot.Facts(here.facts().deadLetters(), lag),
          () -> {
            leaves.close();
            here.close();
          });
    } catch (RuntimeException | Error e) {
      leaves.close();
      throw e;
    }
  }

  private static void require(TableSnapshot here, LeafService.Opened opened) {
    if (opened.schemaVersion() != here.schema().version()) {
      throw new TytoException(
          ErrorCode.STALE,
          "collection %s is of version %d on one node and %d on another: its config was just changed; try again in a moment"
              .formatted(here.schema().name(), opened.schemaVersion(), here.schema().version()));
    }
  }

  private static @Nullable Long later(@Nullable Long one, @Nullable Long other) {
    return one == null || other != null && other > one ? other : one;
  }

  private Leaf leaf(Member member, LocalLeaf mine) {
    return member.id().equals(members.self().id())
        ? mine
        : new RemoteLeaf(member.address(), client);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
