package io.tyto.store.s3;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Passes bytes on between clients and a server, and loses answers: what the client asked for has
/// happened when it learns that something failed. Thread-safe.
final class CuttingProxy implements AutoCloseable {
  private static final int CHUNK_BYTES = 1 << 16;

  /// What becomes of an answer.
  enum Loss {
    /// The connection is closed instead.
    CUT,
    /// Nothing more comes, and the connection stays open.
    SILENCE
  }

  private final int serverPort;
  private final ServerSocket listener;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private Loss loss = Loss.CUT;
  private int spared;
  private int toLose;
  private int lost;

  CuttingProxy(int serverPort) throws IOException {
    this.serverPort = serverPort;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    threads.submit(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /// Loses answers that come after some others.
  synchronized void lose(Loss how, int afterAnswers, int answers) {
    loss = how;
    spared = afterAnswers;
    toLose = answers;
    lost = 0;
  }

  synchronized int lost() {
    return lost;
  }

  private synchronized boolean isLost() {
    if (spared > 0) {
      spared--;
      return false;
    }
    if (toLose == 0) {
      return false;
    }
    toLose--;
    lost++;
    return true;
  }

  private synchronized Loss loss() {
    return loss;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        open.add(client);
        open.add(server);
        threads.submit(() -> pass(client, server, false));
        threads.submit(() -> pass(server, client, true));
      } catch (IOException e) {
        if (!listener.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  /// A request is answered before the next one of its connection comes, and small answers come in
  /// one piece, so each piece of bytes from the server is an answer.
  private void pass(Socket from, Socket to, boolean areAnswers) {
    byte[] chunk = new byte[CHUNK_BYTES];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        if (areAnswers && isLost()) {
          if (loss() == Loss.CUT) {
            return;
          }
          continue;
        }
        out.write(chunk, 0, read);
        out.flush();
      }
    } catch (IOException _) {
      // One side hung up; the other one is told by closing it.
      return;
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket each : open) {
      each.close();
    }
    threads.close();
  }
}
