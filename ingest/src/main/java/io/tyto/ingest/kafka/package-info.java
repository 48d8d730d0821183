/// Topics of a Kafka cluster as logs. The Kafka client is known here and nowhere else.
@NullMarked
package io.tyto.ingest.kafka;

import org.jspecify.annotations.NullMarked;
