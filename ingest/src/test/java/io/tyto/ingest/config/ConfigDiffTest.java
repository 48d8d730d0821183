package io.tyto.ingest.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.port.AdminService.ConfigChange;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.AdminService.Verdict;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ConfigDiffTest {
  /// Its cube has no dimension, so that tests may change any field.
  private static final String RECHARGE =
      ConfigParserTest.RECHARGE.replace("dimensions: [country]", "dimensions: []");

  private static final TableSchema CURRENT = Schemas.firstVersion(config(RECHARGE), 1, 2, 3);

  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

  /// Two segments, one of them from January, and a tail.
  private static final StoredRows STORED =
      new StoredRows(
          List.of(
              new StoredRows.Segment(
                  1_000_000, 90_000_000, micros(NOW.minus(Duration.ofDays(140)))),
              new StoredRows.Segment(2_000_000, 30_000_000, micros(NOW))),
          345,
          NOW);

  private static long micros(Instant time) {
    return time.toEpochMilli() * 1_000;
  }

  private static EventConfig config(String text) {
    return ConfigParser.parse(List.of(new ConfigFile("recharge.yaml", text))).orThrow().getFirst();
  }

  private static int id(String column) {
    return Objects.requireNonNull(CURRENT.column(column)).id();
  }

  private static ConfigDiff diff(String found, String replacement) {
    assertTrue(RECHARGE.contains(found), found);
    return diff(RECHARGE.replace(found, replacement));
  }

  private static ConfigDiff diff(String text) {
    return ConfigDiff.compare(CURRENT, config(text), STORED);
  }

  /// The only changes that a replacement makes.
  private static void assertChanges(String found, String replacement, ConfigChange... changes) {
    assertEquals(List.of(changes), diff(found, replacement).changes());
  }

  private static void assertVerdict(Verdict verdict, String what, String found, String with) {
    List<ConfigChange> changes = diff(found, with).changes();
    assertEquals(List.of(what), changes.stream().map(ConfigChange::what).toList());
    assertEquals(verdict, changes.getFirst().verdict());
  }

  private static ConfigChange compatible(String what, String consequence) {
    return new ConfigChange(Verdict.COMPATIBLE, what, consequence);
  }

  private static ConfigChange rewrite(String what, String consequence) {
    return new ConfigChange(Verdict.REWRITE, what, consequence);
  }

  private static ConfigChange breaking(String what, String reason) {
    return new ConfigChange(Verdict.BREAKING, what, reason);
  }

  @Test
  void commentsAndOrderAreNoChange() {
    assertTrue(diff("time: ts\n", "# when\ntime:   ts\n").isUnchanged());
    String moved =
        RECHARGE
            .replace("  payload:     json\n", "")
            .replace("  id: string\n", "  payload: { type: json }\n  id: string\n");
    assertTrue(diff(moved).isUnchanged());
    assertEquals(
        List.of(compatible("the config is written otherwise", "holds at once")),
        diff("map: { user_id", "map: { country: /country, user_id").changes());
  }

  @Test
  void addedFieldsAreCompatibleWithTheirMappings() {
    String grown =
        RECHARGE
            .replace(
                "  payload:     json\n",
                "  payload:     json\n  shop: date\n  half: { derive: amount * 0.5 }\n")
            .replace("map: { user_id", "map: { shop: /shop/opened, user_id")
            .replace("formats: { ts", "formats: { shop: dd.MM.yyyy, ts");
    ConfigDiff diff = diff(grown);
    assertEquals(
        List.of(
            compatible("fields.shop: added as date", "reads null in 3,000,345 older rows at once"),
            compatible(
                "fields.half: added as decimal(19,3)",
                "computed on reading for 3,000,345 older rows")),
        diff.changes());
    assertEquals(List.of("shop", "half"), diff.added(config(grown)));
    TableSchema next = Schemas.nextVersion(CURRENT, config(grown), 40);
    assertEquals(2, next.version());
    assertEquals(40, next.columns().get(9).id());
    assertEquals(41, next.columns().get(10).id());
    assertEquals(SystemColumns.FIRST_USER_ID, next.columns().getFirst().id());
    assertEquals(next.columns(), next.config().columns());
    assertEquals(List.of(), next.dormant());
  }

  @Test
  void rulesAreComparedOneByOne() {
    String plain =
        """
        collection: x
        entity: { name: user, key: user }
        fields: { user: string, n: long, where: string, there: string }
        """;
    String rules =
        plain
            + """
            anomalies:
              odd: { value: n }
              far: { value: n, of: [where], deviations: 2.5, after: 20 }
            """;
    TableSchema with = Schemas.firstVersion(config(rules), 1, 2, 3);
    assertEquals(
        List.of(
            compatible(
                "anomalies.odd: { value: n, deviations: 3, of: entity, after: 10 } becomes"
                    + " { value: n, deviations: 4, of: entity, after: 10 }",
                "marks events that come from now on, by what was kept; stored marks stay"),
            compatible(
                "anomalies.far: { value: n, deviations: 2.5, of: [where], after: 20 } becomes"
                    + " { value: n, deviations: 2.5, of: [there], after: 20 }",
                "marks events that come from now on; it begins with nothing, so the first 20 with the"
                    + " same values have null")),
        rules(with, rules.replace("n }", "n, deviations: 4 }").replace("[where]", "[there]")));
    assertEquals(
        List.of(
            compatible(
                "anomalies.odd: nothing becomes { value: n, deviations: 3, of: entity, after: 10 }",
                "marks events that come from now on; they have null until states are built within"
                    + " minutes from the 3,000,345 rows that are there"),
            compatible(
                "anomalies.far: nothing becomes { value: n, deviations: 2.5, of: [where], after: 20 }",
                "marks events that come from now on; it begins with nothing, so the first 20 with the"
                    + " same values have null")),
        rules(Schemas.firstVersion(config(plain), 1, 2, 3), rules));
    List<ConfigChange> hidden =
        rules(with, plain.replace("n: long", "n: { type: long, privacy: { policy: drop } }"));
    assertEquals(
        List.of(
            "anomalies.odd: { value: n, deviations: 3, of: entity, after: 10 } becomes nothing",
            "fields.n: becomes private, and odd looked at it",
            "anomalies.far: { value: n, deviations: 2.5, of: [where], after: 20 } becomes nothing",
            "fields.n: becomes private, and far looked at it"),
        hidden.stream().map(ConfigChange::what).toList());
    assertTrue(hidden.get(1).consequence().contains("give the fields there"));
  }

  /// Changes without those of the columns that rules add.
  private static List<ConfigChange> rules(TableSchema before, String after) {
    return ConfigDiff.compare(before, config(after), STORED).changes().stream()
        .filter(change ->
            change.what().startsWith("anomalies.") || change.what().contains(" looked at it"))
        .toList();
  }

  @Test
  void wordsAndWhatCallersMayDoHoldAtOnce() {
    assertVerdict(
        Verdict.COMPATIBLE,
        "description: In-game purchases becomes Purchases",
        "description: In-game purchases",
        "description: Purchases");
    assertVerdict(
        Verdict.COMPATIBLE, "fields.amount.api: price becomes cost", "api: price", "api: cost");
    assertVerdict(
        Verdict.COMPATIBLE,
        "fields.duration_ms.deprecated: use seconds becomes nothing",
        ", deprecated: \"use seconds\"",
        "");
    assertVerdict(
        Verdict.COMPATIBLE,
        "fields.server_id.role: DIMENSION becomes ID",
        "role: dimension",
        "role: id");
    assertVerdict(
        Verdict.COMPATIBLE,
        "expose.records: false becomes true",
        "expose: { records: false }\n",
        "");
    assertVerdict(
        Verdict.COMPATIBLE,
        "annotations: {label=Recharges, weight=3} becomes {label=Recharges}",
        "annotations: { label: Recharges, weight: 3 }",
        "annotations: { label: Recharges }");
  }

  @Test
  void whatIsReadOfEventsHoldsForThoseToCome() {
    assertChanges(
        "map: { user_id: /user/id,",
        "map: { user_id: /user/key,",
        compatible(
            "source.map.user_id: /user/id becomes /user/key",
            "holds for events that come from now on"));
    assertChanges(
        "user_id: /user/id, ",
        "",
        compatible(
            "source.map.user_id: /user/id becomes /user_id",
            "holds for events that come from now on"));
    assertVerdict(
        Verdict.COMPATIBLE,
        "source.formats.ts: epoch_ms becomes epoch_s",
        "ts: epoch_ms",
        "ts: epoch_s");
    assertVerdict(
        Verdict.COMPATIBLE,
        "source.file.nullTokens: [NA, \\N] becomes [NA]",
        "nullTokens: [NA, '\\N']",
        "nullTokens: [NA]");
    assertVerdict(
        Verdict.COMPATIBLE, "timeBounds.past: P10Y becomes P5Y", "past: P10Y", "past: P5Y");
  }

  @Test
  void retentionSaysHowManyRowsItDeletes() {
    assertChanges(
        "retention: { raw: P90D }",
        "retention: { raw: P30D }",
        compatible(
            "retention.raw: P90D becomes P30D",
            "1,000,000 rows in 1 segments are older than that, and are deleted for good within"
                + " minutes"));
    assertChanges(
        "retention: { raw: P90D }",
        "retention: { raw: P5Y }",
        compatible("retention.raw: P90D becomes P5Y", "no stored row is older than that yet"));
    assertChanges(
        "retention: { raw: P90D }\n",
        "",
        compatible("retention.raw: P90D becomes nothing", "events stay for ever from now on"));
    assertChanges(
        "retention: { raw: P90D }",
        "retention: { raw: P90D, dead: P7D }",
        compatible(
            "retention.dead: nothing becomes P7D",
            "dead letters that came earlier than that are deleted for good within minutes, and"
                + " cannot be replayed any more"));
  }

  @Test
  void aWiderTypeKeepsTheColumnAndIsRewrittenInTheBackground() {
    String wide = "amount:      { type: \"decimal(30,2)\", unit: USD, api: price }";
    assertChanges(
        "amount:      { type: \"decimal(18,2)\", unit: USD, api: price }",
        wide,
        rewrite(
            "fields.amount.type: decimal(18,2) becomes decimal(30,2)",
            "3,000,345 rows in 2 segments (120 MB) and the tail are read as decimal(30,2) at once,"
                + " and stored so when the background writes them anew"));
    ConfigDiff diff = diff("amount:      { type: \"decimal(18,2)\", unit: USD, api: price }", wide);
    assertTrue(diff.isCompatible());
    assertEquals(id("amount"), diff.keptIds().get("amount"));
  }

  @Test
  void otherTypesBreakAndTheReasonIsGiven() {
    assertChanges(
        "server_id:   { type: long, role: dimension }",
        "server_id:   { type: int, role: dimension }",
        breaking(
            "fields.server_id.type: long becomes int",
            "a stored long need not fit int; keep the field and add one of another name, with a"
                + " `derive` over it or an entry in source.map"));
    assertVerdict(
        Verdict.BREAKING,
        "fields.server_id.type: long becomes double",
        "server_id:   { type: long",
        "server_id:   { type: double");
    assertVerdict(
        Verdict.BREAKING,
        "fields.amount.type: decimal(18,2) becomes decimal(20,3)",
        "decimal(18,2)",
        "decimal(20,3)");
    assertVerdict(
        Verdict.BREAKING,
        "fields.country.type: string becomes string[]",
        "country:     { type: string,",
        "country:     { type: \"string[]\",");
  }

  @Test
  void cubesAreRolledUpFromWhatIsStored() {
    assertVerdict(
        Verdict.COMPATIBLE,
        "cubes: by_country become by_country",
        "granularities: [hour, day]",
        "granularities: [day, week]");
  }

  @Test
  void whatDecidedWhereRowsLieBreaks() {
    assertVerdict(Verdict.BREAKING, "eventId: id becomes nothing", "eventId: id\n", "");
    assertVerdict(
        Verdict.BREAKING, "entity.name: user becomes player", "name: user", "name: player");
    assertVerdict(
        Verdict.BREAKING, "entity.key: user_id becomes country", "key: user_id", "key: country");
    assertVerdict(Verdict.BREAKING, "time: ts becomes nothing", "time: ts\n", "");
    assertVerdict(
        Verdict.BREAKING,
        "fields.ts.type: timestamp(ms) becomes timestamp",
        "timestamp(ms)",
        "timestamp");
  }

  @Test
  void aFieldThatGoesLeavesItsValuesAndFindsThemAgain() {
    String field = "  payload:     json\n";
    String removed = RECHARGE.replace(field, "").replace(", payload: \"\"", "");
    assertEquals(
        List.of(
            compatible(
                "fields.payload: removed",
                "callers lose it; what 3,000,345 rows hold of it stays stored, and is found again if"
                    + " the field comes back as json; to have it deleted, give it `privacy: {"
                    + " policy: drop }` in an apply before")),
        diff(removed).changes());
    TableSchema without = Schemas.nextVersion(CURRENT, config(removed), 40);
    assertEquals(List.of("payload"), without.dormant().stream().map(ColumnSpec::name).toList());
    ConfigDiff again = ConfigDiff.compare(without, config(RECHARGE), STORED);
    assertEquals("fields.payload: taken up again as json", again.changes().getFirst().what());
    assertEquals(id("payload"), again.keptIds().get("payload"));
    EventConfig other =
        config(removed.replace("  id: string\n", "  id: string\n  payload: long\n"));
    ConfigDiff otherType = ConfigDiff.compare(without, other, STORED);
    assertFalse(otherType.keptIds().containsKey("payload"));
    assertEquals(
        List.of(
            compatible(
                "fields.payload: added as long",
                "reads null in 3,000,345 older rows; a field of this name was there before as json,"
                    + " and its values stay out of reach under long")),
        otherType.changes());
  }

  @Test
  void aChangedExpressionBeginsANewColumnWithAllThatRestOnIt() {
    ConfigDiff diff = diff("length(tags)", "length(country)");
    assertEquals(
        List.of(
            rewrite(
                "fields.tag_count.derive changes",
                "3,000,345 older rows answer the new expression at once, computed on reading until"
                    + " the background writes them anew"),
            rewrite(
                "fields.is_tagged.derive changes",
                "3,000,345 older rows answer the new expression at once, computed on reading until"
                    + " the background writes them anew")),
        diff.changes());
    assertEquals(
        List.of("tag_count", "is_tagged"),
        diff.added(config(RECHARGE.replace("length(tags)", "length(country)"))));
    assertChanges(
        "  is_tagged:   { derive: tag_count > 0 }\n",
        "",
        compatible(
            "fields.is_tagged: removed", "callers lose it; it can be computed again at any time"));
    assertVerdict(
        Verdict.BREAKING,
        "fields.is_tagged: is no longer derived",
        "is_tagged:   { derive: tag_count > 0 }",
        "is_tagged: bool");
  }

  @Test
  void anAliasCarriesValuesAndMappingsOver() {
    String renamed =
        RECHARGE
            .replace(
                "server_id:   { type: long, role: dimension }",
                "shard: { type: long, role: dimension, aliases: [server_id] }")
            .replace("tags:        { type", "labels: { aliases: [tags], type")
            .replace("length(tags)", "length(labels)")
            .replace("tags: \"/tags", "labels: \"/tags");
    ConfigDiff diff = diff(renamed);
    assertEquals(
        List.of(
            "COMPATIBLE fields.shard: renamed from server_id",
            "COMPATIBLE fields.shard.api: serverId becomes shard",
            "COMPATIBLE fields.labels: renamed from tags",
            "COMPATIBLE fields.labels.api: tags becomes labels",
            "REWRITE fields.tag_count.derive changes",
            "REWRITE fields.is_tagged.derive changes"),
        diff.changes().stream().map(change -> change.verdict() + " " + change.what()).toList());
    assertEquals(id("server_id"), diff.keptIds().get("shard"));
  }

  @Test
  void everyColumnNeedsAnId() {
    assertThrows(
        IllegalArgumentException.class,
        () -> Schemas.toTableSchema(CURRENT.config(), 1, 2, 3, 1, Map.of("id", 16)));
  }
}
