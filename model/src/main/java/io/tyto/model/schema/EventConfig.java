package io.tyto.model.schema;

import io.tyto.model.access.Caller;
import java.time.Duration;
import java.time.Period;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A parsed and checked event config: one collection.
///
/// @param apiName root field in the GraphQL schema; its types begin with it, capitalised
/// @param time column that holds the event's time (timestamp or date); null: time of arrival
/// @param eventId column whose value makes a retry recognisable; null: no deduplication
/// @param columns in the order of the file, ids still 0
/// @param lifetime what is kept of each entity
/// @param cubes in the order of the file
/// @param joins likewise; the columns that they fill are among `columns`
/// @param views in the order of the file
/// @param policy who sees what of it
/// @param text the file as written, kept in the catalog
public record EventConfig(
    String collection,
    String apiName,
    @Nullable String description,
    @Nullable String time,
    @Nullable Entity entity,
    @Nullable String eventId,
    List<ColumnSpec> columns,
    Source source,
    Retention retention,
    TimeBounds timeBounds,
    Expose expose,
    Lifetime lifetime,
    Map<String, String> annotations,
    List<Cube> cubes,
    List<Join> joins,
    List<View> views,
    Policy policy,
    String text) {

  /// A config that says nothing but its columns.
  public static Builder of(String collection, List<ColumnSpec> columns) {
    return new Builder(collection, columns);
  }

  /// Another config that differs in what is set.
  public Builder but() {
    Builder same = new Builder(collection, columns);
    same.apiName = apiName;
    same.description = description;
    same.time = time;
    same.entity = entity;
    same.eventId = eventId;
    same.source = source;
    same.retention = retention;
    same.timeBounds = timeBounds;
    same.expose = expose;
    same.lifetime = lifetime;
    same.annotations = annotations;
    same.cubes = cubes;
    same.joins = joins;
    same.views = views;
    same.policy = policy;
    same.text = text;
    return same;
  }

  /// Sets some of many. Not thread-safe.
  public static final class Builder {
    private final String collection;
    private String apiName;
    private @Nullable String description;
    private @Nullable String time;
    private @Nullable Entity entity;
    private @Nullable String eventId;
    private List<ColumnSpec> columns;
    private Source source = Source.DEFAULT;
    private Retention retention = Retention.NONE;
    private TimeBounds timeBounds = TimeBounds.DEFAULT;
    private Expose expose = Expose.ALL;
    private Lifetime lifetime = Lifetime.NONE;
    private Map<String, String> annotations = Map.of();
    private List<Cube> cubes = List.of();
    private List<Join> joins = List.of();
    private List<View> views = List.of();
    private Policy policy;
    private String text = "";

    private Builder(String collection, List<ColumnSpec> columns) {
      this.collection = collection;
      this.apiName = collection;
      this.columns = List.copyOf(columns);
      this.policy = Policy.of(collection);
    }

    public Builder apiName(String name) {
      apiName = name;
      return this;
    }

    public Builder description(@Nullable String words) {
      description = words;
      return this;
    }

    public Builder time(@Nullable String column) {
      time = column;
      return this;
    }

    public Builder entity(@Nullable Entity shared) {
      entity = shared;
      return this;
    }

    public Builder columns(List<ColumnSpec> others) {
      columns = List.copyOf(others);
      return this;
    }

    public Builder source(Source where) {
      source = where;
      return this;
    }

    public Builder expose(Expose shapes) {
      expose = shapes;
      return this;
    }

    public Builder lifetime(Lifetime kept) {
      lifetime = kept;
      return this;
    }

    public Builder cubes(List<Cube> kept) {
      cubes = List.copyOf(kept);
      return this;
    }

    public Builder policy(Policy whose) {
      policy = whose;
      return this;
    }

    public Builder text(String written) {
      text = written;
      return this;
    }

    public EventConfig build() {
      return new EventConfig(
          collection,
          apiName,
          description,
          time,
          entity,
          eventId,
          columns,
          source,
          retention,
          timeBounds,
          expose,
          lifetime,
          annotations,
          cubes,
          joins,
          views,
          policy,
          text);
    }
  }

  /// @param name what the API calls it, such as `user`
  /// @param key the column that holds its key
  public record Entity(String name, String key) {}

  /// How raw input maps to columns.
  ///
  /// @param map column name -> {@link JsonPointer}, `*` for every element; absent: the column's own
  ///   name. Relative to the content of the feed's envelope, but for those that begin with {@link
  ///   Feed.Envelope#PREFIX}
  /// @param formats column name -> how text or numbers become a time: `iso`, `epoch_ms`, a pattern
  /// @param feed the log that brings the events; null: they are sent to this server
  /// @param alertsOf the collection whose marked events become events here; null: none
  public record Source(
      Map<String, String> map,
      Map<String, String> formats,
      FileFormat file,
      @Nullable Feed feed,
      @Nullable String alertsOf) {
    public static final Source DEFAULT = new Source(Map.of(), Map.of(), FileFormat.DEFAULT, null);

    /// A source of events alone.
    public Source(
        Map<String, String> map,
        Map<String, String> formats,
        FileFormat file,
        @Nullable Feed feed) {
      this(map, formats, file, feed, null);
    }

    /// Where a column's value stands in an event as it travels, envelope and all.
    public JsonPointer pathOf(String column) {
      Feed.Envelope envelope = feed == null ? null : feed.envelope();
      String own = map.get(column);
      if (envelope == null || isOutside(own)) {
        return barePathOf(column);
      }
      String content = envelope.content();
      JsonPointer inner = own == null ? JsonPointer.ofMember(column) : JsonPointer.parse(own);
      return content == null ? inner : JsonPointer.parse(content).then(inner);
    }

    /// The same in a table of values, which has no content of its own.
    public JsonPointer barePathOf(String column) {
      String own = map.get(column);
      if (own == null) {
        return JsonPointer.ofMember(column);
      }
      if (!isOutside(own)) {
        return JsonPointer.parse(own);
      }
      String place = own.substring(Feed.Envelope.PREFIX.length());
      Feed.Envelope envelope = feed == null ? null : feed.envelope();
      String part = envelope == null ? null : envelope.part(place);
      return JsonPointer.parse(part == null ? place : part);
    }

    private static boolean isOutside(@Nullable String place) {
      return place != null && place.startsWith(Feed.Envelope.PREFIX);
    }
  }

  /// How files are read.
  ///
  /// @param format `auto` decides by name and first bytes
  /// @param quote around cells that hold a delimiter; 0: cells are never quoted
  /// @param columns names by position where there is no header; empty: the first line is the header
  /// @param nullTokens cells that mean null (CSV); an empty cell is null unless `emptyIsNull` is
  ///   false
  /// @param listSeparator splits a cell into list elements; null: the cell holds a JSON array
  public record FileFormat(
      Format format,
      @Nullable Character delimiter,
      char quote,
      List<String> columns,
      List<String> nullTokens,
      boolean emptyIsNull,
      @Nullable String listSeparator) {
    public enum Format {
      AUTO,
      NDJSON,
      JSON,
      CSV,
      TSV
    }

    public static final FileFormat DEFAULT =
        new FileFormat(Format.AUTO, null, '"', List.of(), List.of(), true, null);
  }

  /// Null: kept for ever.
  ///
  /// @param dead how long dead letters stay after they came; null: as long as `raw`
  /// @param cubes how long cells outlive the rows they were made of; null: as long as the rows
  public record Retention(@Nullable Period raw, @Nullable Period dead, @Nullable Period cubes) {
    public static final Retention NONE = new Retention(null, null, null);

    /// How long dead letters stay after they came; null: for ever.
    public @Nullable Period letters() {
      return dead == null ? raw : dead;
    }
  }

  /// Accepted event times: from `past` before now (null: since year 1) to `future` after now.
  public record TimeBounds(@Nullable Period past, Duration future) {
    public static final TimeBounds DEFAULT = new TimeBounds(null, Duration.ofDays(1));
  }

  /// Who sees what of a collection.
  ///
  /// @param project whose callers it is there for
  /// @param collection what scopes call it: its name, that of its collection for rows of a view
  /// @param rows column -> parameter of the caller that its value must be one of, for each row that
  ///   the caller is to see
  /// @param labels column -> what a caller's scopes must name to see it, beside its privacy
  /// @param minGroup entities (rows, where there are none) that stand behind whatever is told to
  ///   callers who may not read rows; 0: no matter how few
  public record Policy(
      String project,
      String collection,
      Map<String, String> rows,
      Map<String, Set<String>> labels,
      int minGroup) {
    /// The same with labels of further columns.
    public Policy withLabels(Map<String, Set<String>> further) {
      Map<String, Set<String>> all = new TreeMap<>(labels);
      all.putAll(further);
      return new Policy(project, collection, rows, all, minGroup);
    }

    /// Everybody of the default project who may ask it at all sees all of it.
    public static Policy of(String collection) {
      return new Policy(Caller.DEFAULT_PROJECT, collection, Map.of(), Map.of(), 0);
    }
  }

  /// Which query shapes exist for callers.
  public record Expose(
      boolean aggregate, boolean table, boolean records, boolean cubes, boolean values) {
    public static final Expose ALL = new Expose(true, true, true, true, true);
  }

  /// The same config with other columns: those that carry the catalog's ids.
  public EventConfig withColumns(List<ColumnSpec> identified) {
    return but().columns(identified).build();
  }

  /// The same config, written otherwise.
  public EventConfig withText(String other) {
    return but().text(other).build();
  }

  /// The same config with other cubes.
  public EventConfig withCubes(List<Cube> other) {
    return but().cubes(other).build();
  }

  public @Nullable ColumnSpec column(String name) {
    for (ColumnSpec column : columns) {
      if (column.name().equals(name)) {
        return column;
      }
    }
    return null;
  }
}
