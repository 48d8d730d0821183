/// Streams of NATS JetStream as logs. The NATS client is known here and nowhere else.
///
/// Entry type: {@link io.tyto.ingest.nats.NatsSource}. A stream is a topic of one log: the stream's
/// sequence is the offset, the time the stream was created its incarnation, a record's subject its
/// header `subject`. A topic is named `STREAM`, or `STREAM/SUBJECT` where only some subjects count;
/// the other ones' numbers are then gaps, as deleted messages' are.
///
/// Read by an ordered consumer, which lives with the reader and acknowledges nothing: how far a
/// stream is committed stands in our manifests, so a durable consumer would be a second opinion
/// that can only be wrong, and would redeliver what was applied and not acknowledged in time.
@NullMarked
package io.tyto.ingest.nats;

import org.jspecify.annotations.NullMarked;
