package io.tyto.server.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/// Runs a command of `tyto` inside the test's process.
public final class CommandRunner {
  private CommandRunner() {}

  /// @param output what it printed, standard output and error together
  public record Outcome(int code, String output) {}

  public static int run(String... arguments) {
    Outcome outcome = capture(arguments);
    System.out.print(outcome.output());
    return outcome.code();
  }

  public static Outcome capture(String... arguments) {
    StringWriter text = new StringWriter();
    PrintWriter writer = new PrintWriter(text);
    int code = Main.commandLine().setOut(writer).setErr(writer).execute(arguments);
    writer.flush();
    return new Outcome(code, text.toString());
  }
}
