/// The HTTP edge: GraphQL over HTTP, event ingestion, the operator's endpoints, and the query page.
///
/// Entry point is {@link Gateway}. It knows the rest of the system by the ports of
/// `io.tyto.model.port` only. Invariants: no request body is read beyond its limit; nothing blocks
/// an event loop (bodies are handed to virtual threads); a client that leaves cancels its query;
/// operators have an address of their own, and this machine's commands ask there.
@NullMarked
package io.tyto.gateway;

import org.jspecify.annotations.NullMarked;
