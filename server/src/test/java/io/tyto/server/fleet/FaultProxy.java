package io.tyto.server.fleet;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// Stands between a process and those who reach it over TCP, and does what networks do: loses all
/// that goes one way or both, as long as it lasts (what TCP then does is to send it again, so it
/// comes late), is slow, or resets connections and takes no new ones. Thread-safe.
final class FaultProxy implements AutoCloseable {
  private static final int CONNECT_MILLIS = 2_000;
  private static final int BUFFER_BYTES = 16 << 10;
  private static final long LOOK_MILLIS = 10;

  /// Everybody who connects.
  static final Set<String> ALL = Set.of();

  private final int target;
  private final ServerSocket server;
  private final Function<Socket, String> sources;
  private final List<Connection> connections = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile Faults faults = Faults.NONE;

  /// @param toward whether what goes to the process is held
  /// @param back whether what comes from it is held
  /// @param delayMillis of each piece, both ways
  /// @param isCut whether connections end and none begins
  /// @param from names of those whom it concerns, or {@link #ALL}
  record Faults(boolean toward, boolean back, long delayMillis, boolean isCut, Set<String> from) {
    static final Faults NONE = new Faults(false, false, 0, false, ALL);

    static Faults oneWay(boolean isToward) {
      return new Faults(isToward, !isToward, 0, false, ALL);
    }

    static Faults silence(Set<String> from) {
      return new Faults(true, true, 0, false, from);
    }

    static Faults cut(Set<String> from) {
      return new Faults(false, false, 0, true, from);
    }

    static Faults slow(Duration delay) {
      return new Faults(false, false, delay.toMillis(), false, ALL);
    }

    private boolean concerns(String source) {
      return from.isEmpty() || from.contains(source);
    }
  }

  private record Connection(Socket client, Socket server, String source) {
    void reset() {
      for (Socket one : List.of(client, server)) {
        try {
          one.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException _) {
          // It is closed already.
        }
        FaultProxy.close(one);
      }
    }
  }

  /// @param port on which it listens
  /// @param target port of the process
  /// @param sources tells by name who has connected; empty where that is not known
  FaultProxy(int port, int target, Function<Socket, String> sources) {
    this.target = target;
    this.sources = sources;
    try {
      this.server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.execute(this::accept);
  }

  /// Does this from now on, and nothing else.
  void does(Faults what) {
    faults = what;
    if (what.isCut) {
      for (Connection one : connections) {
        if (what.concerns(one.source)) {
          one.reset();
        }
      }
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        threads.execute(() -> connect(client));
      } catch (IOException _) {
        // It was closed, or who came is gone.
      }
    }
  }

  private void connect(Socket client) {
    String source = sources.apply(client);
    Faults now = faults;
    if (now.isCut && now.concerns(source)) {
      close(client);
      return;
    }
    Socket socket = new Socket();
    try {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), target), CONNECT_MILLIS);
      client.setTcpNoDelay(true);
      socket.setTcpNoDelay(true);
    } catch (IOException _) {
      close(client);
      close(socket);
      return;
    }
    Connection connection = new Connection(client, socket, source);
    connections.add(connection);
    threads.execute(() -> pump(connection, true));
    threads.execute(() -> pump(connection, false));
  }

  private void pump(Connection connection, boolean isToward) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      InputStream in = (isToward ? connection.client : connection.server).getInputStream();
      OutputStream out = (isToward ? connection.server : connection.client).getOutputStream();
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        awaitPassage(connection, isToward);
        out.write(buffer, 0, length);
      }
    } catch (IOException _) {
      // One end has gone, which the other is told.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    close(connection.client);
    close(connection.server);
    connections.remove(connection);
  }

  private void awaitPassage(Connection connection, boolean isToward) throws InterruptedException {
    Faults now = faults;
    if (now.delayMillis > 0 && now.concerns(connection.source)) {
      TimeUnit.MILLISECONDS.sleep(now.delayMillis);
    }
    while (isHeld(connection, isToward) && !connection.client.isClosed()) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }

  private boolean isHeld(Connection connection, boolean isToward) {
    Faults now = faults;
    return (isToward ? now.toward : now.back) && now.concerns(connection.source);
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException _) {
      // It is of no use any more in any case.
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    connections.forEach(Connection::reset);
    threads.shutdownNow();
  }
}
