/// A Kafka broker of one node as a child process, for tests and for the demo.
///
/// Entry type: {@link io.tyto.broker.KafkaProcess}. Imports nothing but the JDK: the broker's jars
/// lie in a folder (`broker/target/kafka`, filled by the build) and are on the class path of the
/// child alone. Not a part of what serves events.
@NullMarked
package io.tyto.broker;

import org.jspecify.annotations.NullMarked;
