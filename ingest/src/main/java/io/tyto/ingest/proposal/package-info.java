/// Proposes an event config for data that has none: looks at a sample of records, guesses types,
/// time, entity and dimensions, and writes a commented YAML file to edit.
///
/// Entry: {@link io.tyto.ingest.proposal.ConfigProposal}. Invariant: what it writes loads without a
/// problem, whatever the sample held; `ConfigProposalTest` checks it.
@NullMarked
package io.tyto.ingest.proposal;

import org.jspecify.annotations.NullMarked;
