package io.tyto.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.KeyService.NewKey;
import io.tyto.server.cli.CommandRunner;
import io.tyto.server.cli.CommandRunner.Outcome;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.logging.StreamHandler;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server that asks who comes, and the commands that make its keys.
final class KeysTest {
  private static final ConfigFile CONFIG =
      new ConfigFile(
          "note.yaml",
          """
          collection: note
          time: ts
          fields:
            ts: { type: timestamp }
            n:  { type: long }
          """);

  private static final String QUERY =
      "{\"query\": \"{ note { aggregate(input: {range: {preset: ALL_TIME}}) { totals { count } } } }\"}";

  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir Path folder;

  @AfterEach
  void stop() {
    http.shutdownNow();
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  private Settings settings(Map<Setting, String> more) {
    Map<Setting, String> values = new HashMap<>(more);
    values.put(Setting.DATA, data());
    values.putIfAbsent(Setting.LISTEN, "127.0.0.1:0");
    return Settings.resolve(null, Map.of(), values);
  }

  private TytoServer start() {
    return TytoServer.start(settings(Map.of()), List.of(CONFIG), Clock.systemUTC());
  }

  private HttpResponse<String> ask(TytoServer server, String key) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.address() + "/graphql"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(QUERY));
    return http.send(
        key == null ? request.build() : request.header("Authorization", "Bearer " + key).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private void assertGood(TytoServer server, String key) throws Exception {
    HttpResponse<String> answer = ask(server, key);
    assertEquals(200, answer.statusCode(), answer.body());
    assertFalse(new JsonObject(answer.body()).containsKey("errors"), answer.body());
  }

  private void assertRefused(TytoServer server, String key) throws Exception {
    HttpResponse<String> answer = ask(server, key);
    assertEquals(401, answer.statusCode(), answer.body());
    assertEquals("UNAUTHENTICATED", code(answer));
  }

  private static String code(HttpResponse<String> answer) {
    JsonArray errors = new JsonObject(answer.body()).getJsonArray("errors");
    return errors.getJsonObject(0).getJsonObject("extensions").getString("code");
  }

  private Outcome keys(String... arguments) {
    List<String> all = new ArrayList<>(List.of("keys"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--data", data()));
    return CommandRunner.capture(all.toArray(String[]::new));
  }

  private String create(String... arguments) {
    List<String> all = new ArrayList<>(List.of("create"));
    all.addAll(List.of(arguments));
    Outcome made = keys(all.toArray(String[]::new));
    assertEquals(0, made.code(), made.output());
    return made.output().lines().findFirst().orElseThrow();
  }

  private static String id(String key) {
    return key.split("_")[2];
  }

  @Test
  void theFirstStartMakesTheFirstKey() throws Exception {
    NewKey first;
    try (TytoServer server = start()) {
      first = server.firstKey();
      assertNotNull(first);
      assertGood(server, first.text().text());
    }
    try (TytoServer server = start()) {
      assertNull(server.firstKey());
      assertGood(server, first.text().text());
    }
  }

  @Test
  void nothingAnswersWithoutAKey() throws Exception {
    try (TytoServer server = start()) {
      assertRefused(server, null);
      assertRefused(server, "nonsense");
      for (String path :
          List.of(
              "/schema.graphql", "/v1/status", "/v1/keys", "/v1/tables", "/v1/config/history")) {
        HttpResponse<String> answer =
            http.send(
                HttpRequest.newBuilder(URI.create(server.commandAddress() + path)).build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(401, answer.statusCode(), path + " " + answer.body());
        assertEquals("Bearer", answer.headers().firstValue("WWW-Authenticate").orElseThrow());
      }
      HttpResponse<String> events =
          http.send(
              HttpRequest.newBuilder(URI.create(server.address() + "/v1/collections/note/events"))
                  .POST(BodyPublishers.ofString("{}"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertEquals(401, events.statusCode());
    }
  }

  @Test
  void aKeyIsMadeRotatedAndRevokedByCommands() throws Exception {
    try (TytoServer server = start()) {
      String key = create("dashboard", "--scope", "admin", "--from", "127.0.0.0/8,::1");
      assertGood(server, key);
      Outcome rotated = keys("rotate", id(key), "--overlap", "PT1H");
      String next = rotated.output().lines().findFirst().orElseThrow();
      assertGood(server, key);
      assertGood(server, next);
      Outcome list = keys("list");
      assertTrue(list.output().contains("rotating"), list.output());
      assertFalse(list.output().contains(key.split("_")[3]), list.output());
      assertEquals(0, keys("revoke", id(key)).code());
      assertRefused(server, key);
      assertRefused(server, next);
      assertTrue(keys("list").output().contains("revoked"));
      Outcome unknown = keys("revoke", "nobody");
      assertTrue(unknown.output().contains("NOT_FOUND"), unknown.output());
      Outcome wrong = keys("create", "x", "--scope", "read");
      assertTrue(wrong.output().contains("BAD_USER_INPUT"), wrong.output());
    }
  }

  @Test
  void keysAreMadeWithoutAServerToo() throws Exception {
    start().close();
    String key = create("later", "--scope", "admin", "--expires", "P1D");
    assertTrue(keys("list").output().contains("later"));
    try (TytoServer server = start()) {
      assertGood(server, key);
    }
  }

  @Test
  void whatAKeyMayNotIsForbidden() throws Exception {
    try (TytoServer server = start()) {
      List<String> others =
          List.of(
              create("dashboard", "--scope", "query:note"),
              create("tenant", "--scope", "admin", "--project", "acme"));
      for (String key : others) {
        HttpResponse<String> answer =
            http.send(
                HttpRequest.newBuilder(URI.create(server.commandAddress() + "/v1/keys"))
                    .header("X-Api-Key", key)
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(403, answer.statusCode(), answer.body());
      }
    }
  }

  @Test
  void guessesAreToldToWait() throws Exception {
    try (TytoServer server = start()) {
      for (int i = 0; i < 10; i++) {
        assertRefused(server, "ck_guess");
      }
      HttpResponse<String> barred = ask(server, "ck_guess");
      assertEquals(429, barred.statusCode(), barred.body());
      assertEquals("RATE_LIMITED", code(barred));
      long wait = Long.parseLong(barred.headers().firstValue("Retry-After").orElseThrow());
      assertTrue(wait > 1 && wait <= 60, barred.headers().toString());
      assertEquals(0, keys("list").code(), "what only the owner can read is no guess");
    }
  }

  @Test
  void commandsShowWhatOnlyTheOwnerCanRead() throws Exception {
    Path token = folder.resolve("data/operator.token");
    String before;
    try (TytoServer server = start()) {
      assertEquals(
          PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(token));
      before = Files.readString(token).strip();
      assertGood(server, before);
      assertEquals(0, CommandRunner.run("status", "--data", data()));
      Files.delete(token);
      Outcome refused = CommandRunner.capture("status", "--data", data());
      assertTrue(refused.output().contains("UNAUTHENTICATED"), refused.output());
    }
    try (TytoServer server = start()) {
      assertRefused(server, before);
    }
    assertTrue(Files.notExists(token));
  }

  @Test
  void theAuditLogTellsWhoDidWhat() throws Exception {
    String key;
    try (TytoServer server = start()) {
      key = create("dashboard", "--scope", "query:note");
      assertGood(server, key);
      keys("revoke", id(key));
      assertRefused(server, key);
      assertEquals(0, CommandRunner.run("audit", "verify", "--data", data()), "while it is served");
    }
    Outcome verified = CommandRunner.capture("audit", "verify", "--data", data());
    assertEquals(0, verified.code(), verified.output());
    Outcome tail = CommandRunner.capture("audit", "tail", "-n", "50", "--data", data());
    List<JsonObject> entries = tail.output().lines().map(JsonObject::new).toList();
    assertEquals(
        List.of(
            "server.start",
            "config.apply",
            "admin",
            "key.create",
            "query",
            "admin",
            "key.revoke",
            "refused",
            "server.stop"),
        entries.stream().map(entry -> entry.getString("action")).toList(),
        tail.output());
    JsonObject query = entries.get(4);
    assertEquals(id(key), query.getString("caller"));
    assertEquals(32, query.getString("target").length(), "the hash of the document");
    assertEquals("ok", query.getString("outcome"));
    assertTrue(query.containsKey("cost") && query.containsKey("rows"));
    assertEquals("operator", entries.get(3).getString("caller"));
    assertEquals(id(key), entries.get(7).getString("target"));
    assertFalse(tail.output().contains(key.split("_")[3]));
    Path file;
    try (Stream<Path> files = Files.list(folder.resolve("data/audit"))) {
      file = files.filter(one -> one.toString().endsWith(".log")).findFirst().orElseThrow();
    }
    Files.writeString(file, Files.readString(file).replace("key.revoke", "key.rotate"));
    Outcome changed = CommandRunner.capture("audit", "verify", "--data", data());
    assertEquals(1, changed.code());
    assertTrue(changed.output().contains("entry 7 was changed"), changed.output());
  }

  @Test
  void openIsForThisMachine() {
    for (String listen : List.of("0.0.0.0:0", "[::]:0", "192.0.2.1:0", "example.com:0")) {
      Map<Setting, String> open = Map.of(Setting.ACCESS, "open", Setting.LISTEN, listen);
      TytoException refused =
          assertThrows(
              TytoException.class,
              () -> TytoServer.start(settings(open), List.of(CONFIG), Clock.systemUTC()));
      assertEquals(ErrorCode.BAD_USER_INPUT, refused.code());
      assertTrue(refused.getMessage().contains("access.openAnywhere"), refused.getMessage());
    }
    Map<Setting, String> said =
        Map.of(
            Setting.ACCESS,
            "open",
            Setting.LISTEN,
            "0.0.0.0:0",
            Setting.ACCESS_OPEN_ANYWHERE,
            "true");
    try (TytoServer server = TytoServer.start(settings(said), List.of(CONFIG), Clock.systemUTC())) {
      assertNull(server.firstKey());
    }
  }

  @Test
  void noFileAndNoLogHasASecret() throws Exception {
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    StreamHandler handler = new StreamHandler(log, new SimpleFormatter());
    handler.setLevel(Level.ALL);
    Logger root = Logger.getLogger("");
    Logger ours = Logger.getLogger("io.tyto");
    root.addHandler(handler);
    ours.setLevel(Level.ALL);
    List<String> secrets = new ArrayList<>();
    try (TytoServer server = start()) {
      NewKey first = server.firstKey();
      assertNotNull(first);
      secrets.add(first.text().secret());
      String key = create("dashboard", "--scope", "query:*");
      secrets.add(key.split("_")[3]);
      assertGood(server, first.text().text());
      ask(server, key);
      ask(server, key.substring(0, key.length() - 1));
      keys("revoke", id(key));
      ask(server, key);
    } finally {
      root.removeHandler(handler);
      ours.setLevel(null);
    }
    handler.flush();
    for (String secret : secrets) {
      assertFalse(log.toString(StandardCharsets.UTF_8).contains(secret));
    }
    assertNoFileHas(secrets);
  }

  private void assertNoFileHas(List<String> secrets) throws IOException {
    int files = 0;
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        secrets.forEach(secret -> assertFalse(text.contains(secret), file.toString()));
        files++;
      }
    }
    assertTrue(files > 5);
  }
}
