package io.tyto.ingest.config;

import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.DimensionTable;
import io.tyto.model.schema.DimensionTable.Limits;
import io.tyto.model.schema.DimensionTable.OfFile;
import io.tyto.model.schema.DimensionTable.OfHttp;
import io.tyto.model.schema.DimensionTable.OfJdbc;
import io.tyto.model.schema.DimensionTable.OfKafka;
import io.tyto.model.schema.DimensionTable.Origin;
import io.tyto.model.schema.EventConfig.Source;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads the config of a dimension table.
final class TableReader {
  private static final String NAME = "[a-z][a-z0-9_]{0,63}";
  private static final String TOPIC = "[A-Za-z0-9._-]{1,249}";
  private static final List<String> ORIGINS = List.of("file", "http", "jdbc", "kafka");
  private static final Duration MIN_REFRESH = Duration.ofSeconds(1);
  private static final Duration MAX_REFRESH = Duration.ofDays(7);
  private static final Duration MAX_TIMEOUT = Duration.ofMinutes(10);
  private static final int MAX_COLUMNS = 100;
  private static final int MAX_ROWS = 10_000_000;
  private static final long MAX_BYTES = 1L << 30;
  private static final int MAX_VERSIONS = 64;

  private final ConfigParser.Opened file;
  private final Problems problems;

  TableReader(ConfigParser.Opened file) {
    this.file = file;
    this.problems = file.problems();
  }

  /// Null, with problems, where too little of it can be read.
  @Nullable DimensionTable read() {
    Section top = file.content().top();
    if (top == null) {
      return null;
    }
    top.allowOnly(ConfigKeys.TABLE);
    Located name = top.requiredText("table", "the name of the dimension table");
    if (name != null && !name.value().matches(NAME)) {
      problems.wrong(
          name, "expected a name of small letters, digits and '_' that begins with a letter");
    }
    Fields columns = columns(top);
    String key = key(top, columns);
    Section section = top.section("source");
    if (section == null) {
      problems.wrong(
          top.line("source"), "source", "is missing, expected where the rows are, such as file");
    }
    Origin origin = section == null ? null : origin(section);
    Limits limits = limits(section, top.section("limits"));
    if (name == null || key == null || section == null || origin == null) {
      return null;
    }
    Source source = new SourceReader(name.value(), columns, Map.of(), problems).readTable(section);
    return new DimensionTable(
        name.value(),
        top.plainText("description"),
        key,
        columns.columns(),
        source,
        origin,
        limits,
        file.file().text());
  }

  private Fields columns(Section top) {
    Section fields = top.section("fields");
    if (fields == null) {
      problems.wrong(top.line("fields"), "fields", "is missing, expected the columns of the table");
      return new Fields(List.of(), Set.of());
    }
    Fields read = new FieldReader(fields, null, List.of(), Set.of(), Map.of(), problems).read();
    if (read.columns().size() > MAX_COLUMNS) {
      problems.wrong(
          fields.line(),
          "fields",
          "has %d columns, at most %d".formatted(read.columns().size(), MAX_COLUMNS));
    }
    List<ColumnSpec> plain = new ArrayList<>();
    for (ColumnSpec column : read.columns()) {
      boolean isPlain =
          column.derive() == null
              && column.enriched() == null
              && column.discovery() == null
              && column.privacy() == null;
      boolean isSingle = !column.type().isList() && !(column.type() instanceof ColumnType.JsonType);
      if (isPlain && isSingle) {
        plain.add(column);
      } else {
        problems.wrong(
            fields.line(column.name()),
            fields.pathOf(column.name()),
            isPlain
                ? "is a %s; expected a type of single values, not json".formatted(column.type())
                : "is more than a value of the table; expected a type and words about it");
      }
    }
    return new Fields(plain, read.broken());
  }

  private @Nullable String key(Section top, Fields columns) {
    Located key = top.requiredText("key", "the field whose values are unique");
    if (key == null) {
      return null;
    }
    ColumnSpec column = columns.column(key.value());
    if (column == null) {
      if (!columns.has(key.value())) {
        problems.wrong(key, "expected a field of the table" + columns.didYouMean(key.value()));
      }
      return null;
    }
    if (!ConfigReader.isKey(column.type())) {
      problems.wrong(
          key, "which is a %s; expected a string, int, long or uuid".formatted(column.type()));
      return null;
    }
    return key.value();
  }

  private @Nullable Origin origin(Section source) {
    source.allowOnly(ConfigKeys.TABLE_SOURCE);
    List<String> found = ORIGINS.stream().filter(source::has).toList();
    if (found.size() != 1) {
      problems.wrong(
          source.line(),
          "source",
          "has %s, expected exactly one of %s"
              .formatted(
                  found.isEmpty() ? "none of them" : String.join(" and ", found),
                  String.join(", ", ORIGINS)));
      return null;
    }
    return switch (found.getFirst()) {
      case "file" -> file(source);
      case "http" -> http(source);
      case "jdbc" -> jdbc(source.section("jdbc"));
      default -> kafka(source.section("kafka"));
    };
  }

  private @Nullable Origin file(Section source) {
    Located path = source.text("file");
    if (path == null) {
      return null;
    }
    if (!Attachments.isName(path.value())) {
      problems.wrong(path, "expected a file in the folder of the configs or below it, without ..");
    }
    return new OfFile(path.value());
  }

  private @Nullable Origin http(Section source) {
    Located url = source.text("http");
    if (url == null) {
      return null;
    }
    try {
      URI uri = new URI(url.value());
      boolean isHttp = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (isHttp && uri.getHost() != null && uri.getUserInfo() == null) {
        return new OfHttp(url.value());
      }
    } catch (URISyntaxException e) {
      // Said below, together with URLs of another kind.
    }
    problems.wrong(
        url, "expected a URL such as https://example.com/servers.csv, without a password");
    return null;
  }

  private @Nullable Origin jdbc(@Nullable Section jdbc) {
    if (jdbc == null) {
      return null;
    }
    jdbc.allowOnly(ConfigKeys.JDBC);
    Located url = jdbc.requiredText("url", "a URL such as jdbc:postgresql://host/database");
    Located query = jdbc.requiredText("query", "a query whose columns are named like the fields");
    if (url != null && !url.value().startsWith("jdbc:")) {
      problems.wrong(url, "expected a URL that begins with jdbc:");
    }
    Map<String, String> properties = new LinkedHashMap<>();
    Section more = jdbc.section("properties");
    if (more != null) {
      for (String key : more.keys()) {
        String value = more.plainText(key);
        if (key.equalsIgnoreCase("password")) {
          problems.wrong(
              more.line(key),
              more.pathOf(key),
              "stands in no config; name a variable: passwordEnv");
        } else if (value != null) {
          properties.put(key, value);
        }
      }
    }
    return url == null || query == null
        ? null
        : new OfJdbc(
            url.value(),
            query.value(),
            jdbc.plainText("user"),
            jdbc.plainText("passwordEnv"),
            properties);
  }

  private @Nullable Origin kafka(@Nullable Section kafka) {
    if (kafka == null) {
      return null;
    }
    kafka.allowOnly(ConfigKeys.TABLE_KAFKA);
    Located topic = kafka.requiredText("topic", "a topic of JSON objects, compacted by key");
    if (topic == null) {
      return null;
    }
    if (!topic.value().matches(TOPIC)) {
      problems.wrong(topic, "expected letters, digits, '.', '_' and '-'");
    }
    return new OfKafka(topic.value());
  }

  private Limits limits(@Nullable Section source, @Nullable Section limits) {
    Limits standard = Limits.DEFAULT;
    Duration refresh =
        source == null
            ? standard.refresh()
            : duration(source, "refresh", standard.refresh(), MIN_REFRESH, MAX_REFRESH);
    if (limits == null) {
      return new Limits(
          refresh, standard.timeout(), standard.rows(), standard.bytes(), standard.versions());
    }
    limits.allowOnly(ConfigKeys.LIMITS);
    return new Limits(
        refresh,
        duration(limits, "timeout", standard.timeout(), MIN_REFRESH, MAX_TIMEOUT),
        (int) number(limits, "rows", standard.rows(), MAX_ROWS),
        number(limits, "bytes", standard.bytes(), MAX_BYTES),
        (int) number(limits, "versions", standard.versions(), MAX_VERSIONS));
  }

  private Duration duration(
      Section section, String key, Duration otherwise, Duration least, Duration most) {
    Located text = section.text(key);
    if (text == null) {
      return otherwise;
    }
    try {
      Duration duration = Duration.parse(text.value());
      if (duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0) {
        return duration;
      }
    } catch (DateTimeException e) {
      // Said below, together with those out of range.
    }
    problems.wrong(text, "expected an ISO-8601 duration from %s to %s".formatted(least, most));
    return otherwise;
  }

  private long number(Section section, String key, long otherwise, long most) {
    Located text = section.text(key);
    if (text == null) {
      return otherwise;
    }
    if (text.value().matches("[0-9]{1,18}")) {
      long number = Long.parseLong(text.value());
      if (number >= 1 && number <= most) {
        return number;
      }
    }
    problems.wrong(text, "expected a whole number from 1 to " + most);
    return otherwise;
  }
}
