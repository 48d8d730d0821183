package io.tyto.server.cli;

import io.tyto.model.error.TytoException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The entry point of `tyto`.
@Command(
    name = "tyto",
    description =
        "A GraphQL analytics API on a columnar engine of its own: one YAML config a collection,"
            + " events in, typed answers out.",
    subcommands = {
      HelpCommand.class,
      DemoCommand.class,
      ServeCommand.class,
      ImportCommand.class,
      ConfigCommand.class,
      StatusCommand.class,
      VerifyCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "Start with: tyto demo"})
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setUsageHelpAutoWidth(true)
        .setExecutionExceptionHandler(errors());
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command?");
  }

  /// What went wrong, for the person who reads it; a stack trace only for what nobody foresaw.
  private static IExecutionExceptionHandler errors() {
    return (exception, commandLine, _) -> {
      if (exception instanceof TytoException known) {
        commandLine.getErr().println("tyto: " + known.getMessage() + " [" + known.code() + "]");
      } else {
        commandLine.getErr().println("tyto: internal error, please report it with what follows:");
        exception.printStackTrace(commandLine.getErr());
      }
      return CommandLine.ExitCode.SOFTWARE;
    };
  }
}
