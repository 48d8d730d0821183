package io.tyto.perf.live;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A server in a process of its own, so that its memory is its own.
final class ServerProcess implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(2);
  private static final int STOP_SECONDS = 30;

  private final Process process;
  private final int port;

  private ServerProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /// Starts it and waits until it is ready.
  ///
  /// @param heapMegabytes from the start, so that what grows is not the heap
  static ServerProcess start(Path folder, Path configs, int heapMegabytes)
      throws IOException, InterruptedException {
    int port = freePort();
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--add-modules",
                    "jdk.incubator.vector",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-Xms" + heapMegabytes + "m",
                    "-Xmx" + heapMegabytes + "m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "io.tyto.server.cli.Main",
                    "serve",
                    "--data",
                    folder.resolve("data").toString(),
                    "--config",
                    configs.toString(),
                    "--access",
                    "open",
                    "--listen",
                    "127.0.0.1:" + port))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("server.log").toFile())
            .start();
    ServerProcess server = new ServerProcess(process, port);
    server.awaitReady(folder);
    return server;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private void awaitReady(Path folder) throws InterruptedException {
    long deadline = System.nanoTime() + START.toNanos();
    HttpRequest ready =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/ready")).build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      while (System.nanoTime() < deadline && process.isAlive()) {
        try {
          if (http.send(ready, BodyHandlers.discarding()).statusCode() == 200) {
            return;
          }
        } catch (IOException e) {
          // Not listening yet; the deadline says how long that may be.
          Thread.sleep(100);
        }
      }
    }
    close();
    throw new IllegalStateException(
        "the server did not start; see " + folder.resolve("server.log"));
  }

  int port() {
    return port;
  }

  /// Megabytes of a line such as `RssAnon` of /proc/PID/status.
  long megabytes(String line) throws IOException {
    for (String one :
        Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
      if (one.startsWith(line + ":")) {
        return Long.parseLong(one.replaceAll("\\D", "")) >> 10;
      }
    }
    throw new IllegalStateException("/proc tells no " + line);
  }

  /// CPU time so far.
  Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
