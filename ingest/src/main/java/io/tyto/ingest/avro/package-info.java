/// Events in Avro's binary encoding: plain, by a schema file, or with the id of a registered schema
/// in front.
///
/// Entry type: {@link io.tyto.ingest.avro.AvroProvider}, found by ServiceLoader. The only package
/// that knows Avro. Imports registry and model.
@NullMarked
package io.tyto.ingest.avro;

import org.jspecify.annotations.NullMarked;
