/// One partition of a collection group: a log, a tail, a chain of manifests, and the one thread
/// that writes them.
///
/// Entry type: {@link io.tyto.ingest.partition.Partition}. How it hangs together:
///
/// ```
/// batches -> BatchQueue -> PartitionWriter -> LocalLog (fsync) -> TailUnit (queryable)
///                                                                  | frozen
///                          Sealer -> SegmentFiles -> ManifestChain -> LiveRows (what queries see)
///                          Rewriter (in the background) --------------^
///                            SegmentMerger     small neighbours become one
///                            Retention         what is old enough goes
///                            PrivacyRewriter   what is private by now goes
///                            Rollup            cells of new cubes
///                            StateCompactor    states of entities
/// ```
///
/// Invariants (docs/commit-protocol.md): a batch is answered only after its records are durable
/// (I8); every record between two manifests ends as a row, a dead letter or a duplicate (I7); a
/// unit's rows leave the tail in the same instant in which its segments appear (I12); a fenced
/// partition takes and shows nothing that is not committed (I10).
@NullMarked
package io.tyto.ingest.partition;

import org.jspecify.annotations.NullMarked;
