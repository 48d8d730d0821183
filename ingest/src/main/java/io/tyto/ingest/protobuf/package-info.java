/// Reading events of Protocol Buffers by descriptors: those of a file, or those that a registry
/// gives for the id in front of a record. No generated classes.
///
/// Entry type: {@link io.tyto.ingest.protobuf.ProtobufProvider}. The only package that sees
/// protobuf-java.
@NullMarked
package io.tyto.ingest.protobuf;

import org.jspecify.annotations.NullMarked;
