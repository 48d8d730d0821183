/// Storage that fails on purpose.
///
/// {@link io.tyto.testkit.storage.FaultDisk} is a disk that loses power, fills up, dies in the
/// middle of a step and forgets what was not forced; {@link io.tyto.testkit.storage.MemoryStore} is
/// a store that loses acknowledgements. Test scope only.
@NullMarked
package io.tyto.testkit.storage;

import org.jspecify.annotations.NullMarked;
