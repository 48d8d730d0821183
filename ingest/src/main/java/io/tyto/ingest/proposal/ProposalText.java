package io.tyto.ingest.proposal;

import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.ColumnType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Writes a proposal as YAML with comments.
final class ProposalText {
  /// Columns of so few values are worth grouping by.
  private static final int MAX_DIMENSION_VALUES = 1_000;

  private static final int MAX_CODE_VALUES = 50;
  private static final int COMMENT_COLUMN = 44;

  private final String fileName;
  private final Sample sample;
  private final boolean isTable;
  private final char delimiter;
  private final List<String> headerless;
  private final List<Proposed> columns;
  private final Roles roles;
  private final String collection;
  private final StringBuilder text = new StringBuilder();

  /// @param headerless made-up column names of a table without a header, or empty
  ProposalText(
      String fileName, Sample sample, boolean isTable, char delimiter, List<String> headerless) {
    this.fileName = fileName;
    this.sample = sample;
    this.isTable = isTable;
    this.delimiter = delimiter;
    this.headerless = headerless;
    columns = ColumnProposals.of(sample);
    collection = collectionName(fileName);
    roles = Roles.of(columns, sample.records(), ApiNames.field(collection));
  }

  String text() {
    head();
    fields();
    source();
    return text.toString();
  }

  private void head() {
    String name = oneLine(fileName.replaceAll(".*[/\\\\]", ""));
    text.append("# Proposed from %s records of %s.\n".formatted(counted(sample.records()), name));
    if (sample.malformed() > 0) {
      text.append("# %s records could not be read.\n".formatted(counted(sample.malformed())));
    }
    text.append("# Read it through, change what is not so, then run `tyto config check`.\n");
    line("collection: " + collection, "its name in URLs and, in camel case, in the API");
    Proposed time = roles.time();
    if (time != null) {
      line("time: " + time.name(), "when it happened");
    } else {
      text.append("# time: no column looks like a time, so the time of arrival is the event's\n");
    }
    Proposed entity = roles.entity();
    if (entity != null) {
      line(
          "entity: { name: %s, key: %s }".formatted(roles.entityName(), entity.name()),
          "whose events these are");
    } else {
      text.append(
          "# entity: { name: user, key: <column> }   # whose events these are, if anyone's\n");
    }
    Proposed eventId = roles.eventId();
    if (eventId != null) {
      line("eventId: " + eventId.name(), "a second event with the same id is a duplicate");
    } else {
      text.append("# eventId: <column>   # makes a retried event recognisable\n");
    }
  }

  private void fields() {
    text.append("fields:\n");
    for (Proposed column : columns) {
      String type = column.type().toString();
      boolean needsQuotes = type.endsWith("]") || type.contains(",");
      String role = isCode(column) ? ", role: dimension" : "";
      line(
          "  %s: { type: %s%s }"
              .formatted(column.name(), needsQuotes ? "\"" + type + "\"" : type, role),
          remark(column));
    }
    if (columns.size() == ColumnProposals.MAX_COLUMNS) {
      text.append(
          "  # there are more; a proposal ends after %d columns\n".formatted(columns.size()));
    }
  }

  private String remark(Proposed column) {
    if (!column.remark().isEmpty()) {
      return column.remark();
    }
    Observation values = column.observation();
    List<String> remarks = new ArrayList<>();
    if (!values.example().isEmpty()) {
      remarks.add("such as " + values.example());
    }
    int distinct = values.distinct();
    if (distinct > 0 && distinct < Math.min(MAX_DIMENSION_VALUES, values.count())) {
      boolean isText = column.type().element() instanceof ColumnType.StringType;
      String hint = isText && distinct * 2 < values.count() ? ": a dimension" : "";
      remarks.add(counted(distinct) + (distinct == 1 ? " value" : " values") + hint);
    }
    int missing = column.type().isList() ? 0 : sample.records() - values.count();
    if (missing > 0) {
      remarks.add("null in " + Math.max(1, missing * 100L / sample.records()) + " %");
    }
    return String.join("; ", remarks);
  }

  /// A whole number of few values whose name says that it names something.
  private static boolean isCode(Proposed column) {
    return column.type() instanceof ColumnType.LongType
        && column.observation().distinct() <= MAX_CODE_VALUES
        && column.observation().distinct() * 2 < column.observation().count()
        && column
            .name()
            .toLowerCase(Locale.ROOT)
            .matches(".*(id|code|type|status|level|group|kind)");
  }

  private void source() {
    List<Proposed> mapped =
        columns.stream()
            .filter(column -> !ColumnNames.isOwnName(column.name(), column.pointer()))
            .toList();
    List<Proposed> formatted = columns.stream().filter(column -> column.format() != null).toList();
    boolean needsFile =
        isTable && (!headerless.isEmpty() || !sample.nullTokens().isEmpty() || isOddDelimiter());
    if (mapped.isEmpty() && formatted.isEmpty() && !needsFile) {
      return;
    }
    text.append("source:\n");
    if (!mapped.isEmpty()) {
      line("  map:", "where a value stands, if not under its own name");
      mapped.forEach(column ->
          text.append(
              "    %s: %s\n".formatted(column.name(), quoted(column.pointer().toString()))));
    }
    if (!formatted.isEmpty()) {
      line("  formats:", "how text or numbers become a time");
      formatted.forEach(column ->
          text.append(
              "    %s: %s\n".formatted(column.name(), quoted(String.valueOf(column.format())))));
    }
    if (needsFile) {
      file();
    }
  }

  private boolean isOddDelimiter() {
    return delimiter != ',' && delimiter != '\t';
  }

  private void file() {
    text.append("  file:\n");
    if (isOddDelimiter()) {
      text.append("    delimiter: %s\n".formatted(quoted(String.valueOf(delimiter))));
    }
    if (!headerless.isEmpty()) {
      line(
          "    columns: [%s]".formatted(String.join(", ", headerless)),
          "the file has no header; rename here and above");
    }
    if (!sample.nullTokens().isEmpty()) {
      List<String> tokens = sample.nullTokens().stream().map(ProposalText::quoted).toList();
      line("    nullTokens: [%s]".formatted(String.join(", ", tokens)), "cells that mean null");
    }
  }

  private void line(String content, String comment) {
    text.append(content);
    if (!comment.isEmpty()) {
      text.append(" ".repeat(Math.max(1, COMMENT_COLUMN - content.length())));
      text.append("# ").append(oneLine(comment));
    }
    text.append('\n');
  }

  /// The file's name without folders and endings; not one that the API needs for itself.
  private static String collectionName(String fileName) {
    String base = fileName.replaceAll(".*[/\\\\]", "");
    String bare = base.replaceAll("\\.(gz|json|ndjson|jsonl|csv|tsv|tab|txt)\\b", "");
    String name = ColumnNames.plain(bare, "events");
    String cut = name.length() > 48 ? name.substring(0, 48) : name;
    String api = ApiNames.field(cut);
    boolean isTaken =
        ApiNames.ROOT_FIELDS.contains(api)
            || ApiNames.COLLECTION_TYPE_SUFFIXES.stream()
                .anyMatch(suffix -> ApiNames.SHARED_TYPES.contains(ApiNames.type(api) + suffix));
    return isTaken ? cut + "_events" : cut;
  }

  private static String quoted(String value) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : value.toCharArray()) {
      switch (c) {
        case '"', '\\' -> quoted.append('\\').append(c);
        case '\t' -> quoted.append("\\t");
        default -> {
          if (c < ' ' || c == 0x7f || c == 0x85 || c == 0x2028 || c == 0x2029 || c == 0xfeff) {
            quoted.append("\\u%04x".formatted((int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }

  private static String counted(int number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\p{C}+", " ");
  }
}
