/// From raw bytes to rows: framing of records, decoding against a schema, and the binary form of a
/// row in the log.
///
/// {@link io.tyto.ingest.decode.RecordReader} cuts a stream into records, {@link
/// io.tyto.ingest.decode.JsonDecoder} and {@link io.tyto.ingest.decode.CsvDecoder} turn the bytes
/// of one record into a {@link io.tyto.engine.row.Row} or a {@link
/// io.tyto.ingest.decode.Rejection}, {@link io.tyto.ingest.decode.RowCodec} writes rows to the log
/// and reads them back.
///
/// Invariants: every byte of input is hostile, so each length, depth and digit count has a limit; a
/// record that does not fit is a value (a rejection), never an exception, and never affects the
/// next record.
@NullMarked
package io.tyto.ingest.decode;

import org.jspecify.annotations.NullMarked;
