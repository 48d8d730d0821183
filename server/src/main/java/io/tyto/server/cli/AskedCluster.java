package io.tyto.server.cli;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.tyto.store.DataLock;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The cluster as the server sees it that a command asks.
final class AskedCluster {
  private final RunningServer server;
  private final String address;

  private AskedCluster(DataLock.Holder holder) {
    this.server = new RunningServer(holder);
    this.address = holder.address();
  }

  /// The server that holds the folder; of several the one that `node` names.
  static AskedCluster of(Settings settings) {
    Path data = settings.path(Setting.DATA);
    StatusCommand.requireData(settings);
    return new AskedCluster(
        SettingFlags.holder(settings)
            .filter(holder -> !holder.address().isEmpty())
            .orElseThrow(() ->
                new TytoException(
                    ErrorCode.BAD_USER_INPUT,
                    "no server holds %s, so there is nobody to ask for a cluster"
                        .formatted(data))));
  }

  /// Where it is operated.
  String address() {
    return address;
  }

  RunningServer server() {
    return server;
  }

  /// As `GET /v1/cluster` has it.
  Json.Node status() {
    return server.cluster();
  }

  /// The same of a server that is in a cluster.
  Json.Node clustered() {
    Json.Node status = status();
    if (!status.get("isClustered").isTrue()) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "the server that is operated at %s is in no cluster: it answers by itself, since `cluster.listen` is empty"
              .formatted(address));
    }
    return status;
  }

  static Optional<Json.Node> member(Json.Node status, String process) {
    return status.get("members").elements().stream()
        .filter(member -> member.get("id").text().equals(process))
        .findFirst();
  }

  /// What a process owns, such as `game/1`.
  static Set<String> owned(Json.Node status, String process) {
    return member(status, process).map(AskedCluster::owned).orElse(Set.of());
  }

  static Set<String> owned(Json.Node member) {
    Set<String> owned = new TreeSet<>();
    member
        .get("owned")
        .entries()
        .forEach((group, partitions) ->
            partitions.elements().forEach(number -> owned.add(group + "/" + number.text())));
    return owned;
  }

  /// What processes own, but for one.
  static Set<String> ownedByOthers(Json.Node status, String process) {
    Set<String> owned = new TreeSet<>();
    for (Json.Node member : status.get("members").elements()) {
      if (!member.get("id").text().equals(process)) {
        owned.addAll(owned(member));
      }
    }
    return owned;
  }

  /// A line for each thing that was looked at.
  static void print(PrintWriter out, List<Json.Node> checks) {
    for (Json.Node check : checks) {
      line(out, check.get("isGood").isTrue(), check.get("what").text(), check.get("says").text());
    }
    out.flush();
  }

  static void line(PrintWriter out, boolean isGood, String what, String says) {
    out.printf("%-5s %-8s %s%n", isGood ? "ok" : "NO", what, says);
  }
}
