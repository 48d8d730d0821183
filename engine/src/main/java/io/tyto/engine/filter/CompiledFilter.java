package io.tyto.engine.filter;

import io.tyto.engine.kernel.Kernels;
import io.tyto.engine.scan.Batch;

/// A predicate of one query, made by {@link FilterCompiler}. Thread-safe.
public final class CompiledFilter {
  private final RowPredicate test;

  CompiledFilter(RowPredicate test) {
    this.test = test;
  }

  /// Passes every row of every source.
  public boolean isTrue() {
    return test instanceof RowPredicate.All(var parts) && parts.isEmpty();
  }

  /// The evaluator for the source the batch is in, for one thread.
  public SourceFilter open(Batch batch, Kernels kernels) {
    return new SourceFilter(test, batch, new Masks(kernels), false);
  }

  /// The same for the filter of a whole scan: rows that fail it are of no interest to any reader of
  /// the batch, which is told so ({@link Batch#select}) once few are left.
  public SourceFilter openNarrowing(Batch batch, Kernels kernels) {
    return new SourceFilter(test, batch, new Masks(kernels), true);
  }
}
