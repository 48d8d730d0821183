/// What is done to private values before they are first stored, and with what secret.
///
/// {@link io.tyto.ingest.privacy.PrivateValues} knows the forms, {@link
/// io.tyto.ingest.privacy.KeyFile} keeps the secret, {@link io.tyto.ingest.privacy.PrivacyChange}
/// brings rows from one version of a collection's policies to another, {@link
/// io.tyto.ingest.privacy.PrivatePayload} does it to records that were refused.
///
/// Invariants: no secret and no private value stands in a message, a log line or a `toString`; a
/// function of values gives the same bytes for the same value and key, for ever.
@NullMarked
package io.tyto.ingest.privacy;

import org.jspecify.annotations.NullMarked;
