package io.tyto.server.cli;

import io.tyto.ingest.DataFolder;
import io.tyto.ingest.DataInspector;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.CollectionStatus;
import io.tyto.model.port.AdminService.PartitionStatus;
import io.tyto.model.port.AdminService.Status;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.tyto.server.settings.StoreSettings;
import io.tyto.store.DataLock;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "status",
    description = "Tells collections, rows, segments, lag and disk of a data folder.")
final class StatusCommand implements Callable<Integer> {
  private static final int MAX_COLLECTIONS = 7;

  @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.FOLDER);
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Settings settings = flags.resolve();
    Path data = settings.path(Setting.DATA);
    requireData(settings);
    PrintWriter out = spec.commandLine().getOut();
    Optional<DataLock.Holder> holder = SettingFlags.holder(settings);
    Status status;
    if (holder.isPresent() && !holder.get().address().isEmpty()) {
      out.printf("data %s, of the server that is operated at %s%n", data, holder.get().address());
      status = new RunningServer(holder.get()).status();
    } else {
      status = DataInspector.status(StoreSettings.folder(settings));
      out.printf(
          "data %s, %s%n",
          data, holder.isPresent() ? "in use by process " + holder.get().pid() : "not served");
    }
    print(out, status);
    return status.alarms().isEmpty() ? 0 : 1;
  }

  /// A command that only reads creates nothing, and does not take a wrong name for an empty folder.
  static void requireData(Settings settings) {
    Path data = settings.path(Setting.DATA);
    if (!new DataFolder(data).isUsed() && !StoreSettings.folder(settings).hasStore()) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "%s is no data folder; name one with --data, or start with `tyto serve`".formatted(data));
    }
  }

  private static void print(PrintWriter out, Status status) {
    out.printf(
        "%-24s %15s %10s %9s %10s %8s %9s%n",
        "collection", "rows", "unsealed", "segments", "bytes", "dead", "log lag");
    status.collections().stream()
        .limit(MAX_COLLECTIONS)
        .forEach(collection -> print(out, collection));
    int more = status.collections().size() - MAX_COLLECTIONS;
    if (more > 0) {
      out.printf("... and %d more%n", more);
    }
    for (CollectionStatus collection : status.collections()) {
      if (collection.rewriting() != null) {
        out.printf("%s: %s%n", collection.name(), collection.rewriting());
      }
      if (collection.joining() != null) {
        out.printf("%s: %s%n", collection.name(), collection.joining());
      }
    }
    status.views().forEach(view -> out.println(view));
    FeedsCommand.print(out, status.feeds());
    printOwners(out, status.partitions());
    status.partitions().stream()
        .filter(partition -> partition.problem() != null)
        .forEach(partition ->
            out.printf(
                "RED partition %s/%d: %s%n",
                partition.group(), partition.partition(), partition.problem()));
    out.printf(
        "disk: %s used, %s free%n",
        Sizes.bytes(status.diskBytes()), Sizes.bytes(status.freeDiskBytes()));
    status.alarms().forEach(alarm -> out.println("ALARM " + alarm));
  }

  /// A line for each owner of partitions of a group that is shared.
  private static void printOwners(PrintWriter out, List<PartitionStatus> partitions) {
    Map<String, List<PartitionStatus>> byOwner = new TreeMap<>();
    Set<String> shared = new HashSet<>();
    for (PartitionStatus partition : partitions) {
      byOwner
          .computeIfAbsent(partition.group() + "\n" + partition.owner(), _ -> new ArrayList<>())
          .add(partition);
      if (partition.isFollowed()) {
        shared.add(partition.group());
      }
    }
    for (List<PartitionStatus> same : byOwner.values()) {
      PartitionStatus first = same.getFirst();
      if (shared.contains(first.group())) {
        out.printf("%s: partitions %s %s%n", first.group(), numbers(same), owner(same));
      }
    }
  }

  private static String numbers(List<PartitionStatus> partitions) {
    return String.join(
        ", ", partitions.stream().map(one -> Integer.toString(one.partition())).toList());
  }

  private static String owner(List<PartitionStatus> same) {
    PartitionStatus first = same.getFirst();
    if (!first.isFollowed()) {
      return first.owner();
    }
    long oldest = same.stream().mapToLong(PartitionStatus::followedMillis).max().orElse(0);
    return first.owner().isEmpty()
        ? "have no owner yet"
        : "follow %s, as of %,d s ago".formatted(first.owner(), oldest / 1_000);
  }

  private static void print(PrintWriter out, CollectionStatus collection) {
    out.printf(
        "%-24s %,15d %,10d %9d %10s %,8d %,9d%s%n",
        collection.name(),
        collection.rows(),
        collection.tailRows(),
        collection.segments(),
        Sizes.bytes(collection.bytes()),
        collection.deadLetters(),
        collection.logLagRecords(),
        collection.alarm() == null ? "" : "  ALARM " + collection.alarm());
  }
}
