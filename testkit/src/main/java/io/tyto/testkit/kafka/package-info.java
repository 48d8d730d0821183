/// A real Kafka broker for tests. Entry type: {@link io.tyto.testkit.kafka.KafkaBroker}.
@NullMarked
package io.tyto.testkit.kafka;

import org.jspecify.annotations.NullMarked;
