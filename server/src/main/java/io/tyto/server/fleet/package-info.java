/// Fleets of real processes on this machine, and a ledger that proves what they answer: for the
/// demo of a cluster and for tests.
///
/// Entry types: {@link io.tyto.server.fleet.ProcessFleet}, {@link io.tyto.server.fleet.LedgerBook},
/// {@link io.tyto.server.fleet.LedgerAsker}. Not a part of what serves events.
@NullMarked
package io.tyto.server.fleet;

import org.jspecify.annotations.NullMarked;
