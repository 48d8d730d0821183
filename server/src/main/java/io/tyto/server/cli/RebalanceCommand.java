package io.tyto.server.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `tyto cluster rebalance`: who is to own what, now or with other processes.
@Command(
    name = "rebalance",
    description = {
      "Tells who owns each partition, who is to, and why it moves. Kafka's group gives each process"
          + " the same number of partitions in a row, in the order of the processes' names, whenever"
          + " one comes or goes: nothing can be moved by hand, and nothing needs to be.",
      "Without --dry-run it waits until everybody owns what is his; exit code 1 where that takes too"
          + " long."
    })
final class RebalanceCommand implements Callable<Integer> {
  @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.FOLDER);
  @Mixin private final Waiting waiting = new Waiting();
  @Spec private CommandSpec spec;

  @Option(names = "--dry-run", description = "only tells")
  private boolean isTrial;

  @Option(
      names = "--with",
      paramLabel = "NAMES",
      defaultValue = "",
      description = "as if these processes were there too, with commas; with --dry-run")
  private String with;

  @Option(
      names = "--without",
      paramLabel = "NAMES",
      defaultValue = "",
      description = "as if these processes were gone, with commas; with --dry-run")
  private String without;

  @Override
  public Integer call() {
    if (!isTrial && !(with + without).isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "--with and --without go with --dry-run: who is there decides who owns what, so start a process, or end one with `tyto cluster remove`");
    }
    PrintWriter out = spec.commandLine().getOut();
    AskedCluster cluster = AskedCluster.of(flags.resolve());
    cluster.clustered();
    List<Json.Node> places = cluster.server().places(with, without);
    print(out, places);
    if (isTrial) {
      return 0;
    }
    boolean isDone =
        waiting.await(
            out,
            () ->
                cluster.server().places("", "").stream()
                    .filter(RebalanceCommand::moves)
                    .map(place -> "%s is to own %s".formatted(next(place), name(place)))
                    .toList());
    if (isDone) {
      AskedCluster.line(out, true, "after", "everybody owns what is to be his");
    }
    out.flush();
    return isDone ? 0 : 1;
  }

  private static void print(PrintWriter out, List<Json.Node> places) {
    out.printf("%-24s %-20s %-20s %s%n", "partition", "owner", "next", "why it moves");
    for (Json.Node place : places) {
      out.printf(
          "%-24s %-20s %-20s %s%n",
          name(place),
          or(place.get("owner").text(), "nobody"),
          next(place),
          place.get("why").text());
    }
    out.printf(
        "%,d of %,d partitions move; each is sealed before it does, and the next owner reads on from there%n",
        places.stream().filter(RebalanceCommand::moves).count(), places.size());
    out.flush();
  }

  private static boolean moves(Json.Node place) {
    return !place.get("why").text().isEmpty();
  }

  private static String name(Json.Node place) {
    return place.get("group").text() + "/" + place.get("partition").number();
  }

  private static String next(Json.Node place) {
    return or(place.get("next").text(), "nobody");
  }

  private static String or(String text, String otherwise) {
    return text.isEmpty() ? otherwise : text;
  }
}
