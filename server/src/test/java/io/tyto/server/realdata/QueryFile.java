package io.tyto.server.realdata;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The GraphQL form of published queries: blocks `== id`, directives `-- ...`, documents.
///
/// Directives: `-- then` separates two documents (the second may hold `{{cell}}` of the first's
/// first row); `-- join n` joins the rows of aggregate `b` to those of `a` by the first n cells;
/// `-- cells 0, 1, 0-1` says which cells, or sums and differences of cells, answer the query; `--
/// date n` reads cell n as a local date.
record QueryFile(List<Block> blocks) {

  record Block(String id, List<String> documents, int join, List<String> cells, int date) {}

  static QueryFile read(String name) {
    try (InputStream in = QueryFile.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalArgumentException("no resource " + name);
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static QueryFile parse(String text) {
    List<Block> blocks = new ArrayList<>();
    for (String part : text.split("(?m)^== ")) {
      if (!part.isBlank()) {
        blocks.add(block(part));
      }
    }
    return new QueryFile(blocks);
  }

  private static Block block(String part) {
    List<String> lines = part.strip().lines().toList();
    List<String> documents = new ArrayList<>();
    StringBuilder document = new StringBuilder();
    int join = 0;
    int date = -1;
    List<String> cells = List.of();
    for (String line : lines.subList(1, lines.size())) {
      if (line.startsWith("-- then")) {
        documents.add(document.toString());
        document.setLength(0);
      } else if (line.startsWith("-- join ")) {
        join = Integer.parseInt(line.substring(8).strip());
      } else if (line.startsWith("-- date ")) {
        date = Integer.parseInt(line.substring(8).strip());
      } else if (line.startsWith("-- cells ")) {
        cells = List.of(line.substring(9).replace(" ", "").split(","));
      } else {
        document.append(line).append('\n');
      }
    }
    documents.add(document.toString());
    return new Block(lines.getFirst().strip(), documents, join, cells, date);
  }
}
