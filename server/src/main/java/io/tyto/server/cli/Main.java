package io.tyto.server.cli;

import io.tyto.broker.Parent;
import io.tyto.gateway.limits.CostGate;
import io.tyto.model.error.TytoException;
import io.tyto.server.fleet.ServeProcess;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/// The entry point of `tyto`.
@Command(
    name = "tyto",
    description =
        "A GraphQL analytics API on a columnar engine of its own: one YAML config a collection,"
            + " events in, typed answers out.",
    subcommands = {
      DemoCommand.class,
      ServeCommand.class,
      ImportCommand.class,
      ConfigCommand.class,
      DeadLettersCommand.class,
      StatusCommand.class,
      ClusterCommand.class,
      TopCommand.class,
      FeedsCommand.class,
      PipelineCommand.class,
      TablesCommand.class,
      KeysCommand.class,
      AuditCommand.class,
      SchemaCommand.class,
      VerifyCommand.class,
      BackupCommand.class,
      RestoreCommand.class,
      DetokenizeCommand.class,
      SimulateCommand.class
    },
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "Start with: tyto demo", "More about a command: tyto COMMAND --help"})
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "show this help")
  @SuppressWarnings("UnusedVariable") // picocli answers by itself
  private boolean isHelpAsked;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "show the version")
  @SuppressWarnings("UnusedVariable") // picocli answers by itself
  private boolean isVersionAsked;

  public static void main(String[] arguments) {
    if (Boolean.getBoolean(ServeProcess.DIES_WITH_PARENT)) {
      Parent.dieWith();
    }
    addCarriers();
    System.exit(commandLine().execute(arguments));
  }

  /// Queries compute on virtual threads, which nobody interrupts: with one carrier a core, as many
  /// scans would hold up every other request. With more of them the operating system shares the
  /// cores between scans and the rest. Must come before the first virtual thread.
  private static void addCarriers() {
    String carriers = "jdk.virtualThreadScheduler.parallelism";
    if (System.getProperty(carriers) == null) {
      int cores = Runtime.getRuntime().availableProcessors();
      System.setProperty(carriers, String.valueOf(cores + CostGate.scansOfMachine()));
    }
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler((fault, _) -> refuse(fault))
        .setExecutionExceptionHandler(errors());
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /// A mistake in the command line: what it is and where help stands, without a page of it.
  private static int refuse(ParameterException fault) {
    CommandLine commandLine = fault.getCommandLine();
    PrintWriter err = commandLine.getErr();
    String name = commandLine.getCommandSpec().qualifiedName();
    if (fault instanceof UnmatchedArgumentException unmatched) {
      List<String> arguments = unmatched.getUnmatched();
      boolean isCommand = !unmatched.isUnknownOption() && !commandLine.getSubcommands().isEmpty();
      err.printf(
          "%s: %s%n",
          name, isCommand ? "no such command: " + arguments.getFirst() : unmatched.getMessage());
      UnmatchedArgumentException.printSuggestions(fault, err);
    } else {
      err.printf("%s: %s%n", name, fault.getMessage());
    }
    err.printf("%s --help says what it takes.%n", name);
    return CommandLine.ExitCode.USAGE;
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

  /// The version of the jar, and of what it runs on.
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String own = Main.class.getPackage().getImplementationVersion();
      return new String[] {
        "tyto " + (own == null ? "from classes" : own),
        "Java %s (%s), %s %s"
            .formatted(
                Runtime.version(),
                System.getProperty("java.vendor"),
                System.getProperty("os.name"),
                System.getProperty("os.arch"))
      };
    }
  }
}
