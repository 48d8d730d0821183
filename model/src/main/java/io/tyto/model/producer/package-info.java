/// Schemas for the producers of events: a version of a collection as JSON Schema, Avro and Protocol
/// Buffers, made from the same columns that decode what producers send.
///
/// Entry type: {@link io.tyto.model.producer.ProducerSchema}. Pure functions; the JDK only.
@NullMarked
package io.tyto.model.producer;

import org.jspecify.annotations.NullMarked;
