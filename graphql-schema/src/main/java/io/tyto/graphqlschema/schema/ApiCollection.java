package io.tyto.graphqlschema.schema;

import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A collection as the API shows it: its columns by every name that a request can call them.
///
/// The time of arrival is a column like the others, named `_received`. *Thread-safety*: immutable
/// once the schema is made.
public final class ApiCollection {
  private final TableSchema schema;
  private final String coordinate;
  private final String typeName;
  private final List<ApiColumn> columns;
  private final Map<String, ApiColumn> byField = new HashMap<>();
  private final Map<String, ApiColumn> byConstant = new HashMap<>();
  private final ApiColumn time;
  private final List<ApiCube> cubes;
  private final BiFunction<ColumnSpec, Object, Object> stored;

  /// Set once, before anybody else sees this.
  private @Nullable ApiEntity entity;

  /// Likewise.
  private @Nullable KeyedEntity keyed;

  /// @param stored what a hidden column stores of a value
  public ApiCollection(TableSchema schema, BiFunction<ColumnSpec, Object, Object> stored) {
    this(schema, "Query." + schema.config().apiName(), stored);
  }

  /// The rows of a view.
  ///
  /// @param coordinate of the field that asks it
  ApiCollection(
      TableSchema schema, String coordinate, BiFunction<ColumnSpec, Object, Object> stored) {
    this.schema = schema;
    this.coordinate = coordinate;
    this.stored = stored;
    this.typeName = ApiNames.type(schema.config().apiName());
    this.columns = columnsOf(schema);
    for (ApiColumn column : columns) {
      byField.put(column.field(), column);
      byConstant.put(column.constant(), column);
    }
    this.time = byField(schema.timeColumn().apiName());
    this.cubes =
        expose().cubes()
            ? schema.config().cubes().stream().map(cube -> ApiCube.of(cube, this)).toList()
            : List.of();
  }

  private static List<ApiColumn> columnsOf(TableSchema schema) {
    EventConfig config = schema.config();
    EventConfig.Entity entity = config.entity();
    List<ApiColumn> columns = new ArrayList<>();
    for (var spec : schema.columns()) {
      boolean isTime = spec.name().equals(config.time());
      String ofEntity = entity != null && spec.name().equals(entity.key()) ? entity.name() : null;
      columns.add(ApiColumn.of(spec, ofEntity, isTime));
    }
    for (var spec : SystemColumns.ALL) {
      if (spec.id() == SystemColumns.RECEIVED) {
        columns.add(ApiColumn.of(spec, null, true));
      }
    }
    return List.copyOf(columns);
  }

  public TableSchema schema() {
    return schema;
  }

  /// The name by which the engine knows it.
  public String name() {
    return schema.name();
  }

  /// The words of its config, or others and its name.
  String described(String otherwise) {
    String words = schema.config().description();
    return words == null || words.isBlank() ? otherwise + name() : words;
  }

  /// Its field in the root query.
  public String field() {
    return schema.config().apiName();
  }

  /// The field that asks it.
  public String coordinate() {
    return coordinate;
  }

  /// What the names of its types begin with.
  public String typeName() {
    return typeName;
  }

  void join(ApiEntity joined) {
    entity = joined;
  }

  void join(KeyedEntity joined) {
    keyed = joined;
  }

  /// The entity that a key of its records names, or null.
  public @Nullable KeyedEntity keyed() {
    return keyed;
  }

  /// The member of its records that is the entity whose event each is; null where there is none, or
  /// where records do not tell its key.
  public @Nullable String entityField() {
    EventConfig.Entity of = schema.config().entity();
    if (of == null || !coordinate.startsWith("Query.")) {
      return null;
    }
    String field = "_" + ApiNames.field(of.name());
    return byName(of.key()).spec().privacy() != null || byField.containsKey(field) ? null : field;
  }

  /// Whose events these are, or null.
  public @Nullable ApiEntity entity() {
    return entity;
  }

  /// The member of its filter that asks for cohorts; null where it has none.
  public @Nullable String cohortField() {
    ApiEntity of = entity;
    String field = of == null ? null : of.filterField();
    return field == null || byField.containsKey(field) ? null : field;
  }

  public EventConfig.Expose expose() {
    return schema.config().expose();
  }

  /// In the order of the config, `_received` last.
  public List<ApiColumn> columns() {
    return columns;
  }

  List<ApiColumn> columns(Predicate<ApiColumn> which) {
    return columns.stream().filter(which).toList();
  }

  /// What a column stores of a value.
  public Object stored(ApiColumn column, Object value) {
    return column.spec().isHidden() ? stored.apply(column.spec(), value) : value;
  }

  /// The column that holds the event's time.
  public ApiColumn time() {
    return time;
  }

  /// Those that callers may walk through; none where they may not.
  public List<ApiCube> cubes() {
    return cubes;
  }

  /// By the name of the config.
  ApiColumn byName(String name) {
    return columns.stream()
        .filter(column -> column.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(name() + " has no column " + name));
  }

  public ApiColumn byField(String field) {
    return known(byField, field);
  }

  public ApiColumn byConstant(String constant) {
    return known(byConstant, constant);
  }

  private ApiColumn known(Map<String, ApiColumn> columns, String name) {
    ApiColumn column = columns.get(name);
    if (column == null) {
      throw new IllegalArgumentException(name() + " has no column that the API calls " + name);
    }
    return column;
  }
}
