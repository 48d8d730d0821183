package io.tyto.perf;

import io.tyto.engine.EngineOptions;
import io.tyto.engine.LocalQueryService;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.LocalNode;
import io.tyto.model.port.IngestService.FileImport;
import io.tyto.model.port.IngestService.FileImportResult;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Measure;
import io.tyto.model.result.AggregateResult;
import io.tyto.store.Disk;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.Locale;

/// Times the import of events and the main kinds of query on a whole node, beside DuckDB over the
/// same file: `QueryTimes [events]`.
public final class QueryTimes {
  private static final int EVENTS_A_WRITE = 10_000;
  private static final Measure COUNT = new Measure.Count();
  private static final Measure REVENUE = new Measure.Column("amount", Measure.Function.SUM_EXACT);
  private static final Measure SCORE = new Measure.Column("score", Measure.Function.SUM);
  private static final Measure USERS =
      new Measure.Column("user_id", Measure.Function.COUNT_DISTINCT_EXACT);

  private record Question(String name, AggregateQuery query, String sql) {}

  private static final List<Question> QUESTIONS =
      List.of(
          new Question(
              "count and sum where country",
              Questions.topTen("event", Questions.equal("country", "BA"), null, COUNT, SCORE),
              "select count(*), sum(score) from event where country = 'BA'"),
          new Question(
              "by country",
              Questions.topTen("event", null, "country", COUNT, REVENUE, SCORE),
              "select country, count(*), sum(amount), sum(score) s from event"
                  + " group by 1 order by s desc, country limit 10"),
          new Question(
              "by user",
              Questions.topTen("event", null, "user_id", COUNT, SCORE),
              "select user_id, count(*), sum(score) s from event"
                  + " group by 1 order by s desc, user_id limit 10"),
          new Question(
              "by item",
              Questions.topTen("event", null, "item_id", COUNT, SCORE),
              "select item_id, count(*), sum(score) s from event"
                  + " group by 1 order by s desc, item_id limit 10"),
          new Question(
              "distinct users",
              Questions.topTen("event", null, null, USERS),
              "select count(distinct user_id) from event"),
          new Question(
              "distinct users by country",
              Questions.topTen("event", null, "country", USERS),
              "select country, count(distinct user_id) n from event"
                  + " group by 1 order by n desc, country limit 10"));

  private QueryTimes() {}

  public static void main(String[] arguments) throws IOException, SQLException {
    long events = arguments.length > 0 ? Long.parseLong(arguments[0]) : 2_000_000;
    int runs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 9;
    Path folder = Files.createTempDirectory("tyto-perf");
    try {
      run(folder, events, runs, System.out);
    } finally {
      Folders.delete(folder);
    }
  }

  static void run(Path folder, long events, int runs, PrintStream out)
      throws IOException, SQLException {
    Path file = folder.resolve("events.ndjson");
    write(new EventRows((int) Math.max(100, events / 10), 1_000), events, file);
    try (LocalNode node =
            LocalNode.open(
                folder.resolve("data"), IngestOptions.DEFAULT, Disk.SYSTEM, Clock.systemUTC());
        LocalQueryService service = new LocalQueryService(node, EngineOptions.defaults());
        Connection duckdb = DriverManager.getConnection("jdbc:duckdb:")) {
      node.applyConfigs(List.of(EventRows.CONFIG));
      double imported = importMillis(node, file, events);
      node.flush();
      double loaded = load(duckdb, file);
      line(out, "import of " + events + " events", imported, loaded);
      for (Question question : QUESTIONS) {
        check(Questions.ask(service, question.query()), duckdb, question);
        double own = Questions.median(runs, () -> Questions.ask(service, question.query()));
        double other = Questions.median(runs, () -> answer(duckdb, question.sql()));
        line(out, question.name(), own, other);
      }
    }
  }

  private static void line(PrintStream out, String name, double own, double duckdb) {
    out.println(
        String.format(
            Locale.ROOT,
            "%-34s Tyto %9.1f ms   DuckDB %9.1f ms   ratio %5.2f",
            name,
            own,
            duckdb,
            own / duckdb));
  }

  private static void write(EventRows rows, long events, Path file) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      for (long from = 0; from < events; from += EVENTS_A_WRITE) {
        out.write(rows.lines(from, Math.min(events, from + EVENTS_A_WRITE)));
      }
    }
  }

  private static double importMillis(LocalNode node, Path file, long events) throws IOException {
    long began = System.nanoTime();
    try (InputStream content = Files.newInputStream(file)) {
      FileImportResult result =
          node.importFile(
              new FileImport("event", "events", Folders.sha256(file), Files.size(file), false),
              content,
              (_, _, _) -> true);
      Folders.require(result.accepted() == events, result + " of " + events);
    }
    return (System.nanoTime() - began) / 1e6;
  }

  private static double load(Connection duckdb, Path file) throws SQLException {
    long began = System.nanoTime();
    try (Statement statement = duckdb.createStatement()) {
      statement.execute(
          "create table event as select * replace (cast(amount as decimal(18,2)) as amount)"
              + " from read_json_auto('"
              + file
              + "', format = 'newline_delimited')");
    }
    return (System.nanoTime() - began) / 1e6;
  }

  /// Compares the first row's last measure, which everything else was ordered by.
  private static void check(AggregateResult own, Connection duckdb, Question question) {
    String expected = answer(duckdb, question.sql());
    Object found = own.measures().getLast().value(0);
    Folders.require(
        expected.equals(String.valueOf(found)),
        question.name() + ": " + found + ", DuckDB says " + expected);
  }

  /// The last cell of the first row, all rows being read.
  private static String answer(Connection duckdb, String sql) {
    try (Statement statement = duckdb.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      int last = rows.getMetaData().getColumnCount();
      String cell = "";
      for (int row = 0; rows.next(); row++) {
        for (int column = 1; column <= last; column++) {
          String text = rows.getString(column);
          cell = row == 0 && column == last ? text : cell;
        }
      }
      return cell;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
