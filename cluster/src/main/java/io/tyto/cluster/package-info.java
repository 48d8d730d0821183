/// From one process to a fleet: who is there, who holds what, and questions that many nodes answer.
@NullMarked
package io.tyto.cluster;

import org.jspecify.annotations.NullMarked;
