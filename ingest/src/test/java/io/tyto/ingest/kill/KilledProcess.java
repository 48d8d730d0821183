package io.tyto.ingest.kill;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// A {@link NodeProcess} seen from the test.
final class KilledProcess {
  private final Process process;
  private final BufferedWriter requests;
  private final Thread listener;

  private KilledProcess(Process process, BufferedReader answers, Consumer<String> onAnswer) {
    this.process = process;
    this.requests =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    this.listener = Thread.ofPlatform().daemon().start(() -> listen(answers, onAnswer));
  }

  /// Starts the process and waits until it is ready.
  static KilledProcess start(Path data, Consumer<String> onAnswer) throws IOException {
    return start(data, onAnswer, List.of());
  }

  /// As above.
  ///
  /// @param more arguments
  static KilledProcess start(Path data, Consumer<String> onAnswer, List<String> more)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // What the tests themselves run with: modules and packages that are open.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--"))
        .forEach(command::add);
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xmx256m"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(NodeProcess.class.getName(), data.toString()));
    command.addAll(more);
    Process process =
        new ProcessBuilder(command)
            .redirectError(data.resolveSibling("stderr.txt").toFile())
            .start();
    BufferedReader answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String first = answers.readLine();
    if (!"READY".equals(first)) {
      process.destroyForcibly();
      throw new AssertionError(
          "the node did not start: "
              + first
              + "; see "
              + java.nio.file.Files.readString(data.resolveSibling("stderr.txt")));
    }
    return new KilledProcess(process, answers, onAnswer);
  }

  /// Sends one line; false where the process is gone.
  boolean send(String line) {
    try {
      requests.write(line);
      requests.write('\n');
      requests.flush();
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  /// Kills with SIGKILL and takes in the answers that were on their way.
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
    listener.join();
  }

  private static void listen(BufferedReader answers, Consumer<String> onAnswer) {
    try {
      for (String line = answers.readLine(); line != null; line = answers.readLine()) {
        onAnswer.accept(line);
      }
    } catch (IOException _) {
      // The process was killed in the middle of an answer: it does not count.
    }
  }
}
