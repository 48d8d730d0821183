/// What operators do with a cluster: who is asked to go or to come back, what is looked at before,
/// and who is to own what.
@NullMarked
package io.tyto.cluster.operate;

import org.jspecify.annotations.NullMarked;
