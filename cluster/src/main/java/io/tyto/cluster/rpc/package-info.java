/// Calls from node to node over HTTP/2: a question in, frames out, with a deadline, a memory
/// budget, back-pressure and cancellation.
@NullMarked
package io.tyto.cluster.rpc;

import org.jspecify.annotations.NullMarked;
