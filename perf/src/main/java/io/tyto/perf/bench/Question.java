package io.tyto.perf.bench;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One question in both languages; a dashboard has several parts, asked together.
record Question(String name, String title, List<Part> parts) {

  /// @param sql what DuckDB is timed with
  /// @param exact SQL of the exact answer where `sql` gives an approximate one
  /// @param field the GraphQL field of the collection that asks the same
  record Part(String sql, @Nullable String exact, String field) {}

  /// Reads the format that the head of `events.questions` describes.
  static List<Question> parse(String text, long rows) {
    List<Question> questions = new ArrayList<>();
    String filled = text.replace("$ROWS_PER_11000", Long.toString(rows / 11_000));
    for (String block : ("\n" + filled).split("\n== ")) {
      if (!block.isBlank() && !block.strip().startsWith("#")) {
        String head = block.lines().findFirst().orElseThrow();
        String[] words = head.split(" ", 2);
        questions.add(
            new Question(
                words[0], words.length > 1 ? words[1] : "", parts(block.substring(head.length()))));
      }
    }
    return questions;
  }

  private static List<Part> parts(String body) {
    List<Part> parts = new ArrayList<>();
    String sql = null;
    String exact = null;
    for (String section : body.split("\n\\[")) {
      int end = section.indexOf(']');
      if (end < 0) {
        continue;
      }
      String content = section.substring(end + 1).strip();
      switch (section.substring(0, end)) {
        case "sql" -> {
          sql = content;
          exact = null;
        }
        case "exact" -> exact = content;
        case "graphql" -> {
          if (sql == null) {
            throw new IllegalArgumentException("[graphql] without [sql] before it: " + content);
          }
          parts.add(new Part(sql, exact, content));
        }
        default -> throw new IllegalArgumentException("unknown section [" + section);
      }
    }
    return parts;
  }

  /// All parts as one GraphQL document.
  String document(String collection) {
    StringBuilder text = new StringBuilder("{ ").append(collection).append(" {");
    for (int i = 0; i < parts.size(); i++) {
      text.append(" part").append(i).append(": ").append(parts.get(i).field());
    }
    return text.append(" } }").toString();
  }
}
