package io.tyto.ingest.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Join;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// `join` with `from`.
class EventJoinConfigTest {
  private static final String LOGIN =
      """
      collection: login
      time: ts
      entity: { name: user, key: who }
      fields:
        who: { type: string }
        ts: { type: timestamp }
        platform: { type: string, description: Where from }
        secret: { type: string, privacy: { policy: hash } }
        tags: { type: "string[]" }
        count_so_far: { state: count }
        upper: { derive: "upper(platform)" }
      """;

  private static final String BUY =
      """
      collection: buy
      time: at
      entity: { name: user, key: user }
      fields:
        user: { type: string }
        at: { type: timestamp }
        amount: { type: long }
      """;

  private static List<String> problems(String... texts) {
    return parse(texts).problems().stream().map(ConfigProblem::toString).toList();
  }

  private static ParsedConfigs parse(String... texts) {
    List<ConfigFile> files =
        java.util.stream.IntStream.range(0, texts.length)
            .mapToObj(i -> new ConfigFile((char) ('a' + i) + ".yaml", texts[i]))
            .toList();
    return ConfigParser.parse(files);
  }

  private static String join(String entry) {
    return BUY + "join: [ { " + entry + " } ]\n";
  }

  @Test
  void takenFieldsAreColumnsOfTheirTypeWhateverTheOrderOfTheFiles() {
    List<EventConfig> configs =
        parse(
                join("from: login, take: { last: platform, loud: upper, seen: ts }, wait: PT2S"),
                LOGIN)
            .orThrow();
    EventConfig buy = configs.getFirst();
    ColumnSpec last = buy.column("last");
    assertNotNull(last);
    assertEquals("Where from", last.description());
    assertEquals(
        List.of(
            new Join.OfEvents(
                "login",
                Map.of("last", "platform", "loud", "upper", "seen", "ts"),
                Duration.ofSeconds(2))),
        buy.joins());
  }

  @Test
  void twoCollectionsMayTakeOfEachOther() {
    String login = LOGIN + "join: [ { from: buy, take: { bought: amount } } ]\n";
    assertEquals(List.of(), problems(login, join("from: login, take: { last: platform }")));
    String waiting = join("from: login, take: { last: platform }, wait: PT1S");
    assertEquals(List.of(), problems(login, waiting));
    assertEquals(
        List.of(
            "b.yaml:1: join.wait: makes buy wait for itself, over login, buy; leave one of the waits out: what comes late there is joined in the background"),
        problems(login.replace("} } ]", "}, wait: PT1S } ]"), waiting));
  }

  @Test
  void whatCannotBeTakenIsSaid() {
    String[] cases = {
      "from: logon, take: { a: platform }|join.from: found 'logon', expected a collection with the same entity (did you mean 'login'?)",
      "from: login, take: { a: nothing }|join.take.a: found 'nothing', expected a field of login that its events bring:",
      "from: login, take: { a: secret }|join.take.a: found 'secret', which is private there",
      "from: login, take: { a: tags }|join.take.a: found 'tags', which is a string[]",
      "from: login, take: { a: count_so_far }|join.take.a: found 'count_so_far', which depends on the events before",
      "from: login, take: { amount: platform }|join.take.amount: is a column already",
      "from: login, table: t, take: { a: platform }|join.table: found an unknown key",
      "from: buy, take: { a: amount }|join.from: found 'buy', which is this collection itself",
      "from: login, take: { a: platform }, wait: PT2H|join.wait: found 'PT2H', expected an ISO-8601 duration of at most PT1M",
      "from: login|join.take: is missing, expected new fields and those of the collection",
    };
    for (String one : cases) {
      String expected = "a.yaml:8: " + one.substring(one.indexOf('|') + 1);
      List<String> found =
          problems(join(one.substring(0, one.indexOf('|'))), LOGIN).stream()
              .map(problem -> problem.substring(0, Math.min(problem.length(), expected.length())))
              .toList();
      assertEquals(List.of(expected), found);
    }
  }

  @Test
  void bothSidesHaveOneEntityAndATime() {
    String take = "from: login, take: { a: platform }";
    assertEquals(
        List.of(
            "a.yaml:8: join.from: found 'login', whose events are of the entity player, and these of the entity user; expected a collection with the same entity, because only events of one entity lie together"),
        problems(join(take), LOGIN.replace("name: user", "name: player")));
    assertEquals(
        List.of(
            "a.yaml:7: join.from: found 'login', which needs the times of events to say which came before: name their column in `time` here"),
        problems(join(take).replace("time: at\n", ""), LOGIN));
    assertEquals(
        List.of(
            "a.yaml:8: join.from: found 'login', which compares times in microseconds; expected a time of milliseconds or microseconds in both collections"),
        problems(
            join(take).replace("at: { type: timestamp }", "at: { type: timestamp(ns) }"), LOGIN));
  }

  @Test
  void nothingThatIsFinalIsMadeOfTakenFields() {
    String take = "from: login, take: { a: platform }";
    assertEquals(
        List.of(
            "a.yaml:9: lifetime.last: found 'last(a)', expected a column whose values come with the events; a is filled from the rows before, or derived from what is"),
        problems(join(take) + "lifetime: { last: last(a) }\n", LOGIN));
    String view = "views: { by_a: { dimensions: [a], measures: [count]%s } }\n";
    assertEquals(
        List.of(
            "a.yaml:9: views.by_a.strategy: follows new rows only, and joins with other collections may change a in rows that are there; expected cache, or other columns"),
        problems(join(take) + view.formatted(""), LOGIN));
    assertEquals(List.of(), problems(join(take) + view.formatted(", strategy: cache"), LOGIN));
  }

  @Test
  void soManyFieldsOfOneCollectionAreKept() {
    StringBuilder fields = new StringBuilder(LOGIN);
    StringBuilder take = new StringBuilder("from: login, take: { ");
    for (int i = 0; i <= Join.OfEvents.MAX_TAKEN; i++) {
      fields.append("  f%d: { type: long }\n".formatted(i));
      take.append("%sa%d: f%d".formatted(i == 0 ? "" : ", ", i, i));
    }
    assertEquals(
        List.of(
            "a.yaml:1: join: makes 7 different fields that collections take of login: f0, f1, f2, f3, f4, f5, f6; at most 6, because each is kept of every entity"),
        problems(join(take + " }"), fields.toString()));
  }
}
