/// What every scan shares: its context and limits, the columns it reads, and how blocks are dealt
/// to threads. Entry types: {@link io.tyto.engine.scan.ScanContext}, {@link
/// io.tyto.engine.scan.Batch}. Imports vectors, sources and the model only.
@NullMarked
package io.tyto.engine.scan;

import org.jspecify.annotations.NullMarked;
