package io.tyto.server.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Before a server that answers each byte with the next one.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FaultProxyTest {
  private static final int NOTHING_COMES_MILLIS = 200;
  private static final int COMES_MILLIS = 30_000;

  private final int port = LoopbackPorts.free();
  private ServerSocket server;
  private FaultProxy proxy;
  private volatile String source = "a";

  @BeforeEach
  void start() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
    proxy = new FaultProxy(port, server.getLocalPort(), _ -> source);
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    server.close();
  }

  private void serve() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> answer(socket));
      } catch (IOException _) {
        return;
      }
    }
  }

  private static void answer(Socket socket) {
    try (socket) {
      for (int one = socket.getInputStream().read();
          one >= 0;
          one = socket.getInputStream().read()) {
        socket.getOutputStream().write(one + 1);
      }
    } catch (IOException _) {
      // Whoever asked has gone.
    }
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  private static int read(Socket socket, int millis) throws IOException {
    socket.setSoTimeout(millis);
    return socket.getInputStream().read();
  }

  @Test
  void whatIsLostOneWayComesLate() throws IOException {
    for (boolean isToward : new boolean[] {true, false}) {
      try (Socket socket = connect()) {
        socket.getOutputStream().write(1);
        assertEquals(2, read(socket, COMES_MILLIS));
        proxy.does(FaultProxy.Faults.oneWay(isToward));
        socket.getOutputStream().write(5);
        assertThrows(SocketTimeoutException.class, () -> read(socket, NOTHING_COMES_MILLIS));
        proxy.does(FaultProxy.Faults.NONE);
        assertEquals(6, read(socket, COMES_MILLIS));
      }
    }
  }

  @Test
  void whatIsCutEndsAndNobodyComesIn() throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(1);
      assertEquals(2, read(socket, COMES_MILLIS));
      proxy.does(FaultProxy.Faults.cut(FaultProxy.ALL));
      assertEquals(-1, readOrEnd(socket));
    }
    try (Socket late = connect()) {
      assertEquals(-1, readOrEnd(late));
    }
    proxy.does(FaultProxy.Faults.NONE);
    try (Socket again = connect()) {
      again.getOutputStream().write(3);
      assertEquals(4, read(again, COMES_MILLIS));
    }
  }

  private static int readOrEnd(Socket socket) throws IOException {
    try {
      return read(socket, COMES_MILLIS);
    } catch (SocketTimeoutException e) {
      throw e;
    } catch (IOException _) {
      return -1; // a reset
    }
  }

  @Test
  void aSplitConcernsWhoItIsFrom() throws IOException {
    try (Socket a = connect()) {
      a.getOutputStream().write(1);
      assertEquals(2, read(a, COMES_MILLIS));
      source = "b";
      try (Socket b = connect()) {
        b.getOutputStream().write(1);
        assertEquals(2, read(b, COMES_MILLIS));
        proxy.does(FaultProxy.Faults.silence(Set.of("b")));
        b.getOutputStream().write(7);
        assertThrows(SocketTimeoutException.class, () -> read(b, NOTHING_COMES_MILLIS));
        a.getOutputStream().write(7);
        assertEquals(8, read(a, COMES_MILLIS));
        proxy.does(FaultProxy.Faults.NONE);
        assertEquals(8, read(b, COMES_MILLIS));
      }
    }
  }

  @Test
  void aSlowWayTakesItsTime() throws IOException {
    Duration delay = Duration.ofMillis(150);
    try (Socket socket = connect()) {
      proxy.does(FaultProxy.Faults.slow(delay));
      long begun = System.nanoTime();
      socket.getOutputStream().write(1);
      assertEquals(2, read(socket, COMES_MILLIS));
      assertTrue(System.nanoTime() - begun >= 2 * delay.toNanos());
    }
  }
}
