/// How values become bytes and arrays again. Knows nothing of files, rows or columns.
///
/// An {@link io.tyto.engine.encoding.Encoding} names the layout of a payload; its number is durable
/// and never reused. Writing: {@link io.tyto.engine.encoding.LongEncoder}, {@link
/// io.tyto.engine.encoding.DoubleEncoder}, {@link io.tyto.engine.encoding.BytesEncoder} measure the
/// candidates and yield an {@link io.tyto.engine.encoding.EncodedValues}. Reading: {@link
/// io.tyto.engine.encoding.LongDecoder} and its siblings open a payload in place and decode any
/// range into arrays, without allocation.
///
/// Layouts are little-endian; parameters fill the first {@link
/// io.tyto.engine.encoding.Encoding#PARAMETER_BYTES} bytes, so that packed data keeps the block's
/// alignment. A payload is followed by at least 64 readable bytes (its block sees to it), so an
/// unaligned eight-byte read of the last value is safe.
@NullMarked
package io.tyto.engine.encoding;

import org.jspecify.annotations.NullMarked;
