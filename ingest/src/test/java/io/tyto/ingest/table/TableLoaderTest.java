package io.tyto.ingest.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.tyto.engine.lookup.LookupTable;
import io.tyto.engine.lookup.LookupTableWriter;
import io.tyto.ingest.LogSources;
import io.tyto.ingest.NodeFixture;
import io.tyto.ingest.config.ConfigParser;
import io.tyto.ingest.log.LogSource;
import io.tyto.ingest.log.MemorySource;
import io.tyto.ingest.plugin.Plugins;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.DimensionTable;
import io.tyto.model.schema.Feed;
import io.tyto.model.schema.Values;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Rows from every place they may come from.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TableLoaderTest {
  private static final String FIELDS =
      """
      table: customers
      key: id
      fields:
        id: string
        country: string
        since: timestamp
        credit: "decimal(10,2)"
      """;

  @TempDir Path temp;
  private final MemorySource topics = new MemorySource(NodeFixture.CLOCK, 1);

  private TableLoader loader() {
    LogSources sources =
        new LogSources() {
          @Override
          public LogSource of(Feed.Kind kind) {
            return topics;
          }

          @Override
          public void close() {
            // It is in memory.
          }
        };
    return new TableLoader(
        temp,
        name -> name.equals("DB_PASSWORD") ? "secret" : null,
        Plugins.builtIn()::drivers,
        sources,
        NodeFixture.CLOCK);
  }

  private static DimensionTable config(String source) {
    return ConfigParser.parse(List.of(new ConfigFile("customers.yaml", FIELDS + source)))
        .requireValid()
        .tables()
        .getFirst();
  }

  /// Loads it and shows the rows by key.
  private Map<String, String> load(String source) throws IOException {
    DimensionTable config = config(source);
    LookupTableWriter writer = loader().load(config);
    Path file = temp.resolve("t" + System.nanoTime() + ".tab");
    try (OutputStream out = Files.newOutputStream(file)) {
      writer.write(out);
    }
    Map<String, String> rows = new TreeMap<>();
    try (LookupTable table = LookupTable.open(file)) {
      for (int row = 0; row < table.rowCount(); row++) {
        StringBuilder shown = new StringBuilder();
        for (String column : List.of("country", "since", "credit")) {
          shown.append(show(table, row, table.column(column))).append(' ');
        }
        rows.put(
            new String(table.bytesAt(row, table.column("id")), StandardCharsets.UTF_8),
            shown.toString().strip());
      }
    }
    return rows;
  }

  private static Object show(LookupTable table, int row, int column) {
    ColumnType.Scalar type = table.type(column).element();
    return table.isNull(row, column)
        ? "null"
        : switch (type.physical()) {
          case LONG -> Values.fromLong(type, table.longAt(row, column));
          case DOUBLE -> table.doubleAt(row, column);
          case BYTES -> Values.fromBytes(type, table.bytesAt(row, column));
        };
  }

  private String failure(String source) {
    TytoException failure = assertThrows(TytoException.class, () -> load(source));
    return failure.code() + ": " + failure.getMessage();
  }

  @Test
  void rowsOfFiles() throws IOException {
    Map<String, String> expected =
        Map.of("a", "DE 2020-01-02T03:04:05Z 12.50", "b", "null null null");
    Files.writeString(
        temp.resolve("c.csv"), "id;country;since;credit\na;DE;2020-01-02T03:04:05Z;12.5\nb;;;\n");
    assertEquals(expected, load("source: { file: c.csv, read: { delimiter: \";\" } }"));
    Files.createDirectory(temp.resolve("sub"));
    Files.writeString(
        temp.resolve("sub/c.ndjson"),
        """
        {"id":"a","where":{"country":"DE"},"since":"2020-01-02T03:04:05Z","credit":12.50}
        {"id":"b"}
        """);
    assertEquals(
        expected, load("source: { file: sub/c.ndjson, map: { country: /where/country } }"));
    Path outside = Files.writeString(temp.resolveSibling("outside.csv"), "id\na\n");
    try {
      Files.createSymbolicLink(temp.resolve("link.csv"), outside);
      assertTrue(failure("source: { file: link.csv }").contains("leads out of the folder"));
    } finally {
      Files.delete(outside);
    }
  }

  @Test
  void rowsBehindAUrl() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/c.csv",
        exchange -> {
          byte[] body = "id,country\na,DE\n".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      String url = "http://127.0.0.1:%d".formatted(server.getAddress().getPort());
      assertEquals(
          Map.of("a", "DE null null"), load("source: { http: \"%s/c.csv\" }".formatted(url)));
      assertEquals(
          "STORE_FAILED: %s/none answered status 404, expected 200".formatted(url),
          failure("source: { http: \"%s/none\" }".formatted(url)));
    } finally {
      server.stop(0);
    }
  }

  @Test
  void rowsOfADatabase() throws IOException, SQLException {
    Path database = temp.resolve("users.duckdb");
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "create table users (ID varchar, COUNTRY varchar, since timestamp, credit decimal(12,2))");
      statement.execute(
          "insert into users values ('a', 'DE', timestamp '2020-01-02 03:04:05', 12.5), ('b', null, null, null)");
    }
    String source =
        """
        source:
          jdbc:
            url: "jdbc:duckdb:%s"
            query: "%s"
            properties: { duckdb.read_only: "true" }
        """;
    assertEquals(
        Map.of("a", "DE 2020-01-02T03:04:05Z 12.50", "b", "null null null"),
        load(source.formatted(database, "select * from users")));
    assertTrue(
        failure(source.formatted(database, "select * from nobody"))
            .startsWith("STORE_FAILED: jdbc"));
    assertTrue(
        failure(source.formatted(database, "insert into users values ('c', 'x', null, null)"))
            .startsWith("STORE_FAILED: jdbc"),
        "the connection can only read");
    assertTrue(
        failure(
                """
                source:
                  jdbc: { url: "jdbc:none:x", query: q, user: u, passwordEnv: DB_PASSWORD }
                """)
            .startsWith("BAD_USER_INPUT: no driver takes jdbc jdbc:none:x; put the jar"));
    assertTrue(
        failure(
                """
                source:
                  jdbc: { url: "jdbc:none:x", query: q, user: u, passwordEnv: OTHER }
                """)
            .startsWith("BAD_USER_INPUT: the environment variable OTHER"));
  }

  private void append(int partition, String key, String value) {
    topics.append(
        "c",
        partition,
        key.getBytes(StandardCharsets.UTF_8),
        value.isEmpty() ? null : value.getBytes(StandardCharsets.UTF_8),
        List.of());
  }

  @Test
  void theLastRecordOfEachKeyOfATopic() throws IOException {
    topics.create("c", 2);
    append(0, "a", "{\"id\":\"a\",\"country\":\"DE\"}");
    append(1, "b", "{\"id\":\"b\",\"country\":\"US\"}");
    append(0, "c", "{\"id\":\"c\",\"country\":\"FR\"}");
    append(0, "a", "{\"id\":\"a\",\"country\":\"AT\"}");
    append(0, "c", "");
    String source = "source: { kafka: { topic: c } }";
    assertEquals(Map.of("a", "AT null null", "b", "US null null"), load(source));
    assertEquals(
        "BAD_USER_INPUT: topic c has more than the 20 bytes that `limits.bytes` allows",
        failure(source + "\nlimits: { bytes: 20 }"));
    append(1, "x", "no json");
    assertTrue(failure(source).startsWith("BAD_USER_INPUT: record 3 does not fit"));
  }

  private static List<String> problems(String text) {
    return ConfigParser.parse(List.of(new ConfigFile("t.yaml", text))).problems().stream()
        .map(Object::toString)
        .toList();
  }

  @Test
  void whatIsWrongWithAConfigIsSaid() {
    assertEquals(
        List.of(
            "t.yaml:3: key: found 'ib', expected a field of the table (did you mean 'id'?)",
            "t.yaml:4: fields.all: is a string[]; expected a type of single values, not json",
            "t.yaml:5: source: has file and http, expected exactly one of file, http, jdbc, kafka",
            "t.yaml:6: limits.rows: found '0', expected a whole number from 1 to 10000000"),
        problems(
            """
            # a comment
            table: t
            key: ib
            fields: { id: string, all: "string[]" }
            source: { file: a.csv, http: "http://x" }
            limits: { rows: 0 }
            """));
    assertEquals(
        List.of(
            "t.yaml:3: join.table: found 'nobody', expected a dimension table; there is none: write a file with `table: nobody`"),
        problems(
            """
            collection: c
            fields: { k: long }
            join: [ { table: nobody, on: k, take: { x: y } } ]
            """));
  }

  @Test
  void whatIsWrongWithAJoinIsSaid() {
    ConfigFile table = new ConfigFile("t.yaml", FIELDS + "source: { file: c.csv }");
    ConfigFile events =
        new ConfigFile(
            "e.yaml",
            """
            collection: c
            fields: { id: string, n: long, country: string, up: { derive: "upper(id)" } }
            join:
              - { table: customers, on: n, take: { since: since } }
              - { table: customers, on: up, take: { credit: kredit } }
              - { table: customers, on: id, take: { country: country }, asOf: EVENT_TIME }
            """);
    assertEquals(
        List.of(
            "e.yaml:4: join.on: found 'n', which is a long, and the key id of the table customers is a string; declare one as the other",
            "e.yaml:5: join.take.credit: found 'kredit', expected a field of the table customers: id, country, since, credit (did you mean 'credit'?)",
            "e.yaml:5: join.on: found 'up', which is derived; expected a column that comes with the event or from an enricher: joins run before derived fields",
            "e.yaml:6: join.take.country: is a column already; give the joined one another name, and leave it out of `fields`",
            "e.yaml:6: join.asOf: found 'EVENT_TIME', which needs the event's time: name its column in `time`"),
        ConfigParser.parse(List.of(events, table)).problems().stream()
            .map(Object::toString)
            .toList());
  }
}
