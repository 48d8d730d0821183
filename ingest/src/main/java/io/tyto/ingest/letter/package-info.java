/// Dead letters: records that do not fit their collection, kept with the reason, and read again
/// once the config takes them.
///
/// Entry types: {@link io.tyto.ingest.letter.Letters} makes them, {@link
/// io.tyto.ingest.letter.LetterDecoder} reads their records again. Imports decode, feed, log,
/// partition, engine and model.
@NullMarked
package io.tyto.ingest.letter;

import org.jspecify.annotations.NullMarked;
