/// Dead letters: records that do not fit their collection, kept with the reason, asked for, and
/// replayed once the config takes them.
///
/// Entry types: {@link io.tyto.ingest.letter.Letters} makes them. Imports decode, log, partition,
/// engine and model.
@NullMarked
package io.tyto.ingest.letter;

import org.jspecify.annotations.NullMarked;
