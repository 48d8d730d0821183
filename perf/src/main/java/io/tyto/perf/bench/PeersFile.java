package io.tyto.perf.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
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
  private static final JsonFactory JSON = new JsonFactory();

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
      if (line.startsWith("{")) {
        peers.add(members(line));
      }
    }
    if (peers.values.isEmpty()) {
      throw new IOException(file + " has nothing about the data set " + dataset);
    }
    return peers;
  }

  private void add(Map<String, String> line) {
    if (!dataset.equals(line.get("dataset"))) {
      return;
    }
    String about = line.getOrDefault("query", line.getOrDefault("note", ""));
    String value = line.getOrDefault("median_ms", line.get("value"));
    if (value != null) {
      values.put(line.get("engine") + "/" + about, Double.valueOf(value));
    }
  }

  /// The scalar members of one object.
  private static Map<String, String> members(String line) throws IOException {
    Map<String, String> members = new HashMap<>();
    try (JsonParser parser = JSON.createParser(line)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        if (parser.nextToken().isStructStart()) {
          parser.skipChildren();
        } else {
          members.put(name, parser.getText());
        }
      }
    }
    return members;
  }

  /// Median milliseconds of a question, or the value of a note.
  OptionalDouble value(String engine, String about) {
    Double value = values.get(engine + "/" + about);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }
}
