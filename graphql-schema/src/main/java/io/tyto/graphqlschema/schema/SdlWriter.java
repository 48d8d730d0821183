package io.tyto.graphqlschema.schema;

import io.tyto.model.schema.Privacy;
import io.tyto.model.schema.SystemColumns;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Writes definitions of the schema definition language, one member a line. Not thread-safe.
final class SdlWriter {
  private final StringBuilder text = new StringBuilder();

  SdlWriter comment(String comment) {
    text.append("\n# ---- ").append(comment).append('\n');
    return this;
  }

  /// Documents the definition or member that follows.
  SdlWriter describe(@Nullable String description) {
    if (description != null && !description.isBlank()) {
      text.append(quoted(description)).append('\n');
    }
    return this;
  }

  /// A definition on a line of its own.
  SdlWriter line(String definition) {
    text.append(definition).append('\n');
    return this;
  }

  SdlWriter open(String head) {
    return line(head + " {");
  }

  /// Definitions that are written already.
  SdlWriter append(String definitions) {
    text.append(definitions);
    return this;
  }

  SdlWriter close() {
    return line("}");
  }

  SdlWriter member(String member) {
    return line("  " + member);
  }

  SdlWriter member(@Nullable String description, String member) {
    if (description != null && !description.isBlank()) {
      member(quoted(description));
    }
    return member(member);
  }

  /// A field with arguments, each written by {@link #argument}.
  ///
  /// @param type with the directives of the field
  SdlWriter field(@Nullable String description, String name, String type, List<String> arguments) {
    member(description, name + "(");
    arguments.forEach(argument -> line("    " + argument));
    return member("): " + type);
  }

  static String argument(String description, String definition) {
    return quoted(description) + " " + definition;
  }

  /// A member for each column; what is private or on its way out says so.
  SdlWriter members(
      List<ApiColumn> columns,
      Function<ApiColumn, String> description,
      Function<ApiColumn, String> member) {
    for (ApiColumn column : columns) {
      member(description.apply(column), member.apply(column) + tags(column));
    }
    return this;
  }

  /// The words of the config for a column, or others where it has none.
  static String words(ApiColumn column, String otherwise) {
    String unit = column.spec().unit();
    String words = column.spec().description();
    if (words == null && column.spec().id() == SystemColumns.RECEIVED) {
      words = "When the server took it in";
    }
    String said = words == null || words.isBlank() ? otherwise : words;
    return unit == null ? said : said + " (in " + unit + ")";
  }

  private static String tags(ApiColumn column) {
    Privacy privacy = column.spec().privacy();
    String pii =
        privacy == null
            ? ""
            : " @pii(kind: %s, policy: %s)"
                .formatted(quoted(column.personal()), privacy.policy().name());
    return pii + deprecation(column);
  }

  private static String deprecation(ApiColumn column) {
    String reason = column.spec().deprecated();
    return reason == null ? "" : " @deprecated(reason: " + quoted(reason) + ")";
  }

  private static String quoted(String value) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        default -> {
          if (Character.isISOControl(c)) {
            quoted.append(String.format("\\u%04x", (int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
