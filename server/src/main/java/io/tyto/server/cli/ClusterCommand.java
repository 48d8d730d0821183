package io.tyto.server.cli;

import io.tyto.model.port.ClusterService.Why;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `tyto cluster`: the processes that answer together, as one of them sees it.
@Command(
    name = "cluster",
    description = "Tells of the cluster that a server is in, and operates it.",
    subcommands = {
      ClusterCommand.Status.class,
      DrainCommand.class,
      RebalanceCommand.class,
      AddCommand.class,
      RemoveCommand.class
    })
final class ClusterCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  @Command(
      name = "status",
      description = {
        "Tells the processes of the cluster, what each owns, and what nobody does, as the server sees"
            + " it that holds the folder (of several: the one that --node names).",
        "Exit code 1 where a process does not answer or a partition has nobody."
      })
  static final class Status implements Callable<Integer> {
    @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.FOLDER);
    @Spec private CommandSpec spec;

    @Option(names = "--json", description = "prints one JSON object, as GET /v1/cluster has it")
    private boolean isJson;

    @Override
    public Integer call() {
      PrintWriter out = spec.commandLine().getOut();
      AskedCluster cluster = AskedCluster.of(flags.resolve());
      Json.Node status = cluster.status();
      if (isJson) {
        out.println(Json.write(Objects.requireNonNull(status.value())));
      } else {
        print(out, cluster.address(), status);
      }
      out.flush();
      boolean isSilent =
          status.get("members").elements().stream().anyMatch(one -> one.get("isSilent").isTrue());
      return isSilent || !status.get("missing").elements().isEmpty() ? 1 : 0;
    }
  }

  private static void print(PrintWriter out, String address, Json.Node status) {
    if (!status.get("isClustered").isTrue()) {
      out.printf(
          "the server that is operated at %s is in no cluster: it answers by itself, since"
              + " `cluster.listen` is empty%n",
          address);
      return;
    }
    String self = status.get("self").text();
    out.printf("cluster %s, as %s sees it%n%n", status.get("cluster").text(), self);
    out.printf(
        "%-20s %-9s %-8s %-14s %-24s %s%n", "process", "state", "role", "zone", "address", "owns");
    status.get("members").elements().forEach(member -> print(out, member));
    out.println();
    List<Json.Node> missing = status.get("missing").elements();
    missing.forEach(one -> out.println(words(one)));
    status
        .get("unreplicated")
        .entries()
        .forEach((group, why) ->
            out.printf(
                "TAIL %s: nobody but its owner has its newest rows: %s%n", group, why.text()));
    if (missing.isEmpty()) {
      out.println("every partition has an owner that answers, as far as is known");
    }
  }

  private static void print(PrintWriter out, Json.Node member) {
    String state = member.get("state").text().toLowerCase(Locale.ROOT);
    out.printf(
        "%-20s %-9s %-8s %-14s %-24s %s%n",
        member.get("id").text(),
        member.get("isSilent").isTrue() ? "SILENT" : state,
        member.get("role").text(),
        member.get("zone").text(),
        member.get("address").text(),
        owned(member));
  }

  private static String owned(Json.Node member) {
    String owned = groups(member.get("owned"));
    String tails = groups(member.get("tails"));
    return (owned.isEmpty() ? "nothing" : owned) + (tails.isEmpty() ? "" : "; tails " + tails);
  }

  private static String groups(Json.Node groups) {
    return groups.entries().entrySet().stream()
        .map(group -> group.getKey() + ": " + numbers(group.getValue()))
        .collect(Collectors.joining("; "));
  }

  private static String numbers(Json.Node partitions) {
    return partitions.elements().stream().map(Json.Node::text).collect(Collectors.joining(", "));
  }

  static String words(Json.Node missing) {
    String partition =
        "%s/%d".formatted(missing.get("group").text(), missing.get("partition").number());
    String owner = missing.get("owner").text();
    return switch (Why.valueOf(missing.get("why").text())) {
      case UNOWNED ->
          "UNOWNED %s: nobody takes its events now; what is sealed is answered"
              .formatted(partition);
      case LEFT ->
          "MISSING %s: %s has left with its newest rows; questions fail until it is back or another has read them again"
              .formatted(partition, owner);
      case SILENT ->
          "MISSING %s: %s has its newest rows and does not answer; questions fail until it does or another has read them again"
              .formatted(partition, owner);
    };
  }
}
