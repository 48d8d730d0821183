/// Servers that Tyto works with, as child processes, for tests and for the demo: a Kafka broker of
/// one node, and a server of S3's protocol.
///
/// Entry types: {@link io.tyto.broker.KafkaProcess}, {@link io.tyto.broker.BucketProcess}. Imports
/// nothing but the JDK: the servers' jars lie in a folder each (`broker/target/kafka` and
/// `broker/target/s3`, filled by the build) and are on the class path of the child alone. Not a
/// part of what serves events.
@NullMarked
package io.tyto.broker;

import org.jspecify.annotations.NullMarked;
