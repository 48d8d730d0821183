/// What callers may use at once and over time: cost, concurrency and quotas.
@NullMarked
package io.tyto.gateway.limits;

import org.jspecify.annotations.NullMarked;
