package io.tyto.ingest.partition;

/// A mistake that a simulation makes on purpose, to show that it would find it.
enum Flaw {
  NONE,
  /// A manifest is put by a rename, which replaces a rival's.
  RENAMES,
  /// Nothing is forced, although that is said.
  FORCES_NOTHING,
  /// The offsets of records are delivered before the records.
  OFFSETS_FIRST,
  /// A process that owns a partition again reads on where it stood, and not where the manifest
  /// says.
  TRUSTS_ITSELF
}
