/// What a fleet of a given size does under a given load: measured costs of one core, the real
/// placement, and seeds instead of chance. Nothing here is used while serving.
@NullMarked
package io.tyto.cluster.simulate;

import org.jspecify.annotations.NullMarked;
