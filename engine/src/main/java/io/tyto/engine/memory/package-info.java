/// Owner of every {@link java.lang.foreign.Arena}: memory outside the heap and mapped files. No
/// other package allocates or maps, so what is mapped and allocated can be counted here.
@NullMarked
package io.tyto.engine.memory;

import org.jspecify.annotations.NullMarked;
