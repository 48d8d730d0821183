package io.tyto.ingest.enrich;

import static java.lang.System.Logger.Level.WARNING;

import io.tyto.engine.row.Row;
import java.util.List;

/// Fills the enriched columns of rows of one schema. Thread-safety: none; each thread has its own.
public final class RowEnricher {
  private static final System.Logger LOG = System.getLogger(RowEnricher.class.getName());

  private final BoundStep[] steps;
  private final RowInputs[] inputs;
  private final RowOutputs[] outputs;

  RowEnricher(List<BoundStep> steps) {
    this.steps = steps.toArray(BoundStep[]::new);
    inputs = steps.stream().map(RowInputs::new).toArray(RowInputs[]::new);
    outputs = steps.stream().map(RowOutputs::new).toArray(RowOutputs[]::new);
  }

  /// Runs the steps in order on a row whose own columns are set and whose enriched ones are null.
  /// Never fails.
  public void enrich(Row row) {
    for (int i = 0; i < steps.length; i++) {
      if (inputs[i].begin(row)) {
        outputs[i].begin(row);
        call(i);
      }
    }
  }

  private void call(int i) {
    StepCounters counters = steps[i].step().counters();
    boolean isTimed = counters.isTimed();
    long from = isTimed ? System.nanoTime() : 0;
    try {
      steps[i].step().enricher().enrich(inputs[i], outputs[i]);
      counters.called(outputs[i].isHit());
    } catch (Exception | StackOverflowError | LinkageError | AssertionError e) {
      // Code of others, on input of others: the event is worth more than its additions.
      outputs[i].drop();
      if (counters.failed(e)) {
        LOG.log(WARNING, steps[i].step().title() + " failed; its fields are null", e);
      }
    }
    if (isTimed) {
      counters.timed(System.nanoTime() - from);
    }
  }
}
