/// How fast events come from Kafka, and how soon they are seen.
@NullMarked
package io.tyto.perf.kafka;

import org.jspecify.annotations.NullMarked;
