/// What nodes say to each other, as bytes.
@NullMarked
package io.tyto.cluster.wire;

import org.jspecify.annotations.NullMarked;
