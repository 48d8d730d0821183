package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tyto.gateway.limits.CostGate;
import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Scope;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.EntityService;
import io.tyto.model.port.LiveService;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Who may do what, as a whole: every root field, mutation, subscription and question of a
/// collection by scope, and every route by audience. Whatever is new is in neither table, and this
/// test fails until somebody has said whose it is.
final class AuthorizationMatrixTest {
  private static final List<String> SCOPES =
      List.of(
          "query:play",
          "records:play",
          "ingest:play",
          "letters:play",
          "define:play",
          "rows:play",
          "fields:pii",
          "query:other",
          "admin");

  private static final Pattern TYPE =
      Pattern.compile("^type (Query|Mutation|Subscription|PlayCollection) \\{$(.*?)^}$", 40);
  private static final Pattern FIELD = Pattern.compile("^  ([a-z]\\w*)", Pattern.MULTILINE);
  private static final Pattern ROUTE =
      Pattern.compile(
          "Route\\.(get|post|put|delete|socket)\\( ?(\"(?:[^\"\\\\]|\\\\.)*\"|\\w+)"
              + ", (?:Audience\\.(\\w+))?");

  /// Of those that are there for all, the services behind them refuse what is not the caller's.
  private static final String FIELDS =
      """
      Mutation.cancelQuery: all
      Mutation.createApiKey: admin
      Mutation.createView: all
      Mutation.dropView: all
      Mutation.ingestPlay: ingest:play admin
      Mutation.refreshView: all
      Mutation.replayDeadLetters: all
      Mutation.revokeApiKey: admin
      Mutation.rotateApiKey: admin
      PlayCollection.aggregate: query:play admin
      PlayCollection.info: query:play records:play ingest:play letters:play define:play admin
      PlayCollection.records: records:play admin
      PlayCollection.table: query:play admin
      PlayCollection.values: query:play admin
      Query.apiKeys: admin
      Query.collections: all
      Query.deadLetterReasons: all
      Query.deadLetters: all
      Query.play: query:play records:play ingest:play letters:play define:play admin
      Query.rateLimit: all
      Query.schemaVersion: all
      Query.views: all
      Subscription.playEvents: records:play admin
      Subscription.playLive: query:play admin
      """;

  private static final String ROUTES =
      """
      DocumentsEndpoint delete ONE: OPERATORS
      DocumentsEndpoint get "/v1/documents": OPERATORS
      DocumentsEndpoint put ONE: OPERATORS
      ExportEndpoint delete "/v1/exports/([0-9a-f]{32})": CALLERS
      ExportEndpoint get "/v1/exports/([0-9a-f]{32})": CALLERS
      ExportEndpoint get "/v1/exports/([0-9a-f]{32})/result": CALLERS
      ExportEndpoint post "/v1/collections/([A-Za-z0-9_]{1,63})/(aggregate|table|records)": CALLERS
      GraphQlEndpoint get "/graphql": EVERYBODY
      GraphQlEndpoint get "/schema\\\\.graphql": CALLERS
      GraphQlEndpoint post "/graphql": CALLERS
      GraphQlEndpoint socket "/graphql": says so itself
      IngestEndpoint post "/v1/collections/([A-Za-z0-9_]{1,63})/events": CALLERS
      KeysEndpoint get "/v1/keys": OPERATORS
      KeysEndpoint post "/v1/keys": OPERATORS
      KeysEndpoint post "/v1/keys/revoke": OPERATORS
      KeysEndpoint post "/v1/keys/rotate": OPERATORS
      MetricsEndpoint get "/metrics": OPERATORS
      OpenApiEndpoint get "/openapi\\\\.json": CALLERS
      OperatorEndpoint get "/live": EVERYBODY
      OperatorEndpoint get "/ready": EVERYBODY
      OperatorEndpoint get "/v1/config/history": OPERATORS
      OperatorEndpoint get "/v1/status": OPERATORS
      OperatorEndpoint get "/v1/tables": OPERATORS
      OperatorEndpoint post "/v1/collections/([A-Za-z0-9_]{1,63})/import": OPERATORS
      OperatorEndpoint post "/v1/config": OPERATORS
      OperatorEndpoint post "/v1/config/diff": OPERATORS
      OperatorEndpoint post "/v1/feeds/accept": OPERATORS
      OperatorEndpoint post "/v1/tables/reload": OPERATORS
      Pages get "/": EVERYBODY
      Pages get "/graphiql": EVERYBODY
      Pages get "/graphiql/([a-z0-9.-]{1,40})": EVERYBODY
      QueriesEndpoint delete "/v1/queries/([A-Za-z0-9._-]{1,64})": OPERATORS
      QueriesEndpoint get "/v1/queries": OPERATORS
      RegistryEndpoint makes 1 of its own
      Route makes 5 of its own
      SchemaEndpoint get "/v1/collections/([A-Za-z0-9_-]{1,64})/schemas/([0-9]{1,9}|latest)": CALLERS
      """;

  private static Caller caller(String scope) {
    Access access = Access.of(List.of(Scope.parse(scope)), Map.of());
    return new Caller(scope, Caller.Kind.KEY, scope, Caller.DEFAULT_PROJECT, access, "default");
  }

  private static void addFields(String sdl, String scope, Map<String, TreeSet<Integer>> scopes) {
    Matcher types = TYPE.matcher(sdl);
    while (types.find()) {
      Matcher fields = FIELD.matcher(types.group(2));
      while (fields.find()) {
        scopes
            .computeIfAbsent(types.group(1) + "." + fields.group(1), _ -> new TreeSet<>())
            .add(SCOPES.indexOf(scope));
      }
    }
  }

  private static String words(TreeSet<Integer> scopes) {
    return scopes.size() == SCOPES.size()
        ? "all"
        : String.join(" ", scopes.stream().map(SCOPES::get).toList());
  }

  @Test
  void everyFieldIsOfSomeScope() throws Exception {
    FakePorts ports = new FakePorts();
    Guards guards =
        new Guards(
            credentials -> caller(Objects.requireNonNull(credentials.bearer())),
            new CostGate(CostGate.Limits.NONE, 4, Clock.systemUTC()));
    Map<String, TreeSet<Integer>> scopes = new TreeMap<>();
    try (Gateway gateway =
            Gateway.start(
                GatewayOptions.defaults(),
                ports,
                DeadLetterService.NONE,
                EntityService.NONE,
                LiveService.NONE,
                ports,
                ports,
                guards,
                Clock.systemUTC());
        HttpClient http = HttpClient.newHttpClient()) {
      for (String scope : SCOPES) {
        HttpRequest request =
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + gateway.port() + "/schema.graphql"))
                .header("Authorization", "Bearer " + scope)
                .build();
        addFields(http.send(request, BodyHandlers.ofString()).body(), scope, scopes);
      }
    }
    StringBuilder table = new StringBuilder();
    scopes.forEach((field, of) -> table.append("%s: %s%n".formatted(field, words(of))));
    assertEquals(FIELDS, table.toString());
  }

  @Test
  void everyRouteIsOfSomeAudience() throws IOException {
    TreeSet<String> routes = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        String source = Files.readString(file).replaceAll("\\s+", " ").replace("Route .", "Route.");
        Matcher matcher = ROUTE.matcher(source);
        int read = 0;
        while (matcher.find()) {
          read++;
          String audience = matcher.group(3) == null ? "says so itself" : matcher.group(3);
          routes.add("%s %s %s: %s".formatted(name, matcher.group(1), matcher.group(2), audience));
        }
        // Written another way than this test can read, it would be of nobody.
        int said = source.split("Route\\.(get|post|put|delete|socket)\\(", -1).length - 1;
        assertEquals(said, read, name);
        int made = source.split("new Route\\(", -1).length - 1;
        if (made > 0) {
          routes.add("%s makes %d of its own".formatted(name, made));
        }
      }
    }
    assertEquals(ROUTES, String.join("\n", routes) + "\n");
  }
}
