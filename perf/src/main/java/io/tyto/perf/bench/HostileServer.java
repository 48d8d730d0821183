package io.tyto.perf.bench;

import io.tyto.engine.EngineOptions;
import io.tyto.gateway.Authenticator;
import io.tyto.gateway.Guards;
import io.tyto.gateway.limits.CostGate;
import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;

/// A server as it is by default, over a store that is there, which takes each `X-Api-Key` for a
/// caller of that name.
///
/// Arguments: the port, and the folder of the store.
public final class HostileServer {
  private HostileServer() {}

  public static void main(String[] arguments) throws InterruptedException {
    // As the launcher's program does, before the first virtual thread.
    int cores = Runtime.getRuntime().availableProcessors();
    System.setProperty(
        "jdk.virtualThreadScheduler.parallelism",
        String.valueOf(cores + CostGate.scansOfMachine()));
    Clock clock = Clock.systemUTC();
    Authenticator byName =
        credentials -> {
          String name = credentials.apiKey();
          if (name == null) {
            throw new TytoException(ErrorCode.UNAUTHENTICATED, "send X-Api-Key");
          }
          return new Caller(
              name,
              Caller.Kind.KEY,
              name,
              Caller.DEFAULT_PROJECT,
              Access.ALL,
              Caller.DEFAULT_LIMITS);
        };
    CostGate gate = new CostGate(CostGate.Limits.NONE, CostGate.scansOfMachine(), clock);
    TytoStore store = TytoStore.open(Path.of(arguments[1]), EngineOptions.defaults());
    store.serve(Integer.parseInt(arguments[0]), new Guards(byName, gate));
    new CountDownLatch(1).await();
  }
}
