package io.tyto.server.fleet;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.server.settings.Setting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A `tyto serve` of this program in a process of its own, which can be killed, stopped, held and
/// started again. It dies with this one, also where this one is killed. Used by one thread at a
/// time.
public final class ServeProcess implements AutoCloseable {
  /// A process that has it ends when its standard input does, which is when its parent is gone.
  public static final String DIES_WITH_PARENT = "tyto.diesWithParent";

  private static final String MAIN = "io.tyto.server.cli.Main";
  private static final long LOOK_MILLIS = 100;
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  private final String name;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Path log;
  private final String address;
  private final String commandAddress;
  private volatile Process process;

  /// Starts it, on ports of the loopback address that are free; does not wait.
  ///
  /// @param name for messages
  /// @param jvm flags of its JVM beside those of this one, which have the last word
  /// @param settings but for its addresses and who may come, which is everybody
  /// @param environment beside that of this process
  /// @param log takes what it prints
  public static ServeProcess launch(
      String name,
      List<String> jvm,
      Map<Setting, String> settings,
      Map<String, String> environment,
      Path log) {
    int port = LoopbackPorts.free();
    int commandPort = LoopbackPorts.free();
    Map<Setting, String> all = new EnumMap<>(settings);
    all.put(Setting.LISTEN, "127.0.0.1:" + port);
    all.put(Setting.ADMIN_LISTEN, "127.0.0.1:" + commandPort);
    all.put(Setting.ACCESS, "open");
    return new ServeProcess(
        name,
        command(jvm, "serve", all),
        environment,
        log,
        "http://127.0.0.1:" + port,
        "http://127.0.0.1:" + commandPort);
  }

  /// Runs a command of this program in a process of its own, and returns its exit code.
  /// TytoException where it takes longer.
  static int run(
      String command,
      Map<Setting, String> settings,
      Map<String, String> environment,
      Path log,
      Duration deadline) {
    Process process = start(command, command(List.of(), command, settings), environment, log);
    try {
      if (process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
        return process.exitValue();
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    } finally {
      process.destroyForcibly();
    }
    throw new TytoException(
        ErrorCode.INTERNAL,
        "tyto %s has not ended after %d s; what it does is in %s"
            .formatted(command, deadline.toSeconds(), log));
  }

  private static List<String> command(
      List<String> jvm, String name, Map<Setting, String> settings) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ownFlags());
    command.addAll(jvm);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN, name));
    settings.forEach((setting, value) -> command.add(setting.flag() + "=" + value));
    return List.copyOf(command);
  }

  /// An archive of classes is read by many, and written by this process alone.
  private static List<String> ownFlags() {
    List<String> flags = new ArrayList<>();
    flags.add("-D" + DIES_WITH_PARENT + "=true");
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (!flag.equals("-XX:+AutoCreateSharedArchive")) {
        flags.add(flag);
      }
    }
    return flags;
  }

  private ServeProcess(
      String name,
      List<String> command,
      Map<String, String> environment,
      Path log,
      String address,
      String commandAddress) {
    this.name = name;
    this.command = command;
    this.environment = environment;
    this.log = log;
    this.address = address;
    this.commandAddress = commandAddress;
    this.process = start(name, command, environment, log);
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "end of " + name));
  }

  public String name() {
    return name;
  }

  /// Where callers ask.
  public String address() {
    return address;
  }

  /// Where commands ask.
  public String commandAddress() {
    return commandAddress;
  }

  public Path log() {
    return log;
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /// Waits until it is ready to answer. TytoException where it ends, or takes longer.
  public void awaitReady(Duration deadline) {
    long until = System.nanoTime() + deadline.toNanos();
    try {
      while (!isReady()) {
        if (process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
          throw new TytoException(
              ErrorCode.INTERNAL,
              "%s ended with %d while it started; it says why in %s"
                  .formatted(name, process.exitValue(), log));
        }
        if (System.nanoTime() - until > 0) {
          throw new TytoException(
              ErrorCode.INTERNAL,
              "%s is not ready after %d s; it says how far it is in %s"
                  .formatted(name, deadline.toSeconds(), log));
        }
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private boolean isReady() throws InterruptedException {
    try {
      HttpRequest ready =
          HttpRequest.newBuilder(URI.create(address + "/ready"))
              .timeout(Duration.ofSeconds(5))
              .build();
      return HTTP.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException _) {
      return false; // it does not listen yet
    }
  }

  /// Kills it with SIGKILL, which leaves it no time for anything.
  public void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /// Starts it again, with the same settings and ports; does not wait.
  public void restart() {
    if (process.isAlive()) {
      kill();
    }
    process = start(name, command, environment, log);
  }

  /// Tells it to stop in order (SIGTERM), and returns its exit code. TytoException where it takes
  /// longer.
  public int stop(Duration deadline) {
    // By its handle: Process.destroy() would close its standard input, too, and with that end it.
    process.toHandle().destroy();
    try {
      if (process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
        return process.exitValue();
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    throw new TytoException(
        ErrorCode.INTERNAL,
        "%s has not stopped %d s after SIGTERM; what it does is in %s"
            .formatted(name, deadline.toSeconds(), log));
  }

  /// Holds it wherever it is (SIGSTOP): its connections stay open, and nobody answers.
  public void pause() {
    signal("STOP");
  }

  /// Goes on after {@link #pause}.
  public void resume() {
    signal("CONT");
  }

  private void signal(String signal) {
    try {
      Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
      if (kill.waitFor() != 0) {
        throw new TytoException(
            ErrorCode.INTERNAL, "kill -%s of %s failed: is it alive?".formatted(signal, name));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot send SIG%s to %s".formatted(signal, name), e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /// Kills it, if it is still there.
  @Override
  public void close() {
    process.destroyForcibly();
  }

  private static Process start(
      String name, List<String> command, Map<String, String> environment, Path log) {
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      // Settings of whoever started this one are not for its children.
      builder.environment().keySet().removeIf(variable -> variable.startsWith("TYTO_"));
      builder.environment().putAll(environment);
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start %s: %s".formatted(name, e.getMessage()), e);
    }
  }

  private static TytoException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new TytoException(ErrorCode.CANCELLED, "interrupted", e);
  }
}
