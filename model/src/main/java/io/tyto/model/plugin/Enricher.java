package io.tyto.model.plugin;

import java.io.IOException;
import java.util.List;

/// Computes columns of an event from other columns of the same event.
///
/// Contract:
///
/// 1. A pure function of its inputs and its own data: no clock, no chance, no network, no memory of
///    earlier events that a result depends on. Events are enriched again when they are read again
///    (an import that is repeated, a log that is read on after a crash), and must give the same.
/// 2. Thread-safe: there is one enricher for each step of the pipeline and process, and all threads
///    that decode events call it at once, without a lock around it.
/// 3. Bounded: every cache has a limit, and a call takes memory and time in proportion to its
///    inputs, of which each may be 1 MiB of anything.
/// 4. A call that throws costs its event nothing but its own columns, which are null then. It is
///    counted, and above a ratio the server raises an alarm. Inputs that are merely not understood
///    are no failure: leave the outputs unset.
///
/// Lifetime: from {@link EnricherProvider#create} to {@link #close}, after which it is not called.
public interface Enricher extends AutoCloseable {

  /// The columns it reads, in the order in which {@link Inputs} numbers them. Always the same list.
  List<InputField> reads();

  /// The columns it can add, in the order in which {@link Outputs} numbers them. A collection has
  /// those it declares. Always the same list.
  List<AddedField> adds();

  /// Enriches one event. Called where at least one input is not null and one output is wanted; both
  /// arguments are valid until it returns.
  void enrich(Inputs inputs, Outputs outputs) throws Exception;

  /// Which data it answers from, such as `GeoLite2-City of 2026-11-18`; empty where it has none.
  default String dataVersion() {
    return "";
  }

  @Override
  default void close() throws IOException {}
}
