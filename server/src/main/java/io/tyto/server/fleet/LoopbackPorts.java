package io.tyto.server.fleet;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/// Ports for processes that are started in a moment. Below those that the system gives to whoever
/// connects, or a process that is started again might find its own taken.
final class LoopbackPorts {
  private static final int FIRST = 15_000;
  private static final int LAST = 32_000;
  private static final int TRIES = 1_000;

  private LoopbackPorts() {}

  static int free() {
    return freeRun(1);
  }

  /// The first of as many free ports in a row.
  static int freeRun(int length) {
    for (int i = 0; i < TRIES; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
      if (isFree(port, length)) {
        return port;
      }
    }
    throw new IllegalStateException(
        "no %d ports in a row are free between %d and %d on 127.0.0.1"
            .formatted(length, FIRST, LAST));
  }

  private static boolean isFree(int port, int length) {
    for (int i = 0; i < length; i++) {
      try (ServerSocket _ = new ServerSocket(port + i, 1, InetAddress.getLoopbackAddress())) {
        // Nobody listens here.
      } catch (IOException _) {
        return false;
      }
    }
    return true;
  }
}
