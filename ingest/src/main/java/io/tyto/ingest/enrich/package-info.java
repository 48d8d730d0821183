/// The pipeline: enrichers in the order of the server's settings, and the one place where they meet
/// a row.
///
/// Entry type: {@link io.tyto.ingest.enrich.Pipeline}. `decode` asks it for a {@link
/// io.tyto.ingest.enrich.RowEnricher} and runs it between the values of an event and its derived
/// columns; `config` asks it whether a declared column can be filled. Knows neither of them.
///
/// Invariants: an enricher never costs an event, only its own columns; no engine type reaches an
/// enricher.
@NullMarked
package io.tyto.ingest.enrich;

import org.jspecify.annotations.NullMarked;
