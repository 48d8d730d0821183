/// The store in a bucket of Amazon S3, or of a server that speaks its protocol.
///
/// Entry types: {@link io.tyto.store.s3.S3Store}, {@link io.tyto.store.s3.S3Location}, {@link
/// io.tyto.store.s3.S3Credentials}, {@link io.tyto.store.s3.S3Patience}. Imports `store`'s root
/// package, `model` and the JDK (its HTTP client and XML reader) only; nobody but whoever opens a
/// store knows it.
///
/// Invariant, owned by {@link io.tyto.store.s3.S3Store}: what became of a put is told only when it
/// is known. Where an answer did not arrive, the object itself is looked at.
@NullMarked
package io.tyto.store.s3;

import org.jspecify.annotations.NullMarked;
