package io.tyto.ingest.partition;

import io.tyto.store.StoreKeys;
import java.nio.file.Path;

/// Which partition, by numeric ids of the catalog.
public record PartitionId(int project, int group, int generation, int partition) {
  /// Where its objects stand in the store.
  public String prefix() {
    return StoreKeys.partition(project, group, generation, partition);
  }

  /// Where its log files stand below the data folder.
  public Path logFolder(Path logs) {
    return logs.resolve(project + "-" + group + "-g" + generation).resolve("p" + partition);
  }

  @Override
  public String toString() {
    return prefix();
  }
}
