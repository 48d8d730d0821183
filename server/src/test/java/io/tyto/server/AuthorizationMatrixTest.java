package io.tyto.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import graphql.language.Document;
import graphql.language.Field;
import graphql.language.FieldDefinition;
import graphql.language.ObjectTypeDefinition;
import graphql.language.OperationDefinition;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import graphql.language.Type;
import graphql.parser.Parser;
import graphql.schema.idl.SchemaParser;
import graphql.schema.idl.TypeUtil;
import io.tyto.model.access.Caller;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who may do what, as a whole: every field of the roots and of collections, every column, and
/// every route, asked by callers of each scope, each answer compared with what `matrix/fields.txt`
/// and `matrix/routes.txt` say. Whatever is new is in neither file, and this test fails until
/// somebody has said whose it is. What came instead is in `target/matrix`.
final class AuthorizationMatrixTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Path ACTUAL = Path.of("target/matrix");
  private static final List<String> COLLECTIONS = List.of("play", "other", "own", "foreign");

  /// Scopes by caller, and what else there is to say of a key.
  private static final Map<String, String> CALLERS = new LinkedHashMap<>();

  static {
    CALLERS.put("query", "query:play");
    CALLERS.put("records", "records:play");
    CALLERS.put("ingest", "ingest:play");
    CALLERS.put("letters", "letters:play");
    CALLERS.put("define", "define:play");
    CALLERS.put("fields", "fields:pii rows:own");
    CALLERS.put("other", "query:other");
    CALLERS.put("analyst", "query:play records:play fields:finance");
    CALLERS.put("privacy", "query:play records:play letters:play fields:*");
    CALLERS.put("tenant", "query:own records:own ingest:own letters:own define:own tenant=a");
    CALLERS.put("stray", "query:own records:own ingest:own letters:own define:own");
    CALLERS.put("whole", "query:own records:own ingest:own letters:own define:own rows:own");
    CALLERS.put("all", "query:* records:* ingest:* letters:* define:* rows:* fields:*");
    CALLERS.put("admin", "admin");
    CALLERS.put("guest", "query:* records:* ingest:* letters:* define:* project=acme");
    CALLERS.put("landlord", "admin project=acme");
    CALLERS.put("nobody", "");
  }

  /// What no refusal may tell to those who did not say it.
  private static final List<String> HIDDEN =
      List.of("acme", "foreign", "guest", "email", "margin", "gain", "daily");

  /// What no answer tells to callers of the default project.
  private static final List<String> OF_OTHERS = List.of("acme", "foreign", "guest", "room");

  private static final Pattern ROUTE =
      Pattern.compile(
          "Route\\.(get|post|put|delete|socket)\\( ?(\"(?:[^\"\\\\]|\\\\.)*\"|\\w+)"
              + ", (?:Audience\\.(\\w+))?");

  @TempDir static Path folder;
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final Map<String, @Nullable String> KEYS = new HashMap<>();
  private static TytoServer server;

  @BeforeAll
  static void start() throws Exception {
    Settings settings =
        Settings.resolve(
            null,
            Map.of(),
            Map.of(
                Setting.DATA,
                folder.resolve("data").toString(),
                Setting.LISTEN,
                "127.0.0.1:0",
                Setting.ADMIN_LISTEN,
                "127.0.0.1:0"));
    List<ConfigFile> configs =
        COLLECTIONS.stream()
            .map(name -> new ConfigFile(name + ".yaml", resource(name + ".yaml")))
            .toList();
    server = TytoServer.start(settings, configs, Clock.systemUTC());
    for (String collection : COLLECTIONS) {
      tell(collection);
    }
    String first = Objects.requireNonNull(server.firstKey()).text().text();
    for (Map.Entry<String, String> caller : CALLERS.entrySet()) {
      KEYS.put(
          caller.getKey(),
          caller.getValue().isEmpty() ? null : create(first, caller.getKey(), caller.getValue()));
    }
  }

  private static String create(String first, String name, String words) throws Exception {
    JsonArray scopes = new JsonArray();
    JsonObject key = new JsonObject().put("name", name).put("scopes", scopes);
    for (String word : words.split(" ")) {
      if (word.startsWith("project=")) {
        key.put("project", word.substring("project=".length()));
      } else if (word.startsWith("tenant=")) {
        String tenant = word.substring("tenant=".length());
        key.put("parameters", new JsonObject().put("tenant", new JsonArray().add(tenant)));
      } else {
        scopes.add(word);
      }
    }
    HttpResponse<String> made =
        HTTP.send(
            request(server.commandAddress() + "/v1/keys", first)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(key.encode()))
                .build(),
            BodyHandlers.ofString());
    assertEquals(200, made.statusCode(), made.body());
    return new JsonObject(made.body()).getString("text");
  }

  @AfterAll
  static void stop() {
    server.close();
    HTTP.shutdownNow();
  }

  private static void tell(String collection) {
    String event =
        "{\"ts\":\"2026-01-02T03:04:05Z\",\"user_id\":\"x\",\"player_id\":\"x\",\"guest_id\":\"x\",\"tenant\":\"a\",\"n\":1}";
    server.node().ingest(collection, event.getBytes(StandardCharsets.UTF_8), Caller.SYSTEM).join();
  }

  private static String resource(String name) {
    try (InputStream in = AuthorizationMatrixTest.class.getResourceAsStream("matrix/" + name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HttpRequest.Builder request(String uri, @Nullable String key) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri)).timeout(PATIENCE);
    return key == null ? request : request.header("Authorization", "Bearer " + key);
  }

  /// What a table says, in blocks of lines.
  private static List<List<String>> blocks(String name) {
    return Arrays.stream(resource(name).strip().split("\n\n"))
        .map(block -> List.of(block.split("\n")))
        .toList();
  }

  private interface Question {
    /// What became of it, in a few words.
    String ask(String caller) throws Exception;
  }

  /// Callers by what each was told: `ok: query admin | absent: others`.
  private static String outcomes(Question question) throws Exception {
    Map<String, List<String>> callers = new LinkedHashMap<>();
    for (String caller : CALLERS.keySet()) {
      callers.computeIfAbsent(question.ask(caller), _ -> new ArrayList<>()).add(caller);
    }
    String most =
        callers.keySet().stream()
            .filter(outcome -> callers.get(outcome).size() * 2 > CALLERS.size())
            .findFirst()
            .orElse("");
    String others = most.isEmpty() ? "" : most + ": others";
    return Stream.concat(
            callers.entrySet().stream()
                .filter(each -> !each.getKey().equals(most))
                .map(each -> each.getKey() + ": " + String.join(" ", each.getValue())),
            Stream.of(others).filter(text -> !text.isEmpty()))
        .collect(Collectors.joining(" | "));
  }

  private static void compare(String name, StringBuilder actual) throws IOException {
    Files.createDirectories(ACTUAL);
    Files.writeString(ACTUAL.resolve(name), actual);
    assertEquals(resource(name).strip(), actual.toString().strip());
  }

  /// Nobody who is refused learns a name by it.
  private static void assertTellsNothing(String asked, String body, List<String> words) {
    for (String word : words) {
      if (!asked.contains(word)) {
        assertFalse(body.contains(word), () -> asked + "\n" + body);
      }
    }
  }

  @Test
  void everyFieldIsAnsweredToWhoeverMayAskIt() throws Exception {
    StringBuilder actual = new StringBuilder();
    for (List<String> block : blocks("fields.txt")) {
      String document = block.getFirst();
      String outcomes = outcomes(caller -> ask(document.replace("$CALLER", caller), caller));
      assertTrue(
          outcomes.contains("ok: ") || outcomes.contains("told "),
          () -> document + " is wrong for everybody");
      actual.append(document).append('\n').append(outcomes).append("\n\n");
    }
    compare("fields.txt", actual);
  }

  @Test
  void cohortsOfOthersStay() throws Exception {
    String save =
        "mutation { saveCohort(name: \"kept\", of: {user: {did: {event: {play: {}}, range: {preset: ALL_TIME}}}}) { name } }";
    assertEquals("ok", ask(save, "admin"));
    String drop = "mutation { dropCohort(entity: \"user\", name: \"kept\") }";
    for (String caller : List.of("tenant", "guest", "landlord")) {
      assertEquals(
          false, answer(drop, caller).getJsonObject("data").getBoolean("dropCohort"), caller);
    }
    assertEquals(true, answer(drop, "admin").getJsonObject("data").getBoolean("dropCohort"));
  }

  private static String ask(String document, String caller) throws Exception {
    return document.startsWith("subscription")
        ? follow(document, caller)
        : outcome(document, caller, answer(document, caller));
  }

  private static JsonObject answer(String document, String caller) throws Exception {
    return new JsonObject(
        post(document, caller, "application/json", BodyHandlers.ofString()).body());
  }

  private static <T> HttpResponse<T> post(
      String document, String caller, String accept, HttpResponse.BodyHandler<T> body)
      throws Exception {
    return HTTP.send(
        request(server.address() + "/graphql", KEYS.get(caller))
            .header("Content-Type", "application/json")
            .header("Accept", accept)
            .POST(BodyPublishers.ofString(new JsonObject().put("query", document).encode()))
            .build(),
        body);
  }

  private static String outcome(String document, String caller, JsonObject answer) {
    if (!CALLERS.getOrDefault(caller, "").contains("project=")) {
      assertTellsNothing(document, answer.encode(), OF_OTHERS);
    }
    JsonArray errors = answer.getJsonArray("errors");
    if (errors == null) {
      // Of mutations, what the caller can mend is told in the payload.
      Matcher told = Pattern.compile("\"errors\":\\[\\{\"code\":\"(\\w+)").matcher(answer.encode());
      return told.find() ? "told " + told.group(1) : "ok";
    }
    assertTellsNothing(document, answer.encode(), HIDDEN);
    String code = errors.getJsonObject(0).getJsonObject("extensions").getString("code");
    return code.equals("GRAPHQL_VALIDATION_FAILED") ? "absent" : code;
  }

  /// The first update; events go on coming until there is one.
  private static String follow(String document, String caller) throws Exception {
    HttpResponse<InputStream> response =
        post(document, caller, "text/event-stream", BodyHandlers.ofInputStream());
    if (response.statusCode() != 200) {
      try (InputStream body = response.body()) {
        String text = new String(body.readAllBytes(), StandardCharsets.UTF_8);
        return outcome(document, caller, new JsonObject(text));
      }
    }
    CompletableFuture<String> update = new CompletableFuture<>();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      Thread.startVirtualThread(() -> {
        try {
          String line = lines.readLine();
          while (line != null && !line.startsWith("data: {")) {
            line = lines.readLine();
          }
          update.complete(line == null ? "ended" : line.substring("data: ".length()));
        } catch (IOException e) {
          update.completeExceptionally(e);
        }
      });
      long until = System.nanoTime() + PATIENCE.toNanos();
      while (System.nanoTime() < until) {
        try {
          return outcome(document, caller, new JsonObject(update.get(20, TimeUnit.MILLISECONDS)));
        } catch (TimeoutException _) {
          tell(document.replaceAll("subscription \\{ (\\w+)(Live|Events).*", "$1"));
        }
      }
    }
    throw new TimeoutException(document + " for " + caller);
  }

  @Test
  void everyFieldAndEveryColumnIsInTheTable() throws Exception {
    Map<String, ObjectTypeDefinition> types = new HashMap<>();
    for (String caller : List.of("admin", "landlord")) {
      String sdl =
          HTTP.send(
                  request(server.address() + "/schema.graphql", KEYS.get(caller)).build(),
                  BodyHandlers.ofString())
              .body();
      new SchemaParser()
          .parse(sdl)
          .types()
          .values()
          .forEach(type -> {
            if (type instanceof ObjectTypeDefinition object) {
              types.merge(type.getName(), object, AuthorizationMatrixTest::merged);
            }
          });
    }
    Set<String> asked = new TreeSet<>();
    for (List<String> block : blocks("fields.txt")) {
      Document document = Parser.parse(block.getFirst());
      OperationDefinition operation =
          document.getDefinitionsOfType(OperationDefinition.class).getFirst();
      String root =
          switch (operation.getOperation()) {
            case QUERY -> "Query";
            case MUTATION -> "Mutation";
            case SUBSCRIPTION -> "Subscription";
          };
      addFields(root, operation.getSelectionSet(), types, asked);
    }
    Set<String> missing = new TreeSet<>();
    for (String root : List.of("Query", "Mutation", "Subscription")) {
      addOffered(root, types, new TreeSet<>(), missing);
    }
    missing.removeAll(asked);
    assertEquals(Set.of(), missing, "are in the schema, and nobody has said whose they are");
  }

  private static ObjectTypeDefinition merged(ObjectTypeDefinition one, ObjectTypeDefinition two) {
    Map<String, FieldDefinition> fields = new TreeMap<>();
    one.getFieldDefinitions().forEach(field -> fields.put(field.getName(), field));
    two.getFieldDefinitions().forEach(field -> fields.put(field.getName(), field));
    return one.transform(type -> type.fieldDefinitions(List.copyOf(fields.values())));
  }

  private static void addFields(
      String type,
      @Nullable SelectionSet selections,
      Map<String, ObjectTypeDefinition> types,
      Set<String> fields) {
    ObjectTypeDefinition known = types.get(type);
    if (selections == null || known == null) {
      return; // what an interface leads to is asked in fields of its own
    }
    for (Selection<?> selection : selections.getSelections()) {
      Field field = (Field) selection;
      fields.add(type + "." + field.getName());
      known.getFieldDefinitions().stream()
          .filter(each -> each.getName().equals(field.getName()))
          .forEach(each -> addFields(name(each.getType()), field.getSelectionSet(), types, fields));
    }
  }

  /// Fields of the type, and of those that they lead to without asking anything: the ways to a
  /// collection, and the columns of its records.
  private static void addOffered(
      String name, Map<String, ObjectTypeDefinition> types, Set<String> visited, Set<String> all) {
    ObjectTypeDefinition type = types.get(name);
    if (type == null || !visited.add(name)) {
      return;
    }
    for (FieldDefinition field : type.getFieldDefinitions()) {
      all.add(name + "." + field.getName());
      String next = name(field.getType());
      boolean isWay =
          field.getInputValueDefinitions().isEmpty() && !isList(field.getType())
              || name.equals("Query")
                  && field.getInputValueDefinitions().size() == 1
                  && field.getInputValueDefinitions().getFirst().getName().equals("id");
      if (isWay && !next.equals("Collection")) {
        addOffered(next, types, visited, all);
      }
    }
    if (name.endsWith("Collection")) {
      addOffered(name.substring(0, name.length() - "Collection".length()), types, visited, all);
    }
  }

  private static boolean isList(Type<?> type) {
    return TypeUtil.isList(TypeUtil.isNonNull(type) ? TypeUtil.unwrapOne(type) : type);
  }

  private static String name(Type<?> type) {
    return TypeUtil.unwrapAll(type).getName();
  }

  @Test
  void everyRouteIsOpenToWhoeverMayComeThere() throws Exception {
    Map<String, String> audiences = audiences();
    Set<String> left = new TreeSet<>(audiences.keySet());
    StringBuilder actual = new StringBuilder();
    for (List<String> block : blocks("routes.txt")) {
      String route = block.getFirst();
      String request = block.get(1);
      boolean isForOperators = "OPERATORS".equals(audiences.get(route));
      left.remove(route);
      actual.append(route).append('\n').append(request).append('\n');
      String door = isForOperators ? server.commandAddress() : server.address();
      actual.append(outcomes(caller -> send(door, request, caller))).append("\n\n");
      if (isForOperators) {
        for (String caller : List.of("nobody", "query", "admin")) {
          assertEquals("404 NOT_FOUND", send(server.address(), request, caller), request);
        }
      }
    }
    assertEquals(Set.of(), left, "are there, and nobody has said whose they are");
    compare("routes.txt", actual);
  }

  /// `METHOD path body`; a body is JSON, or an event.
  private static String send(String door, String request, String caller) throws Exception {
    String[] parts = request.split(" ", 3);
    String body = parts.length == 3 ? parts[2] : "";
    if (parts[0].equals("SOCKET")) {
      return talk(door, body, caller);
    }
    HttpRequest.Builder made =
        request(door + parts[1], KEYS.get(caller))
            .method(parts[0], BodyPublishers.ofString(body))
            .header("Accept", "*/*");
    HttpResponse<String> response =
        HTTP.send(
            (body.isEmpty() ? made : made.header("Content-Type", "application/json")).build(),
            BodyHandlers.ofString());
    if (response.statusCode() < 400 && !response.body().contains("\"errors\"")) {
      return "" + response.statusCode();
    }
    if (response.statusCode() >= 400) {
      assertTellsNothing(request, response.body(), HIDDEN);
    }
    Matcher code =
        Pattern.compile("\"(?:code|error_code)\" ?: ?\"?(\\w+)").matcher(response.body());
    return response.statusCode() + (code.find() ? " " + code.group(1) : "");
  }

  /// What the first operation of a WebSocket ends with.
  private static String talk(String door, String payload, String caller) throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    WebSocket.Builder builder = HTTP.newWebSocketBuilder().subprotocols("graphql-transport-ws");
    String key = KEYS.get(caller);
    WebSocket socket =
        (key == null ? builder : builder.header("Authorization", "Bearer " + key))
            .buildAsync(
                URI.create(door.replace("http:", "ws:") + "/graphql"),
                new WebSocket.Listener() {
                  private final StringBuilder text = new StringBuilder();

                  @Override
                  public @Nullable CompletionStage<?> onText(
                      WebSocket of, CharSequence part, boolean isLast) {
                    text.append(part);
                    if (isLast) {
                      heard.add(text.toString());
                      text.setLength(0);
                    }
                    of.request(1);
                    return null;
                  }

                  @Override
                  public @Nullable CompletionStage<?> onClose(
                      WebSocket of, int status, String why) {
                    heard.add("closed " + status);
                    return null;
                  }
                })
            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    try {
      socket.sendText("{\"type\":\"connection_init\"}", true).join();
      String first = Objects.requireNonNull(heard.poll(60, TimeUnit.SECONDS));
      if (first.startsWith("closed")) {
        return first;
      }
      String subscribe = "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":" + payload + "}";
      socket.sendText(subscribe, true).join();
      JsonObject answer = new JsonObject(Objects.requireNonNull(heard.poll(60, TimeUnit.SECONDS)));
      return answer.getString("type").equals("error")
          ? outcome(payload, caller, new JsonObject().put("errors", answer.getJsonArray("payload")))
          : outcome(payload, caller, answer.getJsonObject("payload"));
    } finally {
      socket.abort();
    }
  }

  /// What the sources of the gateway say, audience by route.
  private static Map<String, String> audiences() throws IOException {
    Map<String, String> routes = new TreeMap<>();
    try (Stream<Path> files = Files.walk(Path.of("../gateway/src/main/java"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        String source = Files.readString(file).replaceAll("\\s+", " ").replace("Route .", "Route.");
        Matcher matcher = ROUTE.matcher(source);
        int read = 0;
        while (matcher.find()) {
          read++;
          String audience = Objects.requireNonNullElse(matcher.group(3), "says so itself");
          routes.put("%s %s %s".formatted(name, matcher.group(1), matcher.group(2)), audience);
        }
        // Written another way than this test can read, it would be of nobody.
        int said = source.split("Route\\.(get|post|put|delete|socket)\\(", -1).length - 1;
        assertEquals(said, read, name);
        int made = source.split("new Route\\(", -1).length - 1;
        if (made > 0 && !name.equals("Route")) {
          routes.put("%s makes %d of its own".formatted(name, made), "says so itself");
        }
      }
    }
    return routes;
  }

  @Test
  void aWrongKeyIsNoKey() throws Exception {
    KEYS.put("wrong", "ck_live_nonsense");
    assertEquals("UNAUTHENTICATED", ask("{ schemaVersion }", "wrong"));
    assertEquals("UNAUTHENTICATED", ask("subscription { playEvents { offset } }", "wrong"));
    for (String request :
        List.of("GET /schema.graphql", "POST /v1/collections/play/events {}", "GET /v1/status")) {
      assertEquals("401 UNAUTHENTICATED", send(server.commandAddress(), request, "wrong"), request);
    }
    assertEquals(
        "closed 4403", talk(server.address(), "{\"query\": \"{ schemaVersion }\"}", "wrong"));
  }
}
