package io.tyto.perf.http;

import graphql.ExecutionInput;
import graphql.GraphQL;
import graphql.execution.preparsed.PreparsedDocumentEntry;
import graphql.execution.preparsed.PreparsedDocumentProvider;
import graphql.schema.GraphQLSchema;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.SchemaGenerator;
import graphql.schema.idl.SchemaParser;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/// What a GraphQL field costs that is served as most are: graphql-java behind Vert.x on its event
/// loop, documents parsed and validated once, answered from objects in memory by their properties.
///
/// Arguments: the port, and a file with the answer of Tyto whose rows are to be served.
public final class BareGraphQlServer {
  private static final String SDL =
      """
      type Query { events: Events }
      type Events {
        aggregate(input: AggregateInput!, limit: Int): Aggregate
      }
      input AggregateInput {
        range: RangeInput!
        groupBy: [GroupInput!]
        orderBy: [OrderInput!]
      }
      input RangeInput { between: BetweenInput }
      input BetweenInput { from: String!, to: String! }
      input GroupInput { dimension: Dimension }
      input OrderInput { measure: OfInput, key: KeyOrder }
      input OfInput { of: MeasureInput! }
      input MeasureInput { count: Boolean }
      input KeyOrder { eventType: Direction }
      enum Direction { ASC DESC }
      enum Dimension { EVENT_TYPE }
      type Aggregate { rows: [Row!]! }
      type Row { key: Key!, measures: Measures! }
      type Key { eventType: String }
      type Measures { count: Int, amount: Sum, score: Max }
      type Sum { sum: Float }
      type Max { max: Int }
      """;

  public record Events(Aggregate aggregate) {}

  public record Aggregate(List<Row> rows) {}

  public record Row(Key key, Measures measures) {}

  public record Key(String eventType) {}

  public record Measures(int count, Sum amount, Max score) {}

  public record Sum(double sum) {}

  public record Max(int max) {}

  private final GraphQL graphQl;

  private BareGraphQlServer(Events events) {
    GraphQLSchema schema =
        new SchemaGenerator()
            .makeExecutableSchema(
                new SchemaParser().parse(SDL),
                RuntimeWiring.newRuntimeWiring()
                    .type("Query", type -> type.dataFetcher("events", _ -> events))
                    .build());
    Map<String, PreparsedDocumentEntry> known = new ConcurrentHashMap<>();
    PreparsedDocumentProvider documents =
        (input, parse) ->
            CompletableFuture.completedFuture(
                known.computeIfAbsent(input.getQuery(), _ -> parse.apply(input)));
    this.graphQl = GraphQL.newGraphQL(schema).preparsedDocumentProvider(documents).build();
  }

  public static void main(String[] arguments) throws IOException {
    BareGraphQlServer server = new BareGraphQlServer(events(Path.of(arguments[1])));
    Vertx.vertx()
        .createHttpServer()
        .requestHandler(server::answer)
        .listen(Integer.parseInt(arguments[0]), "127.0.0.1");
  }

  private void answer(HttpServerRequest request) {
    request
        .body()
        .onSuccess(body -> {
          JsonObject asked = new JsonObject(body);
          JsonObject variables = asked.getJsonObject("variables", new JsonObject());
          ExecutionInput input =
              ExecutionInput.newExecutionInput(asked.getString("query"))
                  .operationName(asked.getString("operationName"))
                  .variables(variables.getMap())
                  .build();
          graphQl
              .executeAsync(input)
              .thenAccept(result ->
                  request
                      .response()
                      .putHeader("Content-Type", "application/graphql-response+json")
                      .end(new JsonObject(result.toSpecification()).toBuffer()));
        });
  }

  private static Events events(Path answer) throws IOException {
    JsonArray rows =
        new JsonObject(Buffer.buffer(Files.readAllBytes(answer)))
            .getJsonObject("data")
            .getJsonObject("events")
            .getJsonObject("aggregate")
            .getJsonArray("rows");
    List<Row> objects = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      JsonObject row = rows.getJsonObject(i);
      JsonObject measures = row.getJsonObject("measures");
      objects.add(
          new Row(
              new Key(row.getJsonObject("key").getString("eventType")),
              new Measures(
                  measures.getInteger("count"),
                  new Sum(measures.getJsonObject("amount").getDouble("sum")),
                  new Max(measures.getJsonObject("score").getInteger("max")))));
    }
    return new Events(new Aggregate(List.copyOf(objects)));
  }
}
