package io.tyto.server.realdata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.tyto.server.TytoServer;
import io.tyto.server.cli.CommandRunner;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.tyto.testkit.data.SharedData;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Imports public data sets with the command and asks the published queries as GraphQL over HTTP.
///
/// Data and results lie outside of the repository (`-Dtyto.shared=FOLDER`, `TYTO_SHARED`, or
/// `shared` beside the checkout); without them the test says so and is skipped.
final class RealDataTest {
  private static final Map<String, String> FILES =
      Map.of(
          "wikiticker", "wikiticker-2015-09-12-sampled.json.gz",
          "github2021", "github-2021-07-21-few-hours.json.gz",
          "airline", "airlineStats.json.gz",
          "flights3m", "flights-3m.csv.gz",
          "nab", "nab_real.csv.gz",
          "earthquakes", "earthquakes.json.gz",
          "druidsample", "druid.sample.numeric.tsv",
          "pinotsv", "test_data-sv.json.gz",
          "bigints", "bigints.json.gz",
          "movies", "movies.json.gz");

  /// Rows that must be there after the import.
  private static final Map<String, Integer> ROWS =
      Map.of(
          "wikiticker", 39_244,
          "github2021", 800,
          "airline", 9_746,
          "flights3m", 3_000_000,
          "nab", 321_206,
          "earthquakes", 1_707,
          "druidsample", 1_209,
          "pinotsv", 30_000,
          "bigints", 5_000);

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(\\d+)( - ([A-Z0-9]+))?}}");
  private static final int LEAST_EQUAL = 80;

  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir Path folder;

  @Test
  void publishedQueriesGiveThePublishedAnswers() throws Exception {
    Path configs = Files.createDirectories(folder.resolve("config"));
    for (String set : FILES.keySet()) {
      try (InputStream in = RealDataTest.class.getResourceAsStream(set + ".yaml")) {
        Files.write(configs.resolve(set + ".yaml"), in.readAllBytes());
      }
    }
    Path data = folder.resolve("data");
    for (String set : new TreeSet<>(FILES.keySet())) {
      Path file = SharedData.file("data/" + set + "/" + FILES.get(set));
      int code =
          CommandRunner.run(
              "import",
              set,
              file.toString(),
              "--data",
              data.toString(),
              "--config",
              configs.toString());
      assertTrue(code == 0 || (code == 3 && set.equals("movies")), set + " exit code " + code);
    }
    Settings settings =
        Settings.resolve(
            null,
            Map.of(),
            Map.of(
                Setting.DATA,
                data.toString(),
                Setting.LISTEN,
                "127.0.0.1:0",
                Setting.ACCESS,
                "open"));
    try (TytoServer server = TytoServer.start(settings, List.of(), Clock.systemUTC())) {
      rowCounts(server);
      compareAll(server, SharedData.file("expected"));
    }
    assertEquals(0, CommandRunner.run("verify", "--data", data.toString()), "verify finds faults");
  }

  private void rowCounts(TytoServer server) {
    for (Map.Entry<String, Integer> one : ROWS.entrySet()) {
      Object answer =
          ask(
              server,
              "{ "
                  + one.getKey()
                  + " { aggregate(input: {range: {preset: ALL_TIME}}) { totals { count } } } }");
      assertTrue(
          Cells.equal(Long.valueOf(one.getValue()), Cells.rows(answer).getFirst().getFirst(), 0),
          one.getKey() + " has " + answer);
    }
  }

  private void compareAll(TytoServer server, Path expected) throws IOException {
    List<String> faults = new ArrayList<>();
    Set<String> equal = new TreeSet<>();
    Set<String> unasked = new TreeSet<>();
    for (String set : new TreeSet<>(ROWS.keySet())) {
      Map<String, QueryFile.Block> blocks = new java.util.HashMap<>();
      QueryFile.read(set + ".graphql").blocks().forEach(block -> blocks.put(block.id(), block));
      for (Object entry : new JsonArray(Files.readString(expected.resolve(set + ".json")))) {
        JsonObject published = (JsonObject) entry;
        QueryFile.Block block = blocks.remove(published.getString("id"));
        if (block == null) {
          unasked.add(published.getString("id"));
          continue;
        }
        String fault = compare(server, block, published);
        if (fault == null) {
          equal.add(block.id());
        } else {
          faults.add(block.id() + ": " + fault);
        }
      }
      assertEquals(Set.of(), blocks.keySet(), "queries without a published result");
    }
    System.out.printf(
        "RealDataTest: %d queries equal, %d different, %d not asked %s%n",
        equal.size(), faults.size(), unasked.size(), unasked);
    if (!faults.isEmpty() || equal.size() < LEAST_EQUAL) {
      fail(equal.size() + " equal; different:\n" + String.join("\n", faults));
    }
  }

  private String compare(TytoServer server, QueryFile.Block block, JsonObject published) {
    List<List<Object>> actual;
    try {
      actual = answer(server, block);
    } catch (RuntimeException e) {
      return e.getMessage();
    }
    List<List<Object>> expected = new ArrayList<>();
    for (Object row : published.getJsonArray("rows")) {
      expected.add(lists((JsonArray) row));
    }
    if (!published.getBoolean("ordered")) {
      expected.sort(Comparator.comparing(Cells::sortKey));
      actual = new ArrayList<>(actual);
      actual.sort(Comparator.comparing(Cells::sortKey));
    }
    if (expected.size() != actual.size()) {
      return "%d rows, expected %d; first %s"
          .formatted(actual.size(), expected.size(), actual.isEmpty() ? "none" : actual.getFirst());
    }
    double tolerance = published.getDouble("rel_tolerance", 1e-9);
    for (int i = 0; i < expected.size(); i++) {
      for (int j = 0; j < expected.get(i).size(); j++) {
        if (actual.get(i).size() != expected.get(i).size()
            || !Cells.equal(expected.get(i).get(j), actual.get(i).get(j), tolerance)) {
          return "row %d is %s, expected %s".formatted(i, actual.get(i), expected.get(i));
        }
      }
    }
    return null;
  }

  private List<List<Object>> answer(TytoServer server, QueryFile.Block block) {
    Object data = ask(server, block.documents().getFirst());
    for (String next : block.documents().subList(1, block.documents().size())) {
      data = ask(server, fill(next, Cells.rows(data).getFirst()));
    }
    List<List<Object>> rows = block.join() == 0 ? Cells.rows(data) : joined(data, block.join());
    if (block.date() >= 0) {
      List<List<Object>> dated = new ArrayList<>();
      for (List<Object> row : rows) {
        List<Object> copy = new ArrayList<>(row);
        copy.set(block.date(), Cells.localDate(copy.get(block.date())));
        dated.add(copy);
      }
      rows = dated;
    }
    if (block.cells().isEmpty()) {
      return rows;
    }
    return rows.stream()
        .map(row -> block.cells().stream().map(cell -> Cells.evaluate(cell, row)).toList())
        .toList();
  }

  private static List<List<Object>> joined(Object data, int keys) {
    Map<?, ?> collection = (Map<?, ?>) ((Map<?, ?>) data).values().iterator().next();
    Map<List<Object>, List<Object>> right = new java.util.HashMap<>();
    for (List<Object> row : Cells.rows(collection.get("b"))) {
      right.put(row.subList(0, keys), row.subList(keys, row.size()));
    }
    List<List<Object>> rows = new ArrayList<>();
    for (List<Object> row : Cells.rows(collection.get("a"))) {
      List<Object> both = new ArrayList<>(row);
      both.addAll(right.get(row.subList(0, keys)));
      rows.add(both);
    }
    return rows;
  }

  private static String fill(String document, List<Object> cells) {
    Matcher matcher = PLACEHOLDER.matcher(document);
    StringBuilder filled = new StringBuilder();
    while (matcher.find()) {
      Object cell = cells.get(Integer.parseInt(matcher.group(1)));
      String text =
          matcher.group(3) == null
              ? cell.toString()
              : OffsetDateTime.parse(cell.toString())
                  .minus(Duration.parse(matcher.group(3)))
                  .toString();
      matcher.appendReplacement(filled, Matcher.quoteReplacement(text));
    }
    return matcher.appendTail(filled).toString();
  }

  private Object ask(TytoServer server, String query) {
    try {
      HttpResponse<String> response =
          http.send(
              HttpRequest.newBuilder(URI.create(server.address() + "/graphql"))
                  .header("Content-Type", "application/json")
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          new JsonObject().put("query", query).encode()))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      JsonObject body = new JsonObject(response.body());
      if (body.containsKey("errors")) {
        throw new IllegalStateException(body.getJsonArray("errors").encode());
      }
      return maps(body.getJsonObject("data"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static Object maps(JsonObject object) {
    Map<String, Object> map = new java.util.LinkedHashMap<>();
    for (String name : object.fieldNames()) {
      map.put(name, plain(object.getValue(name)));
    }
    return map;
  }

  private static List<Object> lists(JsonArray array) {
    List<Object> list = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      list.add(plain(array.getValue(i)));
    }
    return list;
  }

  private static Object plain(Object value) {
    return value instanceof JsonObject object
        ? maps(object)
        : value instanceof JsonArray array ? lists(array) : value;
  }
}
