/// The composition root: wires engine, ingest and gateway by constructor calls and owns their life
/// cycle.
@NullMarked
package io.tyto.server;

import org.jspecify.annotations.NullMarked;
