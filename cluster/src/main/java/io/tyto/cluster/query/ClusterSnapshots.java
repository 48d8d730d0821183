package io.tyto.cluster.query;

import io.tyto.cluster.member.Member;
import io.tyto.cluster.member.Members;
import io.tyto.cluster.rpc.NodeClient;
import io.tyto.cluster.rpc.UnreachableException;
import io.tyto.engine.LeafService;
import io.tyto.engine.page.StableHash;
import io.tyto.engine.snapshot.Reach;
import io.tyto.engine.snapshot.SnapshotProvider;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.ShardsMissingException;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.ClusterService.MissingPartition;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.MissingRows;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.View;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Snapshots of collections whose newest rows are on several nodes: each partition as the node has
/// it that takes its events, or where nobody does, as it is sealed. Thread-safe.
///
/// A snapshot is fixed when it is opened: every node holds its part until the question ends. A node
/// that does not answer is left out for a while and the snapshot opened anew, within the question's
/// deadline, with who else reads its newest rows; where nobody does they are missing, and the
/// question fails and says which, or is answered without them if it allows that. No answer lies
/// behind an earlier one of this process: until the nodes have read as far again it waits.
public final class ClusterSnapshots implements SnapshotProvider, AutoCloseable {
  /// Snapshots that are begun anew for one question, each because of a node that does not answer.
  private static final int MAX_SILENT = 5;

  /// Between two looks whether nodes have caught up, within the question's deadline.
  private static final long FIRST_PAUSE_MILLIS = 20;

  private static final long LAST_PAUSE_MILLIS = 500;

  private final SnapshotProvider local;
  private final Members members;
  private final Shares shares;
  private final Surroundings surroundings;
  private final ExecutorService threads;
  private final AnsweredReach answered = new AnsweredReach();
  private final Breakers breakers;
  private final Hedging hedging = new Hedging();
  private volatile @Nullable Leaf own;

  /// What is outside of this class, so that a simulation can take its place.
  ///
  /// @param others by which other nodes are asked
  /// @param nanoTime {@link System#nanoTime}
  /// @param pause waits so many milliseconds
  record Surroundings(
      Function<Member, Leaf> others,
      ExecutorService threads,
      LongSupplier nanoTime,
      LongConsumer pause) {}

  /// @param local rows as this process has them: all that is sealed, and the newest of what it owns
  /// @param partitions of a group
  public ClusterSnapshots(
      SnapshotProvider local, Members members, IntUnaryOperator partitions, NodeClient client) {
    this(
        local,
        members,
        partitions,
        new Surroundings(
            member -> new RemoteLeaf(member.address(), client),
            Executors.newVirtualThreadPerTaskExecutor(),
            System::nanoTime,
            ClusterSnapshots::pause));
  }

  ClusterSnapshots(
      SnapshotProvider local,
      Members members,
      IntUnaryOperator partitions,
      Surroundings surroundings) {
    this.local = local;
    this.members = members;
    this.surroundings = surroundings;
    this.threads = surroundings.threads();
    this.breakers = new Breakers(surroundings.nanoTime());
    this.shares = new Shares(members, partitions, breakers);
  }

  /// Takes part with what this process has; until then it answers from that alone.
  public void serve(LeafService leaf) {
    serve(new LocalLeaf(leaf));
  }

  void serve(Leaf leaf) {
    own = leaf;
  }

  /// The partitions of a group whose newest rows are not to be had, or that nobody reads.
  ///
  /// @param name of the group
  public List<MissingPartition> missing(int group, String name) {
    return shares.missing(group, name);
  }

  /// Whether a node did not answer, and is not asked for a moment.
  public boolean isSuspect(Member member) {
    return breakers.isOpen(member.address());
  }

  @Override
  public TableSnapshot snapshot(String collection) {
    return local.snapshot(collection);
  }

  @Override
  public TableSchema schema(String collection, QueryContext context) {
    return local.schema(collection, context);
  }

  @Override
  public Object stored(ColumnSpec column, Object value) {
    return local.stored(column, value);
  }

  @Override
  public TableSnapshot snapshot(String collection, QueryContext context) {
    Leaf mine = own;
    if (mine == null || collection.startsWith(View.PREFIX)) {
      return local.snapshot(collection, context);
    }
    long pause = FIRST_PAUSE_MILLIS;
    for (int silent = 1; ; ) {
      TableSnapshot here = local.snapshot(collection, context);
      try {
        return whole(here, mine, context);
      } catch (UnreachableException e) {
        here.close();
        if (silent++ == MAX_SILENT) {
          throw new TytoException(
              ErrorCode.SHARDS_MISSING,
              "collection %s: %s, nor did %d others before it; try again in a moment"
                  .formatted(collection, e.getMessage(), silent - 2),
              e);
        }
      } catch (BehindException e) {
        here.close();
        pause = pauseBefore(missing(e.missing(), e), pause, context);
      } catch (RuntimeException | Error e) {
        here.close();
        throw e;
      }
      context.check();
    }
  }

  /// Waits, and returns how long to wait next; fails where the question has no time for that.
  private long pauseBefore(TytoException failure, long pause, QueryContext context) {
    if (TimeUnit.NANOSECONDS.toMillis(context.remainingNanos()) < 2 * pause) {
      throw failure;
    }
    surroundings.pause().accept(pause);
    return Math.min(2 * pause, LAST_PAUSE_MILLIS);
  }

  private static ShardsMissingException missing(
      List<MissingRows> missing, @Nullable Throwable cause) {
    return new ShardsMissingException(
        "the newest rows of %s; try again in a moment"
            .formatted(
                missing.stream()
                    .map(rows -> "partition %d: %s".formatted(rows.partition(), rows.reason()))
                    .collect(Collectors.joining("; of "))),
        missing,
        cause);
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(
          ErrorCode.CANCELLED, "interrupted while nodes caught up with earlier answers", e);
    }
  }

  /// @param here released by the caller where this fails
  private TableSnapshot whole(TableSnapshot here, Leaf mine, QueryContext context) {
    int group = here.schema().groupId();
    Choice choice = shares.of(group);
    List<MissingRows> missing = new ArrayList<>();
    for (Choice.Missing one : choice.missing()) {
      missing.add(new MissingRows(here.schema().name(), one.partition(), one.reason()));
    }
    if (!missing.isEmpty() && !context.allowsPartial()) {
      throw missing(missing, null);
    }
    if (choice.isAllOf(members.self())) {
      requireNotBehind(here, members.self(), here.facts().reach(), missing, context);
      if (missing.isEmpty()) {
        answered.note(group, here.facts().reach());
        return here;
      }
      // It is told by an answer of its own what is missing.
      missing.clear();
    }
    return open(here, choice, missing, mine, context);
  }

  private TableSnapshot open(
      TableSnapshot here,
      Choice choice,
      List<MissingRows> missing,
      Leaf mine,
      QueryContext context) {
    int group = here.schema().groupId();
    Opening opening =
        new Opening(
            member -> leaf(member, mine),
            shares.isCopied(group) ? (member, part) -> shares.without(member, group, part) : null,
            breakers,
            hedging,
            threads);
    OpenLeaves leaves =
        new OpenLeaves(
            here, opening.open(here, choice.nodes(), context), threads, breakers::failed);
    try {
      StableHash id = new StableHash();
      Long lag = here.facts().ingestLagMillis();
      for (OpenLeaves.Part part : leaves.parts()) {
        LeafService.Opened opened = part.opened();
        require(here, opened);
        requireNotBehind(here, part.node(), opened.facts().reach(), missing, context);
        // Of equal views of two nodes another partition of each may be meant.
        id.add(part.asked().partitions().toString()).add(opened.id());
        lag = later(lag, opened.facts().ingestLagMillis());
      }
      leaves.parts().forEach(part -> answered.note(group, part.opened().facts().reach()));
      missing.forEach(rows -> id.add("without " + rows.partition()));
      return TableSnapshot.shared(
          here.schema(),
          id.id(),
          // Who asks has some of the rows itself, and what it has decides what is brought.
          new StableHash().add(members.self().id()).add(here.id()).id(),
          leaves,
          new TableSnapshot.Facts(
              here.facts().deadLetters(), lag, null, Reach.NONE, Reach.NONE, List.copyOf(missing)),
          () -> {
            leaves.close();
            here.close();
          });
    } catch (RuntimeException | Error e) {
      leaves.close();
      throw e;
    }
  }

  /// Adds to what is missing where the question allows that.
  private void requireNotBehind(
      TableSnapshot here,
      Member node,
      Reach reach,
      List<MissingRows> missing,
      QueryContext context) {
    List<MissingRows> behind = new ArrayList<>();
    for (int partition : reach.next().keySet()) {
      boolean isBehind =
          answered.isAhead(new PartitionOf(here.schema().groupId(), partition), reach);
      boolean isTold = missing.stream().anyMatch(rows -> rows.partition() == partition);
      if (isBehind && !isTold) {
        behind.add(
            new MissingRows(
                here.schema().name(),
                partition,
                "node %s has not read as far yet as was answered before".formatted(node.id())));
      }
    }
    if (!behind.isEmpty() && !context.allowsPartial()) {
      throw new BehindException(behind);
    }
    missing.addAll(behind);
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

  private Leaf leaf(Member member, Leaf mine) {
    return member.id().equals(members.self().id()) ? mine : surroundings.others().apply(member);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
