/// The dimension tables of a project: their configs and versions, in one log of numbered documents.
/// Entry type: {@link io.tyto.store.table.TableLog}. Contents: docs/formats/tables.md.
@NullMarked
package io.tyto.store.table;

import org.jspecify.annotations.NullMarked;
