package io.tyto.perf.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/// What other engines were measured to take on this machine: lines of JSON, each either `engine`,
/// `dataset`, `query`, `median_ms`, or `engine`, `dataset`, `note`, `value`. The latest line
/// counts.
final class PeersFile {
  private final Map<String, Double> values = new HashMap<>();
  private final String dataset;

  private PeersFile(String dataset) {
    this.dataset = dataset;
  }

  static PeersFile none() {
    return new PeersFile("");
  }

  /// @param dataset such as `events10m`; lines about others are skipped
  static PeersFile read(Path file, String dataset) throws IOException {
    PeersFile peers = new PeersFile(dataset);
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith("{") && JsonTree.read(line) instanceof Map<?, ?> members) {
        peers.add(members);
      }
    }
    if (peers.values.isEmpty()) {
      throw new IOException(file + " has nothing about the data set " + dataset);
    }
    return peers;
  }

  private void add(Map<?, ?> line) {
    Object about = line.get("query") == null ? line.get("note") : line.get("query");
    Object value = line.get("median_ms") == null ? line.get("value") : line.get("median_ms");
    if (dataset.equals(line.get("dataset")) && value instanceof Double number) {
      values.put(line.get("engine") + "/" + about, number);
    }
  }

  /// Median milliseconds of a question, or the value of a note.
  OptionalDouble value(String engine, String about) {
    Double value = values.get(engine + "/" + about);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }
}
