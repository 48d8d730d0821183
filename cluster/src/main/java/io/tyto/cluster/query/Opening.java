package io.tyto.cluster.query;

import io.tyto.cluster.member.Member;
import io.tyto.cluster.query.OpenLeaves.Part;
import io.tyto.cluster.rpc.UnreachableException;
import io.tyto.engine.LeafService;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.MissingRows;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Opens one snapshot at the nodes that have parts of it, and where one of them takes long, at who
/// has the same rows as well. Thread-safe: no state that changes.
///
/// @param leaves by which a node is asked
/// @param others who else has what a node was to open, null where nobody; null: nobody has any
record Opening(
    Function<Member, Leaf> leaves,
    @Nullable BiFunction<Member, Choice.Part, @Nullable Choice> others,
    Breakers breakers,
    Hedging hedging,
    ExecutorService threads) {

  /// Opens at all nodes at once; where one fails, it is closed at the others, and that failure is
  /// thrown.
  List<Part> open(TableSnapshot here, Map<Member, Choice.Part> wanted, QueryContext context) {
    List<CompletableFuture<List<Part>>> opening = new ArrayList<>();
    wanted.forEach((member, part) ->
        opening.add(
            others == null || leaves.apply(member).isHere()
                ? begin(here, member, part, context)
                : hedged(others, here, member, part, context)));
    List<Part> parts = new ArrayList<>();
    try {
      for (CompletableFuture<List<Part>> each : opening) {
        parts.addAll(OpenLeaves.await(each, context));
      }
      return parts;
    } catch (RuntimeException e) {
      // Those too that come later.
      opening.forEach(each -> each.thenAccept(opened -> OpenLeaves.close(opened, threads)));
      throw e;
    }
  }

  private CompletableFuture<List<Part>> begin(
      TableSnapshot here, Member member, Choice.Part part, QueryContext context) {
    Leaf leaf = leaves.apply(member);
    String collection = here.schema().name();
    breakers.asks(member.address());
    return CompletableFuture.supplyAsync(
        () -> {
          long started = System.nanoTime();
          try {
            LeafService.Opened opened = leaf.open(collection, part, context);
            hedging.took(System.nanoTime() - started);
            breakers.answered(member.address());
            return List.of(new Part(member, leaf, part, opened));
          } catch (UnreachableException e) {
            breakers.failed(e.node());
            throw e;
          } catch (TytoException e) {
            throw e.code() == ErrorCode.SHARDS_MISSING ? noSuchTail(collection, member, part) : e;
          }
        },
        threads);
  }

  /// It said that it reads them, a moment ago.
  private static BehindException noSuchTail(String collection, Member member, Choice.Part part) {
    return new BehindException(
        part.tails().stream()
            .map(partition ->
                new MissingRows(
                    collection,
                    partition,
                    "node %s does not read them any more".formatted(member.id())))
            .toList());
  }

  /// Whichever comes first; the other one is closed when it comes.
  private CompletableFuture<List<Part>> hedged(
      BiFunction<Member, Choice.Part, @Nullable Choice> others,
      TableSnapshot here,
      Member member,
      Choice.Part part,
      QueryContext context) {
    CompletableFuture<List<Part>> either = new CompletableFuture<>();
    begin(here, member, part, context)
        .whenComplete((parts, failure) -> settle(either, parts, failure));
    CompletableFuture.delayedExecutor(hedging.delayNanos(), TimeUnit.NANOSECONDS, threads)
        .execute(() -> {
          Choice other = either.isDone() ? null : others.apply(member, part);
          if (other != null && hedging.mayHedge()) {
            settleOther(either, other, here, context);
          }
        });
    return either;
  }

  /// A failure of whoever is asked as well says nothing: the first may still answer.
  private void settleOther(
      CompletableFuture<List<Part>> either,
      Choice other,
      TableSnapshot here,
      QueryContext context) {
    List<CompletableFuture<List<Part>>> all = new ArrayList<>();
    other.nodes().forEach((member, part) -> all.add(begin(here, member, part, context)));
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
        .whenComplete((_, failure) -> {
          List<Part> parts = new ArrayList<>();
          for (CompletableFuture<List<Part>> each : all) {
            if (!each.isCompletedExceptionally()) {
              parts.addAll(each.join());
            }
          }
          if (failure != null || !either.complete(parts)) {
            OpenLeaves.close(parts, threads);
          }
        });
  }

  private void settle(
      CompletableFuture<List<Part>> either,
      @Nullable List<Part> parts,
      @Nullable Throwable failure) {
    if (failure != null) {
      either.completeExceptionally(
          failure instanceof CompletionException e && e.getCause() != null
              ? e.getCause()
              : failure);
    } else if (parts != null && !either.complete(parts)) {
      OpenLeaves.close(parts, threads);
    }
  }
}
