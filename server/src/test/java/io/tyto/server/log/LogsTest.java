package io.tyto.server.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.gateway.observe.LogFields;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.server.TytoServer;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Messages say what happened and to whom, and nothing of what anybody sent.
class LogsTest {
  private static final Logger ROOT = Logger.getLogger("");

  /// Each stands in one place of what is sent.
  private static final List<String> SECRETS =
      List.of(
          "tokenaaa",
          "keybbb",
          "cookieccc",
          "literalddd",
          "variableeee",
          "aliasfff",
          "commentggg",
          "urlhhh",
          "brokeniii",
          "eventjjj",
          "eventkkk",
          "nameless.lll",
          "wrongmmm",
          "idnnn",
          "defaultooo",
          "jsonppp",
          "8675309");

  private static final String CONFIG =
      """
      collection: sale
      time: ts
      eventId: id
      entity: { name: user, key: user_id }
      fields:
        ts:      { type: timestamp }
        id:      { type: string, role: id }
        user_id: { type: string }
        country: { type: string }
        email:   { type: string, privacy: { policy: hash } }
        amount:  { type: long }
      """;

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Handler capture =
      new Handler() {
        @Override
        public void publish(LogRecord event) {
          lines.add(Logs.formatter("json").format(event));
          lines.add(Logs.formatter("text").format(event));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @TempDir Path folder;

  @AfterEach
  void stop() {
    ROOT.removeHandler(capture);
    Logger.getLogger("io.tyto").setLevel(null);
  }

  private static String format(String form, LogRecord event) {
    return Logs.formatter(form).format(event);
  }

  private static LogRecord event(String message, Object... parameters) {
    LogRecord event = new LogRecord(Level.WARNING, message);
    event.setLoggerName("io.tyto.some");
    event.setParameters(parameters);
    return event;
  }

  @Test
  void anEventIsOneJsonObjectInOneLine() {
    LogFields fields =
        LogFields.builder().put("millis", 7L).put("plan", List.of("a\nb")).put("no", null).build();
    String line = format("json", event("slow \"thing\"\u001b[31m {0}\nfaked: {1}", 5, fields));
    assertEquals(1, line.lines().count(), line);
    JsonObject told = new JsonObject(line);
    assertEquals("WARNING", told.getString("level"));
    assertEquals("io.tyto.some", told.getString("logger"));
    assertEquals("slow \"thing\" [31m 5 faked", told.getString("message"));
    assertEquals(7, told.getInteger("millis"));
    assertEquals(List.of("a\nb"), told.getJsonArray("plan").getList());
    assertFalse(told.containsKey("no"));
    String text = format("text", event("one\ntwo {0}", "three\u001b[2J"));
    assertTrue(text.endsWith(" WARNING io.tyto.some: one two three [2J\n"), text);
  }

  @Test
  void exceptionsAreToldWithoutWhatTheyQuote() {
    LogRecord event = event("it failed");
    event.setThrown(
        new IllegalStateException(
            "around 4111", new NumberFormatException("For input string: \"4111\"")));
    for (String form : new String[] {"json", "text"}) {
      String told = format(form, event);
      assertFalse(told.contains("4111"), told);
      assertTrue(told.contains("caused by java.lang.NumberFormatException: (message withheld"));
      assertTrue(told.contains("LogsTest.exceptionsAreToldWithoutWhatTheyQuote"), told);
    }
    event.setThrown(
        new TytoException(
            ErrorCode.STORE_FAILED, "cannot write x", new NoSuchFileException("/data/x")));
    String known = format("text", event);
    assertTrue(known.contains("[STORE_FAILED]: cannot write x"), known);
    assertTrue(known.contains("NoSuchFileException: /data/x"), known);
    event.setThrown(new TytoException(ErrorCode.BAD_USER_INPUT, "no country 4111"));
    assertFalse(format("text", event).contains("4111"));
  }

  @Test
  void nothingThatWasSentIsInTheLog() throws Exception {
    Logs.keepValuesOut();
    Logger.getLogger("io.tyto").setLevel(Level.ALL);
    ROOT.addHandler(capture);
    Settings settings =
        Settings.resolve(
            null,
            Map.of(),
            Map.of(
                Setting.DATA, folder.resolve("data").toString(),
                Setting.LISTEN, "127.0.0.1:0",
                Setting.ACCESS, "open",
                Setting.QUERY_SLOW_LOG, "0s"));
    try (TytoServer server =
        TytoServer.start(
            settings, List.of(new ConfigFile("sale.yaml", CONFIG)), Clock.systemUTC())) {
      sendEvents(server.address());
      sendQuestions(server.address());
    }
    String all = String.join("", lines);
    assertTrue(all.contains("slow operation"), all);
    assertTrue(all.contains("\"what\":\"query Known\""), all);
    for (String secret : SECRETS) {
      assertFalse(all.contains(secret), secret + " is in\n" + all);
    }
  }

  private void sendEvents(String address) throws Exception {
    String path = address + "/v1/collections/sale/events";
    post(
        path,
        """
        {"ts": "2026-03-01T00:00:00Z", "id": "idnnn", "user_id": "eventjjj", "email": "a@nameless.lll", "amount": 1}
        {"ts": "2026-03-01T00:00:00Z", "id": "x", "user_id": "eventkkk", "amount": "wrongmmm"}
        {"ts": "8675309-eventkkk", "id": "y"
        """);
    post(address + "/v1/collections/urlhhh/events", "[{\"jsonppp\": 1}]");
  }

  private void sendQuestions(String address) throws Exception {
    String graphQl = address + "/graphql?urlhhh=urlhhh";
    String range = "input: {range: {preset: ALL_TIME}";
    for (String text :
        new String[] {
          "# commentggg\nquery Known { sale { aliasfff: aggregate("
              + range
              + ", where: {country: {eq: \"literalddd\"}, amount: {gt: 8675309}}}) { totals { count } } } }",
          "query Typed($v: String = \"defaultooo\") { sale { aggregate("
              + range
              + ", where: {country: {eq: $v}}}) { totals { count } } } }",
          "{ sale { records(range: {preset: ALL_TIME}, where: {userId: {eq: \"literalddd\"}}) { nodes { id } } } }",
          "{ sale { literalddd(wrongmmm: \"literalddd\") } }",
          "{ sale { aggregate("
              + range
              + ", where: {country: {eq: literalddd}}}) { totals { count } } } }",
          "{ brokeniii(\"literalddd",
          "mutation { cancelQuery(id: \"literalddd\") }"
        }) {
      JsonObject body =
          new JsonObject()
              .put("query", text)
              .put("variables", new JsonObject().put("v", "variableeee"))
              .put("operationName", null);
      post(graphQl, body.encode());
    }
    post(graphQl, "{\"query\": \"jsonppp");
    post(address + "/nothing/urlhhh", "jsonppp");
  }

  private void post(String url, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer tokenaaa")
            .header("X-Api-Key", "keybbb")
            .header("Cookie", "session=cookieccc")
            .POST(BodyPublishers.ofString(body))
            .build();
    http.send(request, HttpResponse.BodyHandlers.ofString());
  }
}
