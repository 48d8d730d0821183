/// Tight loops over primitive arrays, twice: plain Java and Vector API. The only package that may
/// import `jdk.incubator.vector`. Entry type: {@link io.tyto.engine.kernel.Kernels}.
///
/// Invariant: both providers give the same bits for the same input (checked by `KernelsAgreeTest`).
@NullMarked
package io.tyto.engine.kernel;

import org.jspecify.annotations.NullMarked;
