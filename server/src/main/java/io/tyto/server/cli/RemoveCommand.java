package io.tyto.server.cli;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `tyto cluster remove`: drains a process, ends it, and looks that nothing is missing without it.
@Command(
    name = "remove",
    description = {
      "Drains a process of the cluster, has it end in order with exit code 0, waits until the others"
          + " do not see it any more, and looks whether they have all partitions.",
      "It does not see to it that nothing starts the process again, nor deletes its files: it says"
          + " what is left to do."
    })
final class RemoveCommand implements Callable<Integer> {
  @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.FOLDER);
  @Mixin private final Waiting waiting = new Waiting();
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "PROCESS", description = "name of the process, not that which is asked")
  private String process;

  @Option(names = "--force", description = "begins although a check says no")
  private boolean isForced;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Settings settings = flags.resolve();
    AskedCluster cluster = AskedCluster.of(settings);
    if (cluster.clustered().get("self").text().equals(process)) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "%s is the process that is asked, and cannot see itself gone: ask another with --node"
              .formatted(process));
    }
    boolean isDone =
        DrainCommand.drain(out, cluster, process, isForced, false, waiting)
            && end(out, cluster)
            && check(out, cluster);
    if (isDone) {
      out.printf(
          "left: see that nothing starts %s again (systemctl disable, fewer replicas); take its address out of `cluster.seeds` of the others before their next start; %s holds its audit log, delete it when you need that no more%n",
          process, settings.path(Setting.DATA).resolve("nodes").resolve(process));
    }
    out.flush();
    return isDone ? 0 : 1;
  }

  private boolean end(PrintWriter out, AskedCluster cluster) {
    cluster.server().changeProcess("stop", process);
    return waiting.await(
        out,
        () ->
            AskedCluster.member(cluster.status(), process).isPresent()
                ? List.of(process + " ends")
                : List.of());
  }

  private boolean check(PrintWriter out, AskedCluster cluster) {
    boolean isWhole =
        isForced
            || waiting.await(
                out,
                () ->
                    cluster.status().get("missing").elements().stream()
                        .map(ClusterCommand::words)
                        .toList());
    if (isWhole) {
      AskedCluster.line(
          out, true, "after", process + " is gone, and the cluster goes on without it");
    }
    return isWhole;
  }
}
