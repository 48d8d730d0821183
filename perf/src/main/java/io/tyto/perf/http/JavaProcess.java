package io.tyto.perf.http;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A program of this class path that serves HTTP in a process of its own, so that its memory and
/// its CPU time are its own.
///
/// Lifetime: {@link #close} ends the process and waits for that.
public final class JavaProcess implements AutoCloseable {
  /// Stands for the port where it occurs in an argument.
  public static final String PORT = "{port}";

  private static final Duration START = Duration.ofMinutes(2);
  private static final int STOP_SECONDS = 30;
  private static final int PAUSE_MILLIS = 100;

  private final Process process;
  private final int port;
  private final Path log;

  private JavaProcess(Process process, int port, Path log) {
    this.process = process;
    this.port = port;
    this.log = log;
  }

  /// What to run.
  ///
  /// @param flags of the JVM beside those that every process of Tyto has
  /// @param environment beside this process's own
  /// @param log where all it prints goes
  public record Program(
      String mainClass,
      List<String> flags,
      List<String> arguments,
      Map<String, String> environment,
      Path log) {
    public Program(Class<?> mainClass, List<String> flags, List<String> arguments, Path log) {
      this(mainClass.getName(), flags, arguments, Map.of(), log);
    }
  }

  /// Starts it on a free port and waits until it answers a request with 200.
  public static JavaProcess start(Program program, byte[] ready)
      throws IOException, InterruptedException {
    int port = freePort();
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseG1GC",
                "-XX:+ExitOnOutOfMemoryError",
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path")));
    command.addAll(program.flags());
    command.add(program.mainClass());
    for (String argument : program.arguments()) {
      command.add(argument.replace(PORT, Integer.toString(port)));
    }
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(program.log().toFile());
    builder.environment().putAll(program.environment());
    JavaProcess started = new JavaProcess(builder.start(), port, program.log());
    started.await(ready);
    return started;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private void await(byte[] ready) throws InterruptedException {
    long deadline = System.nanoTime() + START.toNanos();
    while (System.nanoTime() < deadline && process.isAlive()) {
      try (KeptConnection connection = new KeptConnection(port)) {
        if (connection.ask(ready) == 200) {
          return;
        }
      } catch (IOException e) {
        // Not listening yet; the deadline says how long that may be.
      }
      Thread.sleep(PAUSE_MILLIS);
    }
    close();
    throw new IllegalStateException("the server did not start; see " + log);
  }

  public int port() {
    return port;
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /// CPU time so far, in hundredths of a second.
  public Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /// Megabytes of a line such as `RssAnon` of /proc/PID/status.
  public long megabytes(String line) throws IOException {
    for (String one :
        Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
      if (one.startsWith(line + ":")) {
        return Long.parseLong(one.replaceAll("\\D", "")) >> 10;
      }
    }
    throw new IllegalStateException("/proc tells no " + line);
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
