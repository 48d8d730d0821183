package io.tyto.graphqlschema;

import io.tyto.model.expression.Expression;
import io.tyto.model.query.GroupKey;
import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Cube;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Lifetime;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Collections that the tests ask about.
final class Collections {

  private Collections() {}

  /// Columns by name and type, as a config would give them.
  static final class Builder {
    private final List<Cube> cubes = new ArrayList<>();
    private final List<Lifetime.Measure> lifetime = new ArrayList<>();
    private final String name;
    private final List<ColumnSpec> columns = new ArrayList<>();
    private @Nullable String time = "ts";
    private EventConfig.@Nullable Entity entity;
    private EventConfig.Expose expose = EventConfig.Expose.ALL;
    private EventConfig.@Nullable Policy policy;

    Builder(String name) {
      this.name = name;
    }

    Builder column(String column, String type) {
      return column(column, type, ColumnSpec.Role.AUTO, null, null, null, null);
    }

    Builder column(
        String column,
        String type,
        ColumnSpec.Role role,
        @Nullable String description,
        @Nullable String deprecated,
        @Nullable String unit,
        @Nullable Expression derive) {
      columns.add(
          new ColumnSpec(
              SystemColumns.FIRST_USER_ID + columns.size(),
              column,
              ApiNames.field(column),
              ColumnType.parse(type),
              role,
              description,
              deprecated,
              unit,
              derive,
              Map.of()));
      return this;
    }

    Builder time(@Nullable String column) {
      time = column;
      return this;
    }

    Builder entity(String entityName, String key) {
      entity = new EventConfig.Entity(entityName, key);
      return this;
    }

    Builder cube(Cube cube) {
      cubes.add(cube);
      return this;
    }

    /// @param column null: events
    Builder lifetime(String measure, Lifetime.Function function, @Nullable String column) {
      lifetime.add(new Lifetime.Measure(measure, function, column));
      return this;
    }

    Builder policy(EventConfig.Policy whose) {
      policy = whose;
      return this;
    }

    Builder expose(EventConfig.Expose exposed) {
      expose = exposed;
      return this;
    }

    TableSchema build() {
      EventConfig config =
          new EventConfig(
              name,
              ApiNames.field(name),
              "Events of " + name,
              time,
              entity,
              null,
              columns,
              EventConfig.Source.DEFAULT,
              EventConfig.Retention.NONE,
              EventConfig.TimeBounds.DEFAULT,
              expose,
              new Lifetime(lifetime),
              Map.of("color", "teal"),
              cubes,
              List.of(),
              List.of(),
              policy == null ? EventConfig.Policy.of(name) : policy,
              "");
      return new TableSchema(1, 1, 1, name, 1, columns, config);
    }
  }

  static TableSchema recharge() {
    return new Builder("recharge")
        .column("ts", "timestamp")
        .column("user_id", "string")
        .column("country", "string", ColumnSpec.Role.AUTO, "ISO 3166-1 alpha-2", null, null, null)
        .column("platform", "string")
        .column("last_platform", "string")
        .column("server_id", "long", ColumnSpec.Role.DIMENSION, null, null, null, null)
        .column("item_id", "string")
        .column("tags", "string[]")
        .column("amount", "decimal(18,2)", ColumnSpec.Role.AUTO, null, null, "USD", null)
        .column("duration_ms", "long")
        .entity("user", "user_id")
        .cube(
            new Cube(
                "by_country_platform",
                List.of("country", "platform"),
                List.of(
                    Cube.Measure.COUNT,
                    new Cube.Measure(Cube.Function.SUM, "amount"),
                    new Cube.Measure(Cube.Function.DISTINCT, "user_id"),
                    new Cube.Measure(Cube.Function.QUANTILES, "duration_ms")),
                List.of(GroupKey.Granularity.DAY),
                List.of(),
                List.of(
                    Cube.Level.utc(GroupKey.Granularity.HOUR),
                    Cube.Level.utc(GroupKey.Granularity.DAY))))
        .lifetime("spent", Lifetime.Function.SUM, "amount")
        .lifetime("purchases", Lifetime.Function.COUNT, null)
        .lifetime("first_seen", Lifetime.Function.MIN, "ts")
        .lifetime("last_country", Lifetime.Function.LAST, "country")
        .build();
  }

  /// Of the same users as {@link #recharge}.
  static TableSchema gameLogin() {
    return new Builder("game_login")
        .column("day", "date")
        .column("user_id", "string")
        .column("country", "string")
        .column("levels", "long[]")
        .time("day")
        .entity("user", "user_id")
        .build();
  }

  /// Every type, a list of each, a derived column, an id, and a column on its way out.
  static TableSchema everything() {
    Builder builder = new Builder("every_thing");
    builder.column("ts", "timestamp");
    for (String type :
        List.of(
            "string",
            "bool",
            "int",
            "long",
            "double",
            "decimal(38,4)",
            "timestamp(ms)",
            "date",
            "uuid",
            "ip")) {
      String word = type.replaceAll("\\(.*", "");
      builder.column("a_" + word, type);
      builder.column(word + "_list", type + "[]");
    }
    return builder
        .column("doc", "json")
        .column("customer", "long", ColumnSpec.Role.ID, null, null, null, null)
        .column(
            "tag_count",
            "long",
            ColumnSpec.Role.AUTO,
            "Number of \"tags\"",
            null,
            null,
            new Expression.Call(
                Expression.Function.LENGTH,
                List.of(new Expression.Column("string_list", ColumnType.parse("string[]"))),
                ColumnType.LONG))
        .column("old", "string", ColumnSpec.Role.AUTO, null, "use a_string", null, null)
        .entity("player", "a_uuid")
        .build();
  }
}
