package io.tyto.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import graphql.ExecutionResult;
import graphql.language.EnumTypeDefinition;
import graphql.language.FieldDefinition;
import graphql.language.InputObjectTypeDefinition;
import graphql.language.InputValueDefinition;
import graphql.language.ListType;
import graphql.language.NonNullType;
import graphql.language.ObjectTypeDefinition;
import graphql.language.Type;
import graphql.language.TypeName;
import graphql.schema.idl.SchemaParser;
import graphql.schema.idl.TypeDefinitionRegistry;
import io.tyto.engine.EngineOptions;
import io.tyto.engine.LocalQueryService;
import io.tyto.graphqlschema.GraphQlApi;
import io.tyto.graphqlschema.GraphQlOptions;
import io.tyto.graphqlschema.GraphQlRequest;
import io.tyto.graphqlschema.value.JsonSink;
import io.tyto.graphqlschema.value.StreamedValue;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.LocalNode;
import io.tyto.model.access.Caller;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.query.QueryContext;
import io.tyto.store.Disk;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Walks through the schema of a collection with every type and asks everything that it offers:
/// each operator of each filter, each key, cell, measure, bin, bucket and order. Nothing may fail,
/// and the answers over the tail are the answers over segments.
final class EverythingOfferedIsAnsweredTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-05T00:00:00Z"), ZoneOffset.UTC);
  private static final String CONFIG =
      """
      collection: every_thing
      time: ts
      entity: { name: player, key: a_string }
      fields:
        ts: { type: timestamp }
        a_string: { type: string }
        a_bool: { type: bool }
        a_int: { type: int }
        a_long: { type: long }
        a_double: { type: double }
        a_decimal: { type: "decimal(18,2)" }
        wide: { type: "decimal(38,4)" }
        millis: { type: timestamp(ms) }
        a_date: { type: date }
        a_uuid: { type: uuid }
        a_ip: { type: ip }
        doc: { type: json }
        customer: { type: long, role: id }
        text: { type: string }
        strings: { type: "string[]" }
        bools: { type: "bool[]" }
        ints: { type: "int[]" }
        longs: { type: "long[]" }
        doubles: { type: "double[]" }
        decimals: { type: "decimal(38,4)[]" }
        times: { type: "timestamp[]" }
        dates: { type: "date[]" }
        uuids: { type: "uuid[]" }
        ips: { type: "ip[]" }
        text_length: { type: long, derive: length(text) }
      """;
  private static final String ALL_TIME = "range: {preset: ALL_TIME}";

  @TempDir Path folder;

  /// Two events with values, one with empty lists, one with nothing.
  private static String events() {
    StringBuilder events = new StringBuilder();
    for (int i = 1; i <= 2; i++) {
      events.append(
          """
          {"ts":"2026-03-0%1$dT10:00:00Z","a_string":"s%1$d","a_bool":true,"a_int":%1$d,"a_long":%1$d,"a_double":%1$d.5,"a_decimal":%1$d.25,"wide":"12345678901234567890.%1$d","millis":"2026-03-0%1$dT10:00:00.123Z","a_date":"2026-03-0%1$d","a_uuid":"123e4567-e89b-12d3-a456-42661417400%1$d","a_ip":"10.0.0.%1$d","doc":{"a":{"b":"x","n":%1$d}},"customer":%1$d,"text":"Text %1$d","strings":["a","b",null],"bools":[true,false],"ints":[%1$d,2],"longs":[%1$d,2],"doubles":[0.5,%1$d],"decimals":["1.5"],"times":["2026-03-01T00:00:00Z"],"dates":["2026-03-0%1$d"],"uuids":["123e4567-e89b-12d3-a456-426614174000"],"ips":["::1","10.0.0.1"]}
          """
              .formatted(i));
    }
    return events
        + """
        {"ts":"2026-03-03T10:00:00Z","strings":[],"bools":[],"ints":[],"longs":[],"doubles":[],"decimals":[],"times":[],"dates":[],"uuids":[],"ips":[]}
        {"ts":"2026-03-04T10:00:00Z"}
        """;
  }

  @Test
  void everything() throws Exception {
    try (LocalNode node = LocalNode.open(folder, IngestOptions.DEFAULT, Disk.SYSTEM, CLOCK);
        LocalQueryService queries = new LocalQueryService(node, EngineOptions.defaults())) {
      node.applyConfigs(List.of(new ConfigFile("every_thing.yaml", CONFIG)));
      var ingested =
          node.ingest("every_thing", events().getBytes(StandardCharsets.UTF_8), Caller.SYSTEM)
              .get();
      assertEquals(4, ingested.accepted(), ingested.toString());
      GraphQlApi api = GraphQlApi.build(node.collections(), queries, CLOCK, GraphQlOptions.DEFAULT);
      List<String> questions = new Questions(api.sdl()).all();
      assertTrue(questions.size() > 700, questions.size() + " questions");

      Map<String, String> overTail = answers(api, questions);
      node.flush();
      Map<String, String> overSegments = answers(api, questions);
      assertEquals(overTail, overSegments);
    }
  }

  /// Answers by question; fails with all that were refused.
  private static Map<String, String> answers(GraphQlApi api, List<String> questions) {
    Map<String, String> answers = new LinkedHashMap<>();
    List<String> refused = new ArrayList<>();
    for (String question : questions) {
      ExecutionResult result =
          api.execute(
              GraphQlRequest.of("{ everyThing { " + question + " } }"),
              new QueryContext("q", Duration.ofSeconds(30), 256 << 20));
      if (!result.getErrors().isEmpty()) {
        refused.add(question + "\n    -> " + result.getErrors());
      }
      answers.put(question, text(result.getData()));
    }
    assertTrue(
        refused.isEmpty(), () -> refused.size() + " refused:\n" + String.join("\n", refused));
    return answers;
  }

  /// Data as text, streamed values spelled out.
  private static String text(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case Map<?, ?> map -> {
        Map<String, String> members = new TreeMap<>();
        map.forEach((name, member) -> members.put(String.valueOf(name), text(member)));
        yield members.toString();
      }
      case List<?> list ->
          list.stream().map(EverythingOfferedIsAnsweredTest::text).toList().toString();
      case StreamedValue streamed -> {
        Spelled spelled = new Spelled(new StringBuilder());
        streamed.writeTo(spelled);
        yield spelled.text().toString();
      }
      default -> value.toString();
    };
  }

  private record Spelled(StringBuilder text) implements JsonSink {
    @Override
    public void startArray() {
      text.append("[ ");
    }

    @Override
    public void endArray() {
      text.append(']');
    }

    @Override
    public void number(long value) {
      text.append(value).append(' ');
    }

    @Override
    public void number(double value) {
      text.append(value).append(' ');
    }

    @Override
    public void string(String value) {
      text.append('"').append(value).append("\" ");
    }

    @Override
    public void bool(boolean value) {
      text.append(value).append(' ');
    }

    @Override
    public void nothing() {
      text.append("null ");
    }

    @Override
    public void raw(String json) {
      text.append(json).append(' ');
    }
  }

  /// Makes the questions out of the schema's own text.
  private static final class Questions {
    private final TypeDefinitionRegistry schema;
    private final List<String> questions = new ArrayList<>();

    Questions(String sdl) {
      this.schema = new SchemaParser().parse(sdl);
    }

    List<String> all() {
      filters();
      keys();
      buckets();
      bins();
      cells();
      measures();
      recordOrders();
      questions.add("info { rowCount firstEvent lastEvent watermark columns { name type } }");
      return questions;
    }

    private <T> T definition(String name, Class<T> kind) {
      return kind.cast(Objects.requireNonNull(schema.types().get(name), name));
    }

    private InputObjectTypeDefinition input(String name) {
      return definition(name, InputObjectTypeDefinition.class);
    }

    private List<String> constants(String name) {
      return definition(name, EnumTypeDefinition.class).getEnumValueDefinitions().stream()
          .map(value -> value.getName())
          .toList();
    }

    private List<FieldDefinition> fields(String name) {
      return definition(name, ObjectTypeDefinition.class).getFieldDefinitions();
    }

    private static String name(Type<?> type) {
      return switch (type) {
        case NonNullType some -> name(some.getType());
        case ListType list -> name(list.getType());
        case TypeName named -> named.getName();
        default -> throw new IllegalStateException(type.toString());
      };
    }

    private static boolean isList(Type<?> type) {
      return type instanceof ListType
          || (type instanceof NonNullType some && some.getType() instanceof ListType);
    }

    private void records(String where) {
      questions.add(
          "records(%s, where: {%s}) { totalCount nodes { _id ts } }".formatted(ALL_TIME, where));
    }

    private void filters() {
      for (InputValueDefinition member : input("EveryThingFilter").getInputValueDefinitions()) {
        String filter = name(member.getType());
        if (filter.equals("EveryThingFilter")) {
          continue;
        }
        for (String operators : operators(filter)) {
          records(member.getName() + ": {" + operators + "}");
          records("not: {" + member.getName() + ": {" + operators + "}}");
        }
      }
    }

    /// One use of each operator of a filter.
    private List<String> operators(String filter) {
      List<String> operators = new ArrayList<>();
      for (InputValueDefinition operator : input(filter).getInputValueDefinitions()) {
        String type = name(operator.getType());
        String member = operator.getName();
        if (member.equals("ignoreCase")) {
          operators.add("in: [\"A\", \"TEXT 1\"], ignoreCase: true");
        } else if (type.startsWith("Json")) {
          String path = type.equals("JsonNumberFilter") ? "/a/n" : "/a/b";
          InputValueDefinition is = input(type).getInputValueDefinitions().getLast();
          for (String inner : operators(name(is.getType()))) {
            operators.add(member + ": {path: \"" + path + "\", is: {" + inner + "}}");
          }
        } else if (type.endsWith("Filter")) {
          for (String inner : operators(type)) {
            operators.add(member + ": {" + inner + "}");
          }
        } else {
          String value = literal(filter, member, type);
          operators.add(member + ": " + (isList(operator.getType()) ? "[" + value + "]" : value));
        }
      }
      return operators;
    }

    private static String literal(String filter, String member, String type) {
      if (filter.startsWith("Uuid")) {
        return type.equals("Boolean") ? "true" : "\"123e4567-e89b-12d3-a456-426614174001\"";
      }
      if (filter.startsWith("Ip")) {
        return type.equals("Boolean") ? "true" : "\"10.0.0.1\"";
      }
      if (member.equals("exists")) {
        return "\"/a/b\"";
      }
      return switch (type) {
        case "Boolean" -> "true";
        case "Long" -> "1";
        case "Float" -> "1.5";
        case "Decimal" -> "\"1.25\"";
        case "DateTime" -> "\"2026-03-01T00:00:00Z\"";
        case "Date" -> "\"2026-03-01\"";
        case "ID" -> "\"1\"";
        case "ByPlayerCohort" -> "{did: {event: {everyThing: {}}, range: {preset: ALL_TIME}}}";
        default -> "\"a\"";
      };
    }

    private void aggregate(String input, String selection) {
      questions.add("aggregate(input: {%s, %s}) { %s }".formatted(ALL_TIME, input, selection));
    }

    private void keys() {
      List<String> fields = fields("EveryThingKey").stream().map(FieldDefinition::getName).toList();
      List<String> constants = constants("EveryThingDimension");
      for (int i = 0; i < constants.size(); i++) {
        String field = fields.get(i);
        for (String order : constants("Order")) {
          aggregate(
              "groupBy: [{dimension: %s}], orderBy: [{key: {%s: %s}}]"
                  .formatted(constants.get(i), field, order),
              "rows { id key { " + field + " } measures { count } } groupCount totals { count }");
        }
        questions.add("values(dimension: %s) { value count }".formatted(constants.get(i)));
        questions.add(
            "values(dimension: %s, prefix: \"1\", %s) { value }"
                .formatted(constants.get(i), ALL_TIME));
        questions.add(
            "table(input: {%s, groupBy: [{dimension: %s}]}, measures: [{count: true}]) { columns { name dictionary values } }"
                .formatted(ALL_TIME, constants.get(i)));
      }
    }

    private void buckets() {
      for (String column : constants("EveryThingTime")) {
        for (String granularity : constants("Granularity")) {
          boolean isClock = List.of("SECOND", "MINUTE", "HOUR").contains(granularity);
          if (!(isClock && column.equals("A_DATE"))) {
            aggregate(
                "groupBy: [{time: {column: %s, granularity: %s, timezone: \"Europe/Berlin\"}}]"
                    .formatted(column, granularity),
                "rows { id measures { count } } groupCount");
          }
        }
      }
      String day =
          "range: {between: {from: \"2026-03-01T00:00:00Z\", to: \"2026-03-08T00:00:00Z\"}}";
      for (String fill : constants("GapFill")) {
        questions.add(
            "aggregate(input: {%s, groupBy: [{time: {granularity: DAY, fill: %s}}]}) { rows { key { ts ts_end } measures { aDouble { avg } } } }"
                .formatted(day, fill));
      }
      for (String rolling : List.of("window: \"P2D\"", "cumulative: true")) {
        questions.add(
            "aggregate(input: {%s, groupBy: [{time: {granularity: DAY, %s}}]}) { rows { key { ts } measures { count aString { countDistinct(exact: true) } } } }"
                .formatted(day, rolling));
      }
      for (String compareTo : List.of("{previousPeriod: true}", "{shift: \"P1D\"}")) {
        questions.add(
            "aggregate(input: {%s, groupBy: [{time: {granularity: DAY}}], compareTo: %s, orderBy: [{measure: {of: {count: true}, basis: DELTA}}]}) { rows { key { ts } measures { count } previous { count } } totals { count } previousTotals { count } }"
                .formatted(day, compareTo));
      }
      aggregate(
          "groupBy: [{time: {granularity: DAY}}, {dimension: TEXT}], top: {keys: [TEXT], n: 1, by: {of: {count: true}}}, others: true, limitPer: {keys: [TEXT], n: 2}",
          "rows { id key { ts text } } others { count } othersRows { id key { ts } measures { count } }");
    }

    private void bins() {
      for (String number : constants("EveryThingNumber")) {
        for (String bins : List.of("width: 0.5", "edges: [0, 1, 2.5]")) {
          aggregate(
              "groupBy: [{bin: {column: %s, %s}}]".formatted(number, bins),
              "rows { id measures { count } }");
        }
      }
    }

    private void cells() {
      for (FieldDefinition column : fields("EveryThingMeasures")) {
        if (column.getName().equals("count")
            || column.getName().startsWith("_o")
            || column.getName().startsWith("_e")) {
          continue;
        }
        StringBuilder cells = new StringBuilder();
        for (FieldDefinition cell : fields(name(column.getType()))) {
          cells.append(
              switch (cell.getName()) {
                case "quantile" -> " quantile(q: 0.5) exact: quantile(q: 0.5, exact: true)";
                case "quantiles" -> " quantiles(qs: [0.1, 0.9], exact: true, method: DISCRETE)";
                case "countDistinct" -> " countDistinct certain: countDistinct(exact: true)";
                case "top" -> " top(n: 2) { value count error }";
                default -> " " + cell.getName();
              });
        }
        String all = column.getName() + " {" + cells + " }";
        aggregate(
            "groupBy: []", "totals { " + all + " _only(where: {aInt: {eq: 1}}) { " + all + " } }");
        aggregate(
            "groupBy: [{time: {granularity: DAY, fill: ZERO}}]",
            "rows { measures { " + all + " } }");
      }
    }

    private void measures() {
      for (InputValueDefinition member : input("EveryThingMeasure").getInputValueDefinitions()) {
        String type = name(member.getType());
        if (!type.endsWith("Fn")) {
          continue;
        }
        for (String function : constants(type + "Name")) {
          boolean isFloat =
              member.getName().startsWith("aDouble") || member.getName().equals("doubles");
          if (function.equals("SUM_EXACT") && isFloat) {
            continue;
          }
          String q = function.equals("QUANTILE") ? ", q: 0.5" : "";
          String measure = "{%s: {fn: %s%s}}".formatted(member.getName(), function, q);
          questions.add(
              "table(input: {%s, groupBy: [{dimension: TEXT}], orderBy: [{measure: {of: %s}}]}, measures: [%s]) { columns { name type dictionary values } rowCount }"
                  .formatted(ALL_TIME, measure, measure));
          if (type.equals("NumberFn") || function.startsWith("COUNT")) {
            aggregate(
                "groupBy: [{dimension: TEXT}], having: {of: %s, is: {gt: 0.5}}".formatted(measure),
                "rows { id _e: measures { _expr(expr: {of: %s, per: {count: true}}) } }"
                    .formatted(measure));
          }
        }
      }
    }

    private void recordOrders() {
      String all =
          String.join(
              " ",
              fields("EveryThing").stream()
                  .map(field ->
                      field.getName()
                          + (schema.types().get(name(field.getType()))
                                  instanceof ObjectTypeDefinition
                              ? " { id }"
                              : ""))
                  .toList());
      for (InputValueDefinition member :
          input("EveryThingRecordOrder").getInputValueDefinitions()) {
        for (String order : constants("Order")) {
          questions.add(
              "records(%s, orderBy: [{%s: %s}], first: 3) { nodes { %s } pageInfo { hasNextPage } }"
                  .formatted(ALL_TIME, member.getName(), order, all));
        }
      }
    }
  }
}
