/// The durable order of records: what is in the log is accepted, and its offset decides its place.
///
/// Entry types: {@link io.tyto.ingest.log.EventLog} (what a partition reads), and {@link
/// io.tyto.ingest.log.LocalLog} (files of our own, written by one thread). Knows nothing of
/// columns; a record's body is opaque here. Imports store (for its Disk) and model.
///
/// Bytes (docs/formats/log.md), little-endian:
///
/// ```
/// file    magic "TYTOWAL1" | version u32 | header bytes u32 | log id 16 | first offset u64 | 0 .. | crc32c u32
/// record  length u32 | crc32c u32 | offset u64 | received i64 | key hash u64 | kind u8 | flags u8
///         | event id bytes u16 | collection u32 | schema version u32 | batch position u32 | event id | body
/// ```
@NullMarked
package io.tyto.ingest.log;

import org.jspecify.annotations.NullMarked;
