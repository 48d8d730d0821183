/// Copies of data folders, each file under the hash of its content, with an index for each backup.
///
/// Entry types: {@link io.tyto.store.backup.Cut}, what stands in a store at one moment; {@link
/// io.tyto.store.backup.BackupFolder}, where it is copied to.
@NullMarked
package io.tyto.store.backup;

import org.jspecify.annotations.NullMarked;
