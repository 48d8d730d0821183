/// Sealed rows: one immutable file with its columns, indexes and state, written strictly forward
/// and read through a mapping. docs/formats/segment.md is the byte-level specification.
///
/// Entry types: {@link io.tyto.engine.segment.SegmentWriter}, {@link
/// io.tyto.engine.segment.Segment}, {@link io.tyto.engine.segment.StateSegment}. Invariant: no byte
/// of a block is decoded before the block's checksum was verified once in this process, over a heap
/// buffer and never over the mapping.
@NullMarked
package io.tyto.engine.segment;

import org.jspecify.annotations.NullMarked;
