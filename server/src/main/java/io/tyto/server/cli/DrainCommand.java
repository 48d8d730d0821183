package io.tyto.server.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `tyto cluster drain`: has a process hand over what it owns, and waits until others have it.
@Command(
    name = "drain",
    description = {
      "Has a process of the cluster seal what it has, hand its partitions over and take nothing more,"
          + " and ends when others own them. The process goes on to answer, and says that it is not"
          + " ready; stop it then, or have it take part again with --cancel.",
      "Exit code 1 where a check says no, or it was not done in time; it goes on all the same."
    })
final class DrainCommand implements Callable<Integer> {
  @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.FOLDER);
  @Mixin private final Waiting waiting = new Waiting();
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "PROCESS",
      description = "name of the process; without it the one that is asked")
  private @Nullable String process;

  @Option(
      names = "--force",
      description = "begins although a check says no, such as where nobody takes its partitions")
  private boolean isForced;

  @Option(names = "--dry-run", description = "only checks")
  private boolean isTrial;

  @Option(names = "--cancel", description = "has a drained process take its share again")
  private boolean isCancelled;

  @Override
  public Integer call() {
    if (isCancelled && (isForced || isTrial)) {
      throw new ParameterException(
          spec.commandLine(), "--cancel goes with neither --force nor --dry-run");
    }
    PrintWriter out = spec.commandLine().getOut();
    AskedCluster cluster = AskedCluster.of(flags.resolve());
    String target = process == null ? cluster.clustered().get("self").text() : process;
    boolean isDone =
        isCancelled
            ? resume(out, cluster, target, waiting)
            : drain(out, cluster, target, isForced, isTrial, waiting);
    out.flush();
    return isDone ? 0 : 1;
  }

  private static boolean resume(
      PrintWriter out, AskedCluster cluster, String target, Waiting waiting) {
    cluster.server().changeProcess("resume", target);
    boolean isBack =
        waiting.await(
            out,
            () ->
                isServing(cluster.status(), target) ? List.of() : List.of(target + " comes back"));
    if (isBack) {
      AskedCluster.line(out, true, "after", target + " serves, and takes its share within seconds");
    }
    return isBack;
  }

  private static boolean isServing(Json.Node status, String target) {
    return AskedCluster.member(status, target)
        .filter(member -> member.get("state").text().equals("SERVING"))
        .isPresent();
  }

  /// @return whether it was done, or would be
  static boolean drain(
      PrintWriter out,
      AskedCluster cluster,
      String target,
      boolean isForced,
      boolean isTrial,
      Waiting waiting) {
    Set<String> before = AskedCluster.owned(cluster.clustered(), target);
    Json.Node start = cluster.server().drain(target, isForced, isTrial);
    List<Json.Node> checks = start.get("checks").elements();
    AskedCluster.print(out, checks);
    boolean isGood = checks.stream().allMatch(check -> check.get("isGood").isTrue());
    if (!start.get("isBegun").isTrue()) {
      out.println(
          isTrial
              ? "nothing was done, as --dry-run says"
              : "nothing was done; --force begins all the same");
      return isGood;
    }
    out.printf("begun %s hands over %s%n", target, before.isEmpty() ? "nothing" : before);
    // Where nobody is there to take them, nobody is waited for.
    boolean isTaken = isGood || !isForced;
    boolean isDone =
        waiting.await(out, () -> left(cluster.status(), target, isTaken ? before : Set.of()));
    if (isDone) {
      AskedCluster.line(
          out,
          true,
          "after",
          isTaken
              ? "%s owns nothing, and others own what it had".formatted(target)
              : "%s owns nothing; of what nobody took, sealed rows are answered".formatted(target));
    }
    return isDone;
  }

  private static List<String> left(Json.Node status, String target, Set<String> before) {
    List<String> left = new ArrayList<>();
    Set<String> own = AskedCluster.owned(status, target);
    if (!own.isEmpty()) {
      left.add("%s seals and hands over %s".formatted(target, own));
    }
    Set<String> open = new TreeSet<>(before);
    open.removeAll(own);
    open.removeAll(AskedCluster.ownedByOthers(status, target));
    if (!open.isEmpty()) {
      left.add("sealed, and nobody has taken them yet: " + open);
    }
    return left;
  }
}
