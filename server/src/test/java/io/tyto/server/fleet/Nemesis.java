package io.tyto.server.fleet;

import io.tyto.broker.BucketProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Does to a fleet what happens to fleets, as chance by a seed has it. One thread.
final class Nemesis {
  private static final int HOLD_SECONDS = 30;
  private static final int NETWORK_SECONDS = 20;
  private static final int CALM_SECONDS = 8;
  private static final int BALLAST_BYTES = 1 << 20;
  private static final Duration START = Duration.ofMinutes(3);

  private final LedgerFleet fleet;
  private final Random random;
  private final Map<String, Deed> deeds = new LinkedHashMap<>();
  private final Consumer<String> out;

  /// Codes of errors that were shown already.
  private final Set<String> told = new TreeSet<>();

  private final long startNanos = System.nanoTime();

  private interface Deed {
    void happen() throws IOException, InterruptedException;
  }

  /// @param store in a bucket, whose server fails too, or in a folder
  /// @param small a file system of a bounded size that holds the data, or null where the machine
  ///   gives none
  Nemesis(LedgerFleet fleet, FleetStore store, long seed, Path small, Consumer<String> out) {
    this.fleet = fleet;
    this.random = new Random(seed);
    this.out = out;
    deeds.put("kill", this::kill);
    deeds.put("stop", this::stop);
    deeds.put("hold", this::hold);
    deeds.put("oneWay", this::oneWay);
    deeds.put("slow", this::slow);
    deeds.put("killBroker", this::killBroker);
    deeds.put("holdBroker", this::holdBroker);
    if (SocketOwners.areKnown()) {
      deeds.put("split", this::split);
    } else {
      say("no splits: this system does not tell whose a connection is");
    }
    switch (store) {
      case FleetStore.Bucket bucket -> deeds.put("storeOutage", () -> storeOutage(bucket.server()));
      case FleetStore.Folder _ -> say("no outages of the store: it is a folder");
    }
    if (small == null) {
      say("no full disks: a small file system cannot be mounted here");
    } else {
      deeds.put("fill", () -> fill(small));
    }
  }

  /// Every deed in a new order, again and again, until the time is over; the last one is healed.
  ///
  /// @param wanted names of the deeds, where not all are
  void rage(Duration time, Set<String> wanted) throws IOException, InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    if (!wanted.isEmpty()) {
      deeds.keySet().retainAll(wanted);
    }
    while (System.nanoTime() - end < 0) {
      List<Deed> round = new ArrayList<>(deeds.values());
      Collections.shuffle(round, random);
      for (Deed deed : round) {
        deed.happen();
        calm();
        if (System.nanoTime() - end > 0) {
          return;
        }
      }
    }
  }

  private void calm() throws InterruptedException {
    seconds(1 + random.nextInt(CALM_SECONDS));
    say("      " + fleet.standing());
    fleet
        .tally()
        .reasons()
        .forEach((code, reason) -> {
          if (told.add(code)) {
            say("      %s is: %s".formatted(code, reason));
          }
        });
    fleet.assertNothingWrong();
  }

  private String node() {
    return fleet.nodes().get(random.nextInt(fleet.nodes().size()));
  }

  private void kill() throws InterruptedException {
    String node = node();
    int away = random.nextInt(10);
    say("kill -9 of %s, back after %d s".formatted(node, away));
    fleet.node(node).kill();
    seconds(away);
    fleet.restart(node);
    fleet.node(node).awaitReady(START);
  }

  private void stop() throws InterruptedException {
    String node = node();
    int away = random.nextInt(10);
    say("SIGTERM to %s, back after %d s".formatted(node, away));
    int code = fleet.node(node).stop(START);
    if (code != 0) {
      throw new AssertionError("%s ended with %d after SIGTERM".formatted(node, code));
    }
    seconds(away);
    fleet.restart(node);
    fleet.node(node).awaitReady(START);
  }

  private void hold() throws InterruptedException {
    String node = node();
    int time = 1 + random.nextInt(HOLD_SECONDS);
    say("SIGSTOP of %s for %d s".formatted(node, time));
    fleet.node(node).pause();
    seconds(time);
    fleet.node(node).resume();
  }

  private void oneWay() throws InterruptedException {
    String node = node();
    boolean isToward = random.nextBoolean();
    int time = 1 + random.nextInt(NETWORK_SECONDS);
    say("what goes %s %s is lost for %d s".formatted(isToward ? "to" : "back from", node, time));
    fleet.network(node, FaultProxy.Faults.oneWay(isToward));
    seconds(time);
    fleet.healNetwork();
  }

  private void slow() throws InterruptedException {
    String node = node();
    int millis = 20 + random.nextInt(400);
    int time = 1 + random.nextInt(NETWORK_SECONDS);
    say("the way to %s and back takes %d ms for %d s".formatted(node, 2 * millis, time));
    fleet.network(node, FaultProxy.Faults.slow(Duration.ofMillis(millis)));
    seconds(time);
    fleet.healNetwork();
  }

  private void split() throws InterruptedException {
    Set<String> one = new TreeSet<>();
    one.add(node());
    boolean isCut = random.nextBoolean();
    int time = 1 + random.nextInt(2 * NETWORK_SECONDS);
    say(
        "%s %s from all others for %d s, and comes back"
            .formatted(one, isCut ? "is cut" : "hears and is heard nothing", time));
    fleet.split(one, isCut);
    seconds(time);
    fleet.healNetwork();
  }

  private void killBroker() throws IOException, InterruptedException {
    int away = random.nextInt(6);
    say("kill -9 of the broker, back after %d s".formatted(away));
    fleet.broker().kill();
    seconds(away);
    fleet.broker().restart();
  }

  private void holdBroker() throws IOException, InterruptedException {
    int time = 1 + random.nextInt(10);
    say("SIGSTOP of the broker for %d s".formatted(time));
    fleet.broker().pause();
    seconds(time);
    fleet.broker().resume();
  }

  private void storeOutage(BucketProcess server) throws IOException, InterruptedException {
    boolean isKilled = random.nextBoolean();
    int time = 1 + random.nextInt(HOLD_SECONDS);
    say("the store %s for %d s".formatted(isKilled ? "is dead" : "does not answer", time));
    if (isKilled) {
      server.kill();
      seconds(time);
      server.restart();
    } else {
      server.pause();
      seconds(time);
      server.resume();
    }
  }

  /// Until nothing goes in any more.
  private void fill(Path disk) throws IOException, InterruptedException {
    int time = 1 + random.nextInt(NETWORK_SECONDS);
    say("the disk is full for %d s".formatted(time));
    Path ballast = disk.resolve("ballast");
    byte[] bytes = new byte[BALLAST_BYTES];
    try (OutputStream file = Files.newOutputStream(ballast)) {
      while (true) {
        file.write(bytes);
      }
    } catch (IOException _) {
      // It is full, as it should be.
    }
    try {
      seconds(time);
    } finally {
      Files.delete(ballast);
    }
  }

  private static void seconds(int seconds) throws InterruptedException {
    TimeUnit.SECONDS.sleep(seconds);
  }

  private void say(String text) {
    out.accept("%7.1f s  %s".formatted((System.nanoTime() - startNanos) / 1e9, text));
  }
}
