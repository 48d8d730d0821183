/// Paging: cursors, the snapshots they keep readable, and hashes that clients may cache by. Entry
/// types: {@link io.tyto.engine.page.Cursor}, {@link io.tyto.engine.page.SnapshotPins}. Imports
/// `snapshot` and the model only.
@NullMarked
package io.tyto.engine.page;

import org.jspecify.annotations.NullMarked;
