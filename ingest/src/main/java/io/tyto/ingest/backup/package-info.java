/// Backups of data folders ({@link io.tyto.ingest.backup.Backup}), and what makes a data folder of
/// one ({@link io.tyto.ingest.backup.Restore}).
///
/// A backup holds what is committed: manifests with all that they name, the catalog, dimension
/// tables, hashes of API keys, registered documents. Logs and secrets are in none.
@NullMarked
package io.tyto.ingest.backup;

import org.jspecify.annotations.NullMarked;
