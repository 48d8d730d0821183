package io.tyto.ingest.config;

import io.tyto.ingest.decode.TimeFormat;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig.FileFormat;
import io.tyto.model.schema.EventConfig.Source;
import io.tyto.model.schema.Feed;
import io.tyto.model.schema.Feed.Envelope;
import io.tyto.model.schema.JsonPointer;
import io.tyto.model.text.Suggestion;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads the section `source`.
final class SourceReader {
  private static final List<String> FORMATS = List.of("auto", "ndjson", "json", "csv", "tsv");

  /// What {@link FileFormat} says where cells are never quoted.
  private static final char NO_QUOTE = 0;

  private final String collection;
  private final Fields columns;
  private final Map<String, byte[]> files;
  private final Problems problems;

  /// @param collection its name
  /// @param files attached to the config, by name
  SourceReader(String collection, Fields columns, Map<String, byte[]> files, Problems problems) {
    this.files = files;
    this.collection = collection;
    this.columns = columns;
    this.problems = problems;
  }

  Source read(@Nullable Section source) {
    if (source == null) {
      return Source.DEFAULT;
    }
    source.allowOnly(ConfigKeys.SOURCE);
    Feed feed = new FeedReader(collection, files, problems).read(source);
    Map<String, String> map = map(source.section("map"), feed == null ? null : feed.envelope());
    FileFormat file = file(source.section("file"));
    Located alertsOf = source.text("alertsOf");
    if (alertsOf != null && feed != null) {
      problems.wrong(
          alertsOf,
          "stands beside a feed; alerts are made where their events are taken in, and read from nowhere");
    }
    Source read =
        new Source(
            map,
            formats(source.section("formats")),
            file,
            feed,
            alertsOf == null ? null : alertsOf.value());
    noteUnreadColumns(source, read);
    return read;
  }

  /// Reads the part of a dimension table's source that says how records become rows.
  Source readTable(Section source) {
    return new Source(
        map(source.section("map"), null),
        formats(source.section("formats")),
        file(source.section("read")),
        null);
  }

  /// A field that no column of the file feeds is probably a slip, but may come in JSON.
  private void noteUnreadColumns(Section source, Source read) {
    FileFormat file = read.file();
    if (file.columns().isEmpty()) {
      return;
    }
    for (ColumnSpec column : columns.columns()) {
      JsonPointer pointer = read.barePathOf(column.name());
      boolean isRead =
          pointer.steps().isEmpty()
              || pointer.steps().getFirst() instanceof JsonPointer.Member(String name)
                  && file.columns().contains(name);
      boolean isFilled = column.enriched() != null || column.discovery() != null;
      if (column.derive() == null && !isFilled && !isRead) {
        problems.note(
            source.line("file"),
            "source.file.columns",
            "names no column for the field %s, which is null for every row of such a file%s"
                .formatted(column.name(), Suggestion.didYouMean(column.name(), file.columns())));
      }
    }
  }

  private Map<String, String> map(@Nullable Section section, @Nullable Envelope envelope) {
    Map<String, String> pointers = new LinkedHashMap<>();
    if (section == null) {
      return pointers;
    }
    for (String key : section.keys()) {
      ColumnSpec column = plainColumn(section, key);
      Located text = section.text(key);
      if (column != null && text != null && isPlace(text, column.type(), envelope)) {
        pointers.put(key, text.value());
      }
    }
    return pointers;
  }

  private boolean isPlace(Located text, ColumnType type, @Nullable Envelope envelope) {
    if (!text.value().startsWith(Envelope.PREFIX)) {
      return isPointer(text, text.value(), type);
    }
    String place = text.value().substring(Envelope.PREFIX.length());
    if (envelope != null && place.startsWith("/")) {
      return isPointer(text, place, type);
    }
    if (envelope != null && envelope.part(place) != null) {
      return true;
    }
    problems.wrong(
        text,
        envelope == null
            ? "but the feed has no `envelope`"
            : "expected `envelope:` and a pointer, or a part of the envelope that is one: type,"
                + " sequence, published");
    return false;
  }

  private boolean isPointer(Located text, String place, ColumnType type) {
    JsonPointer pointer;
    try {
      pointer = JsonPointer.parse(place);
    } catch (IllegalArgumentException e) {
      problems.wrong(text, String.valueOf(e.getMessage()));
      return false;
    }
    if (pointer.isMany() && !type.isList()) {
      problems.wrong(
          text,
          "'*' means every element, expected on a list; declare the field as %s"
              .formatted(type instanceof ColumnType.JsonType ? "string[]" : type + "[]"));
      return false;
    }
    if (pointer.steps().isEmpty() && !(type instanceof ColumnType.JsonType)) {
      problems.wrong(text, "which is the whole event; expected on a json field only");
      return false;
    }
    return true;
  }

  private Map<String, String> formats(@Nullable Section section) {
    Map<String, String> formats = new LinkedHashMap<>();
    if (section == null) {
      return formats;
    }
    for (String key : section.keys()) {
      ColumnSpec column = plainColumn(section, key);
      Located text = section.text(key);
      if (column != null && text != null && isFormat(text, column.type())) {
        formats.put(key, text.value());
      }
    }
    return formats;
  }

  private boolean isFormat(Located text, ColumnType type) {
    try {
      TimeFormat.parse(type.element(), text.value());
      return true;
    } catch (IllegalArgumentException e) {
      problems.wrong(text, String.valueOf(e.getMessage()));
      return false;
    }
  }

  /// A column that comes from the input, by its name.
  private @Nullable ColumnSpec plainColumn(Section section, String name) {
    ColumnSpec column = columns.column(name);
    if (column == null) {
      if (!columns.has(name)) {
        problems.add(
            section.line(name),
            section.pathOf(name),
            "no column",
            "expected the name of a column of `fields`" + columns.didYouMean(name));
      }
      return null;
    }
    if (column.derive() != null) {
      problems.wrong(
          section.line(name), section.pathOf(name), "is derived, so nothing is read for it");
      return null;
    }
    if (column.discovery() != null) {
      problems.wrong(
          section.line(name),
          section.pathOf(name),
          "takes every key that no other field reads, so it has no place of its own");
      return null;
    }
    if (column.enriched() != null) {
      problems.wrong(
          section.line(name),
          section.pathOf(name),
          column.isJoined()
              ? "is filled by a join, so nothing is read for it"
              : column.isAppended()
                  ? "is filled from the rows before, so nothing is read for it"
                  : "is filled by the enricher '%s', so nothing is read for it"
                      .formatted(column.enriched()));
      return null;
    }
    return column;
  }

  private FileFormat file(@Nullable Section section) {
    if (section == null) {
      return FileFormat.DEFAULT;
    }
    section.allowOnly(ConfigKeys.FILE);
    Located separator = section.text("listSeparator");
    if (separator != null && separator.value().isEmpty()) {
      problems.wrong(separator, "expected at least one character, such as \"|\"");
    }
    return new FileFormat(
        format(section),
        character(section, "delimiter"),
        quote(section),
        columnNames(section),
        section.texts("nullTokens").stream().map(Located::value).toList(),
        section.bool("emptyIsNull", true),
        separator == null ? null : separator.value());
  }

  private FileFormat.Format format(Section section) {
    Located format = section.text("format");
    if (format == null) {
      return FileFormat.Format.AUTO;
    }
    if (!FORMATS.contains(format.value())) {
      problems.wrong(
          format,
          "expected "
              + String.join(", ", FORMATS)
              + Suggestion.didYouMean(format.value(), FORMATS));
      return FileFormat.Format.AUTO;
    }
    return FileFormat.Format.valueOf(format.value().toUpperCase(Locale.ROOT));
  }

  private char quote(Section section) {
    if ("none".equals(section.plainText("quote"))) {
      return NO_QUOTE;
    }
    Character quote = character(section, "quote");
    return quote == null ? FileFormat.DEFAULT.quote() : quote;
  }

  private @Nullable Character character(Section section, String key) {
    Located text = section.text(key);
    if (text == null) {
      return null;
    }
    if (text.value().matches("[\\x01-\\x7f&&[^\r\n]]")) {
      return text.value().charAt(0);
    }
    problems.wrong(
        text,
        text.value().startsWith("\\")
            ? "expected one ASCII character; an escape such as \"\\t\" stands in double quotes"
            : "expected one ASCII character");
    return null;
  }

  private List<String> columnNames(Section section) {
    List<Located> names = section.texts("columns");
    Set<String> seen = new HashSet<>();
    for (Located name : names) {
      if (!seen.add(name.value())) {
        problems.wrong(name, "stands twice; every column of a file has a name of its own");
      }
    }
    return names.stream().map(Located::value).toList();
  }
}
