package io.tyto.server.fuzz;

import graphql.ExecutionResult;
import graphql.GraphQLError;
import io.tyto.engine.EngineOptions;
import io.tyto.engine.LocalQueryService;
import io.tyto.gateway.http.JsonText;
import io.tyto.graphqlschema.GraphQlApi;
import io.tyto.graphqlschema.GraphQlOptions;
import io.tyto.graphqlschema.GraphQlRequest;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.LocalNode;
import io.tyto.model.access.AddressRange;
import io.tyto.model.access.Caller;
import io.tyto.model.access.KeyText;
import io.tyto.model.access.Scope;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.expression.ExpressionException;
import io.tyto.model.expression.ExpressionParser;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.query.QueryContext;
import io.tyto.model.schema.ColumnType;
import io.tyto.store.Disk;
import io.tyto.testkit.fuzz.Fuzz;
import io.tyto.testkit.fuzz.FuzzTarget;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// GraphQL requests, down to the engine and rows on disk; and the texts of keys, scopes, addresses
/// and expressions.
class RequestFuzzTest {
  /// The body of a GraphQL request.
  public static final class Requests implements FuzzTarget {
    private static final Clock CLOCK =
        Clock.fixed(Instant.parse("2026-11-21T12:00:00Z"), ZoneOffset.UTC);
    private static final String CONFIG =
        """
        collection: play
        time: ts
        entity: { name: user, key: user_id }
        fields:
          ts: timestamp
          user_id: string
          country: string
          score: long
          price: "decimal(18,2)"
          ratio: double
          day: date
          ok: bool
          device: uuid
          host: ip
          tags: "string[]"
          doc: json
        cubes:
          daily: { dimensions: [country], measures: [count, sum(score)] }
        """;

    private final GraphQlApi api;

    // The node lives as long as the process: fuzzing has no end of its own.
    public Requests() throws Exception {
      Path folder = Files.createTempDirectory("fuzz");
      folder.toFile().deleteOnExit();
      LocalNode node = LocalNode.open(folder, IngestOptions.DEFAULT, Disk.SYSTEM, CLOCK);
      node.applyConfigs(List.of(new ConfigFile("play.yaml", CONFIG)));
      StringBuilder events = new StringBuilder();
      for (int i = 0; i < 40; i++) {
        events.append(
            """
            {"ts":"2026-11-%02dT10:00:00Z","user_id":"u%d","country":"%s","score":%d,"price":%d.25,"ratio":%d.5,"day":"2026-11-01","ok":%b,"device":"123e4567-e89b-12d3-a456-426614174000","host":"10.0.0.%d","tags":["a","b%d"],"doc":{"a":{"b":%d}}}
            """
                .formatted(
                    1 + i % 21, i % 7, i % 3 == 0 ? "DE" : "FR", i, i, i, i % 2 == 0, i, i % 4, i));
      }
      node.ingest("play", events.toString().getBytes(StandardCharsets.UTF_8), Caller.SYSTEM).get();
      node.flush();
      LocalQueryService queries =
          new LocalQueryService(node, EngineOptions.defaults().withWorkers(1));
      api = GraphQlApi.build(node.collections(), queries, CLOCK, GraphQlOptions.DEFAULT);
    }

    @Override
    public void take(byte[] input) {
      if (!(JsonText.parse(input) instanceof Map<?, ?> body)
          || !(body.get("query") instanceof String query)) {
        return;
      }
      @SuppressWarnings("unchecked") // SAFETY: JsonText makes string keys.
      Map<String, Object> variables =
          body.get("variables") instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
      String name = body.get("operationName") instanceof String text ? text : null;
      ExecutionResult result =
          api.execute(
              new GraphQlRequest(query, name, variables, Map.of()),
              new QueryContext("fuzz", Duration.ofSeconds(30), 32 << 20));
      for (GraphQLError error : result.getErrors()) {
        ErrorCode code = ErrorCode.valueOf(String.valueOf(error.getExtensions().get("code")));
        // Its own timeout and memory are the user's as well.
        boolean isOfUser =
            code.type() == ErrorCode.Type.USER || code.type() == ErrorCode.Type.RESOURCES;
        if (!isOfUser) {
          throw new IllegalStateException(code + ": " + error.getMessage());
        }
      }
      JsonText.of(result.toSpecification());
    }
  }

  /// What operators and callers write into one line.
  public static final class Texts implements FuzzTarget {
    private static final Map<String, ColumnType> COLUMNS =
        Map.of(
            "n", ColumnType.LONG,
            "x", ColumnType.DOUBLE,
            "s", ColumnType.STRING,
            "ok", ColumnType.BOOL);

    private interface Reading {
      void read();
    }

    @Override
    public void take(byte[] input) {
      String text = new String(input, StandardCharsets.UTF_8);
      each(() -> KeyText.parse(text));
      each(() -> AddressRange.parse(text));
      each(() -> AddressRange.address(text));
      each(() -> Scope.parse(text));
      each(() -> {
        try {
          ExpressionParser.parse(text, COLUMNS);
        } catch (ExpressionException e) {
          throw new TytoException(ErrorCode.CONFIG_INVALID, "no expression", e);
        }
      });
    }

    private static void each(Reading reading) {
      try {
        reading.read();
      } catch (TytoException e) {
        if (e.code().type() != ErrorCode.Type.USER) {
          throw e;
        }
      }
    }
  }

  @Test
  void requests() {
    Fuzz.run("requests", Requests.class, 1_500);
  }

  @Test
  void texts() {
    Fuzz.run("texts", Texts.class, 8_000);
  }
}
