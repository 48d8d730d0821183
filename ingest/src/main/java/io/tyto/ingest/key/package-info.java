/// API keys as a process makes, changes and knows them. Entry type: {@link
/// io.tyto.ingest.key.LocalKeys}.
@NullMarked
package io.tyto.ingest.key;

import org.jspecify.annotations.NullMarked;
