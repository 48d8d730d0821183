package io.tyto.ingest;

import io.tyto.store.s3.S3Credentials;
import io.tyto.store.s3.S3Location;
import io.tyto.store.s3.S3Patience;

/// Where the objects of a data folder lie: manifests, catalog, keys and segments. Immutable.
///
/// {@link DataFolder} opens what is there; nobody else does.
public sealed interface StoreHome {
  /// In `store/` below the folder, on a local disk or on a file system that several machines mount.
  StoreHome FILES = new Files();

  /// See {@link #FILES}.
  record Files() implements StoreHome {}

  /// In a bucket of S3; the folder has copies of segments.
  ///
  /// @param cacheBytes that copies take at most, as long as queries hold no more than that open
  record Bucket(
      S3Location location, S3Credentials credentials, S3Patience patience, long cacheBytes)
      implements StoreHome {}
}
