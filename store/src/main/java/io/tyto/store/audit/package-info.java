/// Who did what: lines that name the hash of the line before, in files of their own. Entry types:
/// {@link io.tyto.store.audit.AuditFiles}, {@link io.tyto.store.audit.AuditVerifier}. Contents:
/// docs/formats/audit.md.
@NullMarked
package io.tyto.store.audit;

import org.jspecify.annotations.NullMarked;
