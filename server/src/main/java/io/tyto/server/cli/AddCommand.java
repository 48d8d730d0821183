package io.tyto.server.cli;

import io.tyto.cluster.member.Member;
import io.tyto.model.port.ClusterService.Check;
import io.tyto.server.Newcomer;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `tyto cluster add`: looks whether a new process could join, and waits until it has.
@Command(
    name = "add",
    description = {
      "Run where a new process is to run, with its settings: looks whether it could join the cluster"
          + " (its settings, the store, the brokers, the other processes, its own addresses), and"
          + " waits until it serves. It starts nothing: `tyto serve` with the same settings does.",
      "Exit code 1 where a check says no, or the process does not serve in time."
    })
final class AddCommand implements Callable<Integer> {
  @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.ALL);
  @Mixin private final Waiting waiting = new Waiting();
  @Spec private CommandSpec spec;

  @Option(names = "--dry-run", description = "only checks")
  private boolean isTrial;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try (Newcomer newcomer = Newcomer.of(flags.resolve())) {
      out.println(newcomer.describe());
      List<Check> checks = newcomer.checks();
      checks.forEach(check -> AskedCluster.line(out, check.isGood(), check.what(), check.says()));
      out.flush();
      // One of several seeds may be away, such as the process that this one is to replace.
      boolean isGood =
          checks.stream().filter(check -> !check.what().equals("seed")).allMatch(Check::isGood);
      boolean isDone = isGood && (isTrial || await(out, newcomer));
      out.flush();
      return isDone ? 0 : 1;
    }
  }

  private boolean await(PrintWriter out, Newcomer newcomer) {
    boolean isDone = waiting.await(out, () -> left(newcomer));
    if (isDone) {
      AskedCluster.line(
          out,
          true,
          "after",
          "the others see %s serve; `tyto cluster rebalance` waits until it has its share"
              .formatted(newcomer.name()));
    }
    return isDone;
  }

  private static List<String> left(Newcomer newcomer) {
    Optional<Member> member = newcomer.seenByOthers();
    if (member.isEmpty()) {
      return List.of("start it now, if it is not: tyto serve, with the same settings");
    }
    return member.get().state() == Member.State.SERVING
        ? List.of()
        : List.of(newcomer.name() + " joins");
  }
}
