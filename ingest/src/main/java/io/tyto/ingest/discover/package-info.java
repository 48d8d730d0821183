/// Makes columns of keys that events bring and no column reads, where a config says so.
///
/// Entry type: {@link io.tyto.ingest.discover.KeyDiscovery}. Decoders hand it what they kept of an
/// event; a thread of its own looks at a bounded part of that and proposes columns. The events
/// themselves are stored whole by then, so that nothing depends on what is looked at.
@NullMarked
package io.tyto.ingest.discover;

import org.jspecify.annotations.NullMarked;
