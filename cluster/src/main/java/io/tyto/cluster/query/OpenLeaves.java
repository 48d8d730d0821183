package io.tyto.cluster.query;

import io.tyto.cluster.member.Member;
import io.tyto.cluster.rpc.NodeAddress;
import io.tyto.cluster.rpc.UnreachableException;
import io.tyto.engine.LeafService;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.shipping.FoundGroups;
import io.tyto.engine.shipping.Leaves;
import io.tyto.engine.shipping.ScanShare;
import io.tyto.engine.snapshot.SnapshotLostException;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.LongRange;
import io.tyto.engine.source.RowSource;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.QueryContext;
import io.tyto.model.schema.ColumnSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One snapshot, opened at every node that has a part of it. Thread-safe.
///
/// Lifetime: {@link #close} lets all of them go.
final class OpenLeaves implements Leaves, AutoCloseable {
  private final TableSnapshot here;
  private final List<Part> parts;
  private final ExecutorService threads;
  private final Consumer<NodeAddress> suspect;

  /// What one node holds.
  record Part(Member node, Leaf leaf, Choice.Part asked, LeafService.Opened opened) {
    /// What it counts of other partitions somebody else has counted.
    FoundGroups own(FoundGroups found) {
      found
          .tables()
          .forEach((partition, tables) -> {
            if (!tables.isEmpty() && !asked.partitions().contains(partition)) {
              throw new TytoException(
                  ErrorCode.INTERNAL,
                  "node %s was asked for partitions %s and answered for %d"
                      .formatted(node.id(), asked.partitions(), partition));
            }
          });
      return found;
    }
  }

  /// @param here all that is sealed; the caller closes it after this
  /// @param suspect is told of a node that stops answering
  OpenLeaves(
      TableSnapshot here,
      List<Part> parts,
      ExecutorService threads,
      Consumer<NodeAddress> suspect) {
    this.here = here;
    this.parts = parts;
    this.threads = threads;
    this.suspect = suspect;
  }

  /// What was opened: of a node once or, where it stands in for another, more often.
  List<Part> parts() {
    return parts;
  }

  /// Those of event time, which nearly every question needs, came with the snapshot.
  @Override
  public @Nullable LongRange bounds(ColumnSpec column, QueryContext context) {
    if (column.name().equals(here.schema().timeColumn().name())) {
      LongRange all = null;
      for (Part part : parts) {
        all = both(all, part.opened.time());
      }
      return all;
    }
    List<Future<Optional<LongRange>>> asked = new ArrayList<>();
    for (Part part : parts) {
      asked.add(
          threads.submit(() ->
              Optional.ofNullable(part.leaf.bounds(part.opened.lease(), column.name(), context))));
    }
    LongRange all = null;
    for (Future<Optional<LongRange>> each : asked) {
      all = both(all, answer(each, context).orElse(null));
    }
    return all;
  }

  private static @Nullable LongRange both(@Nullable LongRange one, @Nullable LongRange other) {
    return one == null || other == null
        ? one == null ? other : one
        : new LongRange(Math.min(one.min(), other.min()), Math.max(one.max(), other.max()));
  }

  @Override
  public boolean hasEntityIds() {
    return parts.stream().allMatch(part -> part.opened.hasEntityIds());
  }

  @Override
  public List<FoundGroups> scan(ScanShare share, ScanContext context) {
    List<Future<FoundGroups>> asked = new ArrayList<>();
    for (Part part : parts) {
      asked.add(
          threads.submit(() -> part.own(part.leaf.scan(part.opened.lease(), share, context))));
    }
    List<FoundGroups> found = new ArrayList<>();
    try {
      for (Future<FoundGroups> each : asked) {
        found.add(answer(each, context.query()));
      }
      return found;
    } finally {
      // Where one has failed nobody waits for the others.
      asked.forEach(each -> each.cancel(true));
    }
  }

  /// What is sealed lies here, too, so that only the rest is brought. Of what this node answers for
  /// itself, all is taken of the same lease.
  @Override
  public List<RowSource> rows(ScanContext context) {
    List<Future<List<RowSource>>> asked = new ArrayList<>();
    Set<Integer> own = new HashSet<>();
    for (Part part : parts) {
      if (part.leaf.isHere()) {
        own.addAll(part.asked.partitions());
      }
      asked.add(
          threads.submit(() ->
              part.leaf.rows(part.opened.lease(), part.asked, here.facts().sealed(), context)));
    }
    List<RowSource> rows = new ArrayList<>();
    try {
      for (RowSource sealed : here.sources()) {
        if (!own.contains(sealed.partition())) {
          rows.add(sealed);
        }
      }
      for (Future<List<RowSource>> each : asked) {
        rows.addAll(answer(each, context.query()));
      }
      return rows;
    } finally {
      asked.forEach(each -> each.cancel(true));
    }
  }

  /// Of a snapshot that is open: what a node held of it is gone with the node.
  /// SnapshotLostException.
  private <T> T answer(Future<T> future, QueryContext context) {
    try {
      return await(future, context);
    } catch (UnreachableException e) {
      suspect.accept(e.node());
      throw new SnapshotLostException(
          "%s, and what it held of this question is gone; ask again".formatted(e.getMessage()), e);
    }
  }

  static <T> T await(Future<T> future, QueryContext context) {
    try {
      // Calls look at the deadline themselves; what they tell is better than what is told here.
      return future.get(
          TimeUnit.NANOSECONDS.toMillis(context.remainingNanos()) + 1_000, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException("a part of a question failed", e.getCause());
    } catch (TimeoutException e) {
      throw new TytoException(
          ErrorCode.QUERY_TIMEOUT, "a node did not answer within the query's deadline", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted while waiting for nodes", e);
    }
  }

  @Override
  public void close() {
    close(parts, threads);
  }

  static void close(List<Part> parts, ExecutorService threads) {
    for (Part part : parts) {
      try {
        threads.execute(() -> part.leaf.close(part.opened.lease()));
      } catch (RejectedExecutionException _) {
        // This process stops; the lease ends by itself.
        return;
      }
    }
  }
}
