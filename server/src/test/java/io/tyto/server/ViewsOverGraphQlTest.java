package io.tyto.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import graphql.ExecutionResult;
import io.tyto.engine.EngineOptions;
import io.tyto.engine.LocalQueryService;
import io.tyto.engine.view.BoundView;
import io.tyto.graphqlschema.GraphQlApi;
import io.tyto.graphqlschema.GraphQlOptions;
import io.tyto.graphqlschema.GraphQlRequest;
import io.tyto.graphqlschema.GraphQlServices;
import io.tyto.graphqlschema.value.JsonSink;
import io.tyto.graphqlschema.value.StreamedValue;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.LocalNode;
import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.access.RoleSchema;
import io.tyto.model.access.Scope;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.ViewService;
import io.tyto.model.port.ViewService.ViewCollection;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import io.tyto.model.schema.Cube;
import io.tyto.model.schema.View;
import io.tyto.store.Disk;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Views as clients meet them: created, asked like collections, and dropped while the server runs.
final class ViewsOverGraphQlTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-05T00:00:00Z"), ZoneOffset.UTC);
  private static final String CONFIG =
      """
      collection: page_view
      time: ts
      entity: { name: user, key: user_id }
      fields:
        ts: { type: timestamp }
        user_id: { type: string }
        country: { type: string }
        price: { type: "decimal(12,2)" }
        millis: { type: long }
      views:
        by_country:
          dimensions: [country]
          measures: [sum(price), distinct(user_id)]
      """;
  private static final String CREATE =
      """
      mutation { createView(input: {name: "weekly_pageviews", collection: "page_view", dimensions: ["country"],
        measures: ["sum(price)", "avg(millis)", "distinct(user_id)", "quantiles(millis)"], granularity: WEEK})
        { view { id strategy state collection configured definition } errors { code message } } }
      """;

  @TempDir Path folder;
  private LocalNode node;
  private LocalQueryService queries;

  @BeforeEach
  void open() {
    node =
        LocalNode.open(
            folder,
            IngestOptions.DEFAULT.withMaintenanceInterval(Duration.ofDays(1)),
            Disk.SYSTEM,
            CLOCK);
    queries = new LocalQueryService(node, EngineOptions.defaults());
    node.applyConfigs(List.of(new ConfigFile("page_view.yaml", CONFIG)));
    send(0, 200);
    node.flush();
    send(200, 230);
  }

  @AfterEach
  void close() {
    queries.close();
    node.close();
  }

  private void send(int from, int to) {
    StringBuilder body = new StringBuilder();
    for (int i = from; i < to; i++) {
      body.append(
          """
          {"ts":"%s","user_id":"u%d","country":"%s","price":%d.%02d,"millis":%d}
          """
              .formatted(
                  Instant.parse("2026-02-01T00:00:00Z").plusSeconds(i * 9_000L),
                  i % 17,
                  List.of("DE", "FR", "BR").get(i % 3),
                  i,
                  i % 100,
                  i * 7 % 1000));
    }
    node.ingest("page_view", body.toString().getBytes(StandardCharsets.UTF_8), Caller.SYSTEM)
        .join();
  }

  /// As the gateway does for the first request after a change of the catalog.
  private GraphQlApi api() {
    return api(node);
  }

  private GraphQlApi api(ViewService views) {
    return GraphQlApi.build(
        node.collections(),
        GraphQlServices.of(queries).withCohorts(node).withEntities(node).withViews(views),
        CLOCK,
        GraphQlOptions.DEFAULT);
  }

  private static ExecutionResult ask(GraphQlApi api, String question) {
    return api.execute(
        GraphQlRequest.of(question), new QueryContext("q", Duration.ofSeconds(30), 256 << 20));
  }

  private static String data(GraphQlApi api, String question) {
    ExecutionResult result = ask(api, question);
    assertEquals(List.of(), result.getErrors());
    return text(result.getData());
  }

  private static String text(Object value) {
    return switch (value) {
      case null -> "null";
      case Map<?, ?> map -> {
        StringBuilder text = new StringBuilder("{");
        map.forEach((key, member) -> text.append(key).append(':').append(text(member)).append(' '));
        yield text.append('}').toString();
      }
      case List<?> list -> list.stream().map(ViewsOverGraphQlTest::text).toList().toString();
      case StreamedValue streamed -> {
        StringBuilder text = new StringBuilder();
        streamed.writeTo(new TextSink(text));
        yield text.toString();
      }
      default -> Objects.toString(value);
    };
  }

  private record TextSink(StringBuilder text) implements JsonSink {
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
      text.append(value).append(' ');
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

  private static final String OWN =
      "table(input: {range: {preset: ALL_TIME}, groupBy: [{time: {granularity: WEEK}}, {dimension: COUNTRY}]},"
          + " measures: [%s]) { columns { name values } rowCount }";

  @Test
  void aViewIsAskedLikeACollectionFromTheMomentItIsCreated() {
    GraphQlApi before = api();
    String created = data(before, CREATE);
    assertTrue(
        created.contains(
            "{view:{id:weekly_pageviews strategy:REALTIME state:BUILDING collection:page_view configured:false definition:"),
        created);
    assertTrue(created.contains("measures:[count, sum(price), avg(millis)"), created);
    assertTrue(created.contains("errors:[]"), created);
    GraphQlApi api = api();
    String rows =
        data(
            api,
            """
            { materialized { weeklyPageviews {
                aggregate(input: {range: {preset: ALL_TIME}, groupBy: [{dimension: COUNTRY}], orderBy: [{key: {country: ASC}}]})
                  { rows { key { country } measures { count rowCount { sum } sumPrice { sumExact } } } meta { servedBy watermark } }
                records(range: {preset: ALL_TIME}, orderBy: [{ts: ASC}, {country: ASC}], first: 2) { nodes { _id ts country rowCount sumPrice distinctUserId p50Millis } totalCount }
                info { name coordinate rowCount columns { name type } }
            } } }
            """);
    String own =
        data(
            api,
            "{ pageView { aggregate(input: {range: {preset: ALL_TIME}, groupBy: [{dimension: COUNTRY}], orderBy: [{key: {country: ASC}}]})"
                + " { rows { key { country } measures { count price { sumExact } } } meta { watermark } } } }");
    for (String country : List.of("BR", "DE", "FR")) {
      String count = between(own, "country:" + country + " } measures:{count:", " ");
      String sum =
          between(
              own, "country:" + country + " } measures:{count:" + count + " price:{sumExact:", " ");
      assertTrue(
          rows.contains("rowCount:{sum:" + count + " } sumPrice:{sumExact:" + sum), rows + own);
    }
    assertTrue(rows.contains("servedBy:view:weekly_pageviews"), rows);
    assertEquals(between(own, "watermark:", " "), between(rows, "watermark:", " "));
    assertTrue(rows.contains("coordinate:Materialized.weeklyPageviews"), rows);
    assertTrue(rows.contains("type:decimal(38,2)"), rows);
  }

  private static String between(String text, String before, String after) {
    int from = text.indexOf(before);
    assertTrue(from >= 0, before + " in " + text);
    from += before.length();
    return text.substring(from, text.indexOf(after, from));
  }

  @Test
  void itsMeasuresAreThoseOfTheQueryThatItMaterialises() {
    data(api(), CREATE);
    GraphQlApi api = api();
    String asked = "{ materialized { weeklyPageviews { %s } } }";
    for (int round = 0; round < 3; round++) {
      String rows =
          data(
              api,
              asked.formatted(
                  OWN.formatted(
                      "{sumPrice: {fn: SUM_EXACT}}, {avgMillis: {fn: MIN}}, {distinctUserId: {fn: MIN}}, {p50Millis: {fn: MIN}}, {p95Millis: {fn: MIN}}, {p99Millis: {fn: MIN}}")));
      String own =
          data(
              api,
              "{ pageView { "
                  + OWN.formatted(
                      "{price: {fn: SUM_EXACT}}, {millis: {fn: AVG}}, {userId: {fn: COUNT_DISTINCT}}, {millis: {fn: QUANTILE, q: 0.5}}, {millis: {fn: QUANTILE, q: 0.95}}, {millis: {fn: QUANTILE, q: 0.99}}")
                  + " } }");
      assertEquals(values(own), values(rows), "round " + round);
      if (round == 0) {
        node.maintain();
      } else {
        send(230, 260);
      }
    }
  }

  private static String values(String table) {
    return table
        .substring(table.indexOf("columns"), table.indexOf("rowCount:"))
        .replaceAll("name:\\S+", "");
  }

  @Test
  void namesThatMeetAreRefusedAndBreakNoSchema() {
    String create =
        """
        mutation { createView(input: {name: "%s", collection: "page_view", dimensions: ["country"]})
          { view { id } errors { code message } } }
        """;
    data(api(), create.formatted("sales"));
    String refused = data(api(), create.formatted("sales_group"));
    assertTrue(refused.contains("the type 'MaterializedSalesGroup'"), refused);
    assertTrue(
        data(api(), "{ materialized { sales { info { name } } } }").contains("materialized.sales"));
    List<ViewCollection> two =
        Stream.of("sales", "sales_group", "by_country")
            .map(name ->
                new View(
                    name,
                    List.of("country"),
                    List.of(Cube.Measure.COUNT),
                    null,
                    ZoneOffset.UTC,
                    View.Strategy.CACHE,
                    null,
                    null))
            .map(view ->
                new ViewCollection(
                    view, "page_view", BoundView.of(node.collections().getFirst(), view).rows()))
            .toList();
    ViewService colliding =
        new ViewService() {
          @Override
          public List<ViewCollection> viewCollections() {
            return two;
          }
        };
    String sdl = api(colliding).sdl();
    assertTrue(sdl.contains("byCountry: MaterializedByCountryCollection!"), sdl);
    assertFalse(sdl.contains("salesGroup"), "the API goes on without it");
  }

  @Test
  void whatACollectionDoesNotExposeItsViewsDoNot() {
    node.applyConfigs(
        List.of(new ConfigFile("page_view.yaml", CONFIG + "expose: { records: false }\n")));
    data(api(), CREATE);
    GraphQlApi api = api();
    String records =
        "{ materialized { %s { records(range: {preset: ALL_TIME}) { totalCount } } } }";
    for (String view : List.of("byCountry", "weeklyPageviews")) {
      assertFalse(ask(api, records.formatted(view)).getErrors().isEmpty());
      data(api, "{ materialized { %s { info { name } } } }".formatted(view));
    }
  }

  /// Views are known to whom their rows are, and how many rows there are to whom all of them are.
  @Test
  void viewsTellNoMoreThanTheirCollection() {
    node.applyConfigs(
        List.of(
            new ConfigFile(
                "sale.yaml",
                """
                collection: sale
                time: ts
                access: { rows: { country: country } }
                fields:
                  ts: { type: timestamp }
                  country: { type: string }
                  price: { type: long, scope: finance }
                views:
                  sales: { dimensions: [country] }
                  turnover: { dimensions: [country], measures: [sum(price)] }
                """)));
    node.ingest(
            "sale",
            "{\"ts\":\"2026-02-01T00:00:00Z\",\"country\":\"DE\",\"price\":5}"
                .getBytes(StandardCharsets.UTF_8),
            Caller.SYSTEM)
        .join();
    node.flush();
    node.maintain();
    String views = "{ views { name progress watermark refreshed bytes message definition } }";
    assertEquals("{views:[] }", as("ingest:sale", views));
    assertEquals("{views:[] }", as("letters:*", views));
    String one = as("query:sale", views);
    assertTrue(one.contains("name:sales"), one);
    assertFalse(one.contains("turnover") || one.contains("price"), one);
    assertTrue(one.contains("watermark:null refreshed:null bytes:0 "), one);
    String all = as("query:sale rows:sale fields:finance", views);
    assertTrue(all.contains("name:turnover") && all.contains("sum(price)"), all);
    assertTrue(all.contains("watermark:2026-02-01"), all);
    assertFalse(all.contains("bytes:0 "), all);
    String refresh =
        "mutation { refreshView(id: \"%s\") { view { name watermark bytes } errors { code message } } }";
    String hidden = as("define:sale query:sale", refresh.formatted("turnover"));
    assertTrue(hidden.contains("there is no view 'turnover'"), hidden);
    String own = as("define:sale query:sale", refresh.formatted("sales"));
    assertTrue(own.contains("view:{name:sales watermark:null bytes:0 }"), own);
  }

  /// Asked by a caller of the country DE, in the schema of its role.
  private String as(String scopes, String question) {
    List<Scope> granted = Stream.of(scopes.split(" ")).map(Scope::parse).toList();
    Caller caller =
        new Caller(
            "k",
            Caller.Kind.KEY,
            "k",
            Caller.DEFAULT_PROJECT,
            Access.of(granted, Map.of("country", List.of("DE"))),
            Caller.DEFAULT_LIMITS);
    GraphQlApi api =
        GraphQlApi.build(
            node.collections().stream()
                .map(table -> RoleSchema.of(table, caller))
                .filter(Objects::nonNull)
                .toList(),
            List.of(),
            GraphQlServices.of(queries).withViews(node),
            CLOCK,
            GraphQlOptions.DEFAULT);
    ExecutionResult result =
        api.execute(
            GraphQlRequest.of(question),
            new QueryContext("q", Duration.ofSeconds(30), 256 << 20, caller, QueryGate.OPEN));
    assertEquals(List.of(), result.getErrors());
    return text(result.getData());
  }

  @Test
  void mistakesAreToldAndADroppedViewLeavesTheSchema() {
    String wrong =
        data(
            api(),
            "mutation { createView(input: {name: \"other\", collection: \"page_view\", dimensions: [\"contry\"]}) { view { id } errors { code message } } }");
    assertTrue(wrong.contains("view:null"), wrong);
    assertTrue(wrong.contains("did you mean 'country'?"), wrong);
    data(api(), CREATE);
    String listed = data(api(), "{ views { name configured state progress watermark message } }");
    assertTrue(listed.contains("name:by_country configured:true"), listed);
    assertTrue(listed.contains("name:weekly_pageviews configured:false"), listed);
    String refreshed =
        data(
            api(),
            "mutation { refreshView(id: \"weekly_pageviews\") { view { id state } errors { message } } }");
    assertTrue(refreshed.contains("errors:[]"), refreshed);
    String dropped =
        data(
            api(),
            "mutation { dropView(id: \"weekly_pageviews\") { deletedId errors { message } } }");
    assertTrue(dropped.contains("deletedId:weekly_pageviews"), dropped);
    GraphQlApi after = api();
    assertFalse(after.sdl().contains("WeeklyPageviews"));
    assertFalse(
        ask(after, "{ materialized { weeklyPageviews { info { name } } } }").getErrors().isEmpty());
    String configured =
        data(
            after,
            "mutation { dropView(id: \"by_country\") { deletedId errors { code message } } }");
    assertTrue(configured.contains("stands in the config of page_view"), configured);
    assertTrue(
        data(
                after,
                "{ materialized { byCountry { records(range: {preset: ALL_TIME}) { totalCount nodes { country rowCount } } } } }")
            .contains("totalCount:3"));
  }
}
