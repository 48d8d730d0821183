package io.tyto.server.cli;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A `tyto serve` of this program in a process of its own, which can be killed. One thread.
final class Ingester implements AutoCloseable {
  private static final Duration START_DEADLINE = Duration.ofSeconds(90);
  private static final long LOOK_MILLIS = 100;

  private final List<String> command;
  private final Path log;
  private final RunningServer server;
  private final String address;
  private Process process;

  /// @param arguments of `tyto serve` but for the address
  /// @param log takes what it prints
  static Ingester start(List<String> arguments, Path log) {
    int port = freePort();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    command.add("serve");
    command.add("--listen=127.0.0.1:" + port);
    command.add("--access=open");
    int commandPort = freePort();
    command.add("--admin-listen=127.0.0.1:" + commandPort);
    command.addAll(arguments);
    return new Ingester(
        command, log, "http://127.0.0.1:" + port, "http://127.0.0.1:" + commandPort);
  }

  private Ingester(List<String> command, Path log, String address, String commandAddress) {
    this.command = command;
    this.log = log;
    this.address = address;
    this.server = new RunningServer(commandAddress);
    this.process = launch();
  }

  String address() {
    return address;
  }

  RunningServer server() {
    return server;
  }

  /// Kills it with SIGKILL, which leaves it no time for anything, and starts it again.
  void killAndRestart() {
    kill();
    process = launch();
  }

  @Override
  public void close() {
    kill();
  }

  private void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted", e);
    }
  }

  private Process launch() {
    try {
      Process started =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
      awaitAnswer(started);
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the ingester: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted", e);
    }
  }

  private void awaitAnswer(Process started) throws InterruptedException {
    long deadline = System.nanoTime() + START_DEADLINE.toNanos();
    while (System.nanoTime() - deadline < 0) {
      if (started.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        break;
      }
      try {
        server.status();
        return;
      } catch (TytoException e) {
        if (e.code() != ErrorCode.STORE_LOCKED) {
          throw e;
        }
        // It does not listen yet.
      }
    }
    started.destroyForcibly();
    throw new TytoException(
        ErrorCode.INTERNAL, "the ingester did not start; it says why in " + log);
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
