/// The manifest chain of a partition: what is committed, in which segments, up to which log
/// offsets.
///
/// Entry type: {@link io.tyto.store.manifest.ManifestChain}. Invariants I1 to I5 and I7 of
/// docs/commit-protocol.md hold for every manifest it writes: it refuses a {@link
/// io.tyto.store.manifest.Change} that would break one.
@NullMarked
package io.tyto.store.manifest;

import org.jspecify.annotations.NullMarked;
