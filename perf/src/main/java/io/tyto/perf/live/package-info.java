/// What subscriptions cost: many clients on few live queries while events come.
@NullMarked
package io.tyto.perf.live;

import org.jspecify.annotations.NullMarked;
