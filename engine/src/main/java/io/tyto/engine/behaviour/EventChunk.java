package io.tyto.engine.behaviour;

import org.jspecify.annotations.Nullable;

/// The events of one block, slice by slice, in each as the rows lie. Immutable.
///
/// @param sliceStarts one more than there are slices
/// @param codes null where no dimension was asked for
@SuppressWarnings("ArrayRecordComponent") // never compared
record EventChunk(
    int[] sliceStarts, int[] entities, long[] times, int[] kinds, int @Nullable [] codes) {

  long sizeBytes() {
    long each = 2L * Integer.BYTES + Long.BYTES + (codes == null ? 0 : Integer.BYTES);
    return entities.length * each + sliceStarts.length * (long) Integer.BYTES;
  }
}
