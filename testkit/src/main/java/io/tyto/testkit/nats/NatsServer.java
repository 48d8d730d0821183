package io.tyto.testkit.nats;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// A real `nats-server` with JetStream in a process that dies with this JVM, and what tests do to
/// it. It is taken from the property `tyto.nats` or the PATH; a test that needs one is skipped
/// where there is none. Not thread-safe.
public final class NatsServer implements AutoCloseable {
  private static final String PROPERTY = "tyto.nats";
  private static final String PROGRAM = "nats-server";
  private static final int START_SECONDS = 30;

  /// Starts the server, says its process id, and kills it when nobody holds our input any more.
  private static final String WATCHED =
      "\"$0\" -c \"$1\" </dev/null >>\"$2\" 2>&1 & echo $!; cat >/dev/null; kill -9 $!";

  private final Path program;
  private final Path folder;
  private final int port;
  private Process shell;
  private long pid;

  /// A server in a folder, which may hold what an earlier one left; skips the test where no server
  /// is installed.
  public static NatsServer start(Path folder) {
    Optional<Path> program = find();
    if (program.isEmpty()) {
      return Assumptions.abort(
          "skipped: no nats-server on the PATH; install it (Debian: nats-server) or name it by -D"
              + PROPERTY
              + "=FILE");
    }
    try {
      return new NatsServer(program.get(), folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Path> find() {
    String named = System.getProperty(PROPERTY, "");
    if (!named.isEmpty()) {
      return Optional.of(Path.of(named));
    }
    // A service's program is not on everybody's path.
    String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin";
    return Stream.of(path.split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, PROGRAM))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private NatsServer(Path program, Path folder) throws IOException {
    this.program = program;
    this.folder = Files.createDirectories(folder).toAbsolutePath();
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = free.getLocalPort();
    }
    Files.writeString(
        this.folder.resolve("nats.conf"),
        """
        listen: 127.0.0.1:%d
        max_payload: 16MB
        max_pending: 64MB
        jetstream { store_dir: "%s", max_mem: 64MB, max_file: 4GB }
        """
            .formatted(port, this.folder.resolve("data")));
    launch();
  }

  /// What a client connects to; the same after a restart.
  public String url() {
    return "nats://127.0.0.1:" + port;
  }

  /// Kills with SIGKILL.
  public void kill() {
    shell.destroyForcibly();
    signal("KILL");
  }

  /// Starts it again with its data, on the same port.
  public void restart() {
    try {
      launch();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Stops the process (SIGSTOP): connections stay open and nobody answers.
  public void pause() {
    signal("STOP");
  }

  /// Goes on after {@link #pause}.
  public void resume() {
    signal("CONT");
  }

  @Override
  public void close() {
    kill();
  }

  private void launch() throws IOException {
    Path log = folder.resolve("nats.log");
    shell =
        new ProcessBuilder(
                "sh",
                "-c",
                WATCHED,
                program.toString(),
                folder.resolve("nats.conf").toString(),
                log.toString())
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    pid = Long.parseLong(shell.inputReader().readLine().strip());
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (!answers()) {
      if (System.nanoTime() - deadline > 0 || ProcessHandle.of(pid).isEmpty()) {
        kill();
        throw new IOException("nats-server did not start:\n" + Files.readString(log));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  /// It greets whoever connects once it is ready.
  private boolean answers() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(1_000);
      return socket.getInputStream().read() >= 0;
    } catch (IOException _) {
      return false;
    }
  }

  private void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(pid))
          .redirectErrorStream(true)
          .start()
          .waitFor();
      if (name.equals("KILL")) {
        ProcessHandle.of(pid).ifPresent(server -> server.onExit().join());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while signalling nats-server", e);
    }
  }
}
