/// A real NATS server for tests. Entry type: {@link io.tyto.testkit.nats.NatsServer}.
@NullMarked
package io.tyto.testkit.nats;

import org.jspecify.annotations.NullMarked;
