package io.tyto.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.server.cli.CommandRunner.Outcome;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Three nodes are drained, ended and started again, one after the other, while events are sent and
/// questions asked without a pause: none of them fails, no count goes back, no event is lost.
@Tag("fleet")
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class RollingRestartTest {
  private static final List<String> NODES = List.of("a", "b", "c");
  private static final int EVENTS_AT_A_TIME = 20;

  @TempDir Path data;

  private final AtomicBoolean isOver = new AtomicBoolean();
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();

  @Test
  void everyNodeIsRestartedAndNobodySeesIt() throws Exception {
    try (TestFleet fleet = new TestFleet(data, 6, "a", "b", "c", "g")) {
      for (String node : NODES) {
        fleet.start(node, "node");
      }
      TytoServer gateway = fleet.start("g", "gateway");
      succeed(fleet.operate("g", "rebalance"));
      sent.addAndGet(fleet.send(gateway, 0, 600));
      fleet.awaitCount(gateway, 600);
      Thread asking = Thread.ofPlatform().start(() -> goOn(() -> ask(fleet, gateway)));
      Thread sending = Thread.ofPlatform().start(() -> goOn(() -> send(fleet, gateway)));
      for (String node : NODES) {
        succeed(fleet.operate("g", "drain", node));
        fleet.stop(node);
        fleet.start(node, "node");
        // Who is not seen yet is to own nothing, so there would be nothing to wait for.
        TestFleet.await(() -> fleet.operate("g", "status").output().contains(serving(node)));
        succeed(fleet.operate("g", "rebalance"));
      }
      isOver.set(true);
      asking.join();
      sending.join();
      assertEquals(List.of(), failures);
      fleet.awaitCount(gateway, sent.get());
      System.out.printf(
          "three restarts: %,d questions answered, %,d events taken%n", answered.get(), sent.get());
      assertTrue(answered.get() > NODES.size() && sent.get() > 600);
    }
  }

  /// As `tyto cluster status` says it.
  private static String serving(String node) {
    return "%-20s %-9s".formatted(node, "serving");
  }

  private static void succeed(Outcome outcome) {
    System.out.print(outcome.output());
    assertEquals(0, outcome.code(), outcome.output());
  }

  /// Until it is over, or failed.
  private void goOn(Runnable step) {
    try {
      while (!isOver.get() && failures.isEmpty()) {
        step.run();
      }
    } catch (RuntimeException | Error e) {
      failures.add(e.toString());
    }
  }

  private long last;

  private void ask(TestFleet fleet, TytoServer gateway) {
    JsonObject answer = fleet.ask(gateway);
    long count = TestFleet.count(answer);
    if (count < last) {
      failures.add("%d rows after %d: %s".formatted(count, last, answer));
    }
    last = count;
    answered.incrementAndGet();
  }

  private void send(TestFleet fleet, TytoServer gateway) {
    int taken = fleet.send(gateway, sent.get(), EVENTS_AT_A_TIME);
    if (taken != EVENTS_AT_A_TIME) {
      failures.add("%d of %d events were taken".formatted(taken, EVENTS_AT_A_TIME));
    }
    sent.addAndGet(taken);
    sleep();
  }

  private static void sleep() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
