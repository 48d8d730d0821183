package io.tyto.graphqlschema.schema;

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

  /// A member for each column, with the column's own description where `described`.
  SdlWriter members(
      List<ApiColumn> columns, boolean described, Function<ApiColumn, String> member) {
    for (ApiColumn column : columns) {
      member(described ? description(column) : null, member.apply(column) + deprecation(column));
    }
    return this;
  }

  private static @Nullable String description(ApiColumn column) {
    String description = column.spec().description();
    String unit = column.spec().unit();
    if (unit == null) {
      return description;
    }
    return description == null ? "in " + unit : description + " (in " + unit + ")";
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
