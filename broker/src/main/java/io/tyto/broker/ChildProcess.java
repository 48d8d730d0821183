package io.tyto.broker;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A server in a JVM of its own that dies with this one, and what is done to it. Everything it
/// keeps lies in one folder, its log too. Thread-safe.
abstract class ChildProcess implements AutoCloseable {
  private static final Duration START_DEADLINE = Duration.ofSeconds(120);
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(20);
  private static final int SHOWN_LOG_BYTES = 6000;

  private final String name;
  private final Path folder;
  private final Path log;
  private final List<String> command;
  private Process process;

  /// Starts it and waits until it says that it answers.
  ///
  /// @param name in messages
  /// @param folder absolute, and there
  /// @param log file name
  /// @throws IOException with the end of the log where it does not start
  ChildProcess(String name, Path folder, String log, List<String> command) throws IOException {
    this.name = name;
    this.folder = folder;
    this.log = folder.resolve(log);
    this.command = command;
    this.process = launch();
  }

  /// A JVM with our own classes and the jars of a folder.
  static List<String> java(List<String> flags, Path jars, Class<?> main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(flags);
    command.add("-cp");
    command.add(ownClasses() + File.pathSeparator + jars.toAbsolutePath() + File.separator + "*");
    command.add(main.getName());
    command.addAll(arguments);
    return command;
  }

  private static Path ownClasses() {
    try {
      return Path.of(Parent.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the place of this class is no path", e);
    }
  }

  /// Where the build puts jars, seen from a folder in the checkout or from the checkout itself.
  ///
  /// @param jars in the checkout
  static Path built(String jars, Path from) {
    Path here = from.toAbsolutePath();
    for (Path at = here; at != null; at = at.getParent()) {
      if (Files.isDirectory(at.resolve(jars))) {
        return at.resolve(jars);
      }
    }
    return here.resolve(jars);
  }

  /// Refuses a folder of jars that is not there.
  ///
  /// @param profile of the build that fills it
  static void requireJars(String name, Path jars, String profile) throws IOException {
    if (!Files.isDirectory(jars)) {
      throw new IOException(
          "the jars of %s are not in %s; the build puts them there: mvn -q -P%s -pl broker process-resources"
              .formatted(name, jars, profile));
    }
  }

  public synchronized boolean isAlive() {
    return process.isAlive();
  }

  /// Number of the process by which the operating system knows it; another after a restart.
  public synchronized long pid() {
    return process.pid();
  }

  /// Kills with SIGKILL: it has no time to write anything.
  public synchronized void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /// Shuts down in order; kills it where that takes longer than 20 s.
  public synchronized void stop() {
    // By its handle: Process.destroy() closes its standard input too, and with that ends it at
    // once.
    process.toHandle().destroy();
    awaitEnd();
  }

  /// Starts it again in the same folder and on the same port, after {@link #kill} or {@link #stop}.
  public synchronized void restart() throws IOException {
    if (process.isAlive()) {
      stop();
    }
    process = launch();
  }

  /// Stops it in the middle of whatever it does (SIGSTOP): connections stay open and say nothing.
  public synchronized void pause() throws IOException {
    signal("STOP");
  }

  /// Goes on after {@link #pause}.
  public synchronized void resume() throws IOException {
    signal("CONT");
  }

  @Override
  public synchronized void close() {
    kill();
  }

  private void signal(String signal) throws IOException {
    try {
      Process kill =
          new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
              .inheritIO()
              .start();
      if (kill.waitFor() != 0) {
        throw new IOException("kill -%s of %s failed".formatted(signal, name));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while signalling " + name, e);
    }
  }

  private void awaitEnd() {
    try {
      if (!process.waitFor(STOP_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private Process launch() throws IOException {
    Process child =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    CompletableFuture<Boolean> ready = CompletableFuture.supplyAsync(() -> saysReady(child));
    String problem;
    try {
      if (ready.get(START_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
        return child;
      }
      problem = "ended while it started";
    } catch (TimeoutException _) {
      problem = "was not ready within " + START_DEADLINE.toSeconds() + " s";
    } catch (ExecutionException e) {
      problem = "could not be listened to (" + e.getCause() + ")";
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      problem = "was not waited for: interrupted";
    }
    child.destroyForcibly();
    throw new IOException(
        "%s in %s %s; the end of %s:%n%s".formatted(name, folder, problem, log, endOf(log)));
  }

  private static boolean saysReady(Process child) {
    // Not closed: the stream belongs to the process.
    BufferedReader answers = child.inputReader();
    try {
      return Parent.READY.equals(answers.readLine());
    } catch (IOException _) {
      return false;
    }
  }

  private static String endOf(Path log) throws IOException {
    try (var channel = Files.newByteChannel(log)) {
      long from = Math.max(0, channel.size() - SHOWN_LOG_BYTES);
      ByteBuffer bytes = ByteBuffer.allocate((int) (channel.size() - from));
      channel.position(from);
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
        // Read on.
      }
      return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    }
  }
}
