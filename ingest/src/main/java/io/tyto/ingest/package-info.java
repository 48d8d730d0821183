/// The ingest runtime: from a body of JSON or a file of records to rows that a query sees and a
/// crash does not lose.
///
/// Entry type: {@link io.tyto.ingest.LocalNode}. Below it, one way only: `log` (durable order of
/// records), `partition` (one writer over log, tail and manifest chain), `seal` (segments out of
/// tails, compaction, retention). Imports model, engine and store.
@NullMarked
package io.tyto.ingest;

import org.jspecify.annotations.NullMarked;
