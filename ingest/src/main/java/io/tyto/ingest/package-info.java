/// The ingest runtime: from a body of JSON or a file of records to rows that a query sees and a
/// crash does not lose.
///
/// Entry type: {@link io.tyto.ingest.LocalNode}. Below it, one way only: `config` (event configs)
/// and `decode` (records to rows) over `enrich` (what enrichers add to them), `partition` (one
/// writer over log, tail and manifest chain; seals, compaction, retention), `log` (durable order of
/// records). `backup` copies what is committed, and makes a folder of a copy. `plugin` finds
/// enrichers and decoders in jars. `proposal` writes a config from a sample. Imports model, engine
/// and store.
@NullMarked
package io.tyto.ingest;

import org.jspecify.annotations.NullMarked;
