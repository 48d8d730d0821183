/// What is seen of the server from outside while it works: what runs, numbers, traces and logs.
///
/// Micrometer and OpenTelemetry are known here and nowhere else; the engine tells what it does
/// through ports of the model.
@NullMarked
package io.tyto.gateway.observe;

import org.jspecify.annotations.NullMarked;
