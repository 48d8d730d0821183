/// What a collection looks like: column types, their physical form, the parsed event config. Values
/// only, no I/O.
@NullMarked
package io.tyto.model.schema;

import org.jspecify.annotations.NullMarked;
