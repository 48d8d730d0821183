/// Reading logs that others write: which collection an event is for, and how its bytes become a
/// row.
///
/// Entry types: {@link io.tyto.ingest.feed.EventDecoders} (one event at a time) and {@link
/// io.tyto.ingest.feed.EventLoader} (many, straight into columns). Imports decode, log, engine and
/// model.
@NullMarked
package io.tyto.ingest.feed;

import org.jspecify.annotations.NullMarked;
