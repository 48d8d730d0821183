package io.tyto.ingest.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.query.GroupKey.Granularity;
import io.tyto.model.schema.Anomaly;
import io.tyto.model.schema.AppendedColumns;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.Cube;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.EventConfig.Entity;
import io.tyto.model.schema.EventConfig.Expose;
import io.tyto.model.schema.EventConfig.FileFormat;
import io.tyto.model.schema.EventConfig.TimeBounds;
import io.tyto.model.schema.Feed;
import io.tyto.model.schema.Lifetime;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConfigParserTest {
  static final String RECHARGE =
      """
      collection: recharge
      description: In-game purchases
      time: ts
      timeBounds: { past: P10Y, future: PT2H }
      entity: { name: user, key: user_id }
      eventId: id
      fields:
        id: string
        ts:          { type: timestamp(ms) }
        user_id:     { type: string }
        country:     { type: string, description: ISO 3166-1 alpha-2 }
        server_id:   { type: long, role: dimension }
        tags:        { type: "string[]" }
        amount:      { type: "decimal(18,2)", unit: USD, api: price }
        duration_ms: { type: long, unit: ms, deprecated: "use seconds", annotations: { color: teal } }
        payload:     json
        tag_count:   { derive: "length(tags)" }
        seconds:     { derive: "duration_ms / 1000", type: double }
        is_tagged:   { derive: tag_count > 0 }
      source:
        map: { user_id: /user/id, amount: /payment/amount, tags: "/tags/*/name", payload: "" }
        formats: { ts: epoch_ms }
        file: { format: tsv, delimiter: "\\t", quote: none, columns: [id, ts], nullTokens: [NA, '\\N'], emptyIsNull: false, listSeparator: "|" }
      retention: { raw: P90D }
      expose: { records: false }
      annotations: { label: Recharges, weight: 3 }
      cubes:
        by_country: { dimensions: [country], measures: [count, sum(amount)], granularities: [hour, day] }
      """;

  private static ParsedConfigs parse(String... texts) {
    List<ConfigFile> files =
        java.util.stream.IntStream.range(0, texts.length)
            .mapToObj(i -> new ConfigFile((char) ('a' + i) + ".yaml", texts[i]))
            .toList();
    return ConfigParser.parse(files);
  }

  private static void assertProblems(ParsedConfigs parsed, String... expected) {
    assertEquals(
        String.join("\n", expected),
        String.join("\n", parsed.problems().stream().map(ConfigProblem::toString).toList()));
  }

  /// Problems of a config whose fields are given, from line 3 on.
  private static void assertFieldProblems(String fields, String... expected) {
    assertProblems(parse("collection: x\nfields:\n" + fields.indent(2)), expected);
  }

  @Test
  void everyKeyArrives() {
    ParsedConfigs parsed = parse(RECHARGE);
    assertProblems(parsed);
    EventConfig config = parsed.orThrow().getFirst();
    assertEquals("recharge", config.collection());
    assertEquals("recharge", config.apiName());
    assertEquals("In-game purchases", config.description());
    assertEquals("ts", config.time());
    assertEquals(new TimeBounds(Period.ofYears(10), Duration.ofHours(2)), config.timeBounds());
    assertEquals(new Entity("user", "user_id"), config.entity());
    assertEquals("id", config.eventId());
    assertEquals(RECHARGE, config.text());
    assertEquals(
        Map.of(
            "user_id",
            "/user/id",
            "amount",
            "/payment/amount",
            "tags",
            "/tags/*/name",
            "payload",
            ""),
        config.source().map());
    assertEquals(Map.of("ts", "epoch_ms"), config.source().formats());
    assertEquals(
        new FileFormat(
            FileFormat.Format.TSV,
            '\t',
            '\0',
            List.of("id", "ts"),
            List.of("NA", "\\N"),
            false,
            "|"),
        config.source().file());
    assertEquals(Period.ofDays(90), config.retention().raw());
    assertEquals(new Expose(true, true, false, true, true), config.expose());
    assertEquals(Map.of("label", "Recharges", "weight", "3"), config.annotations());
    assertEquals(
        List.of(
            new Cube(
                "by_country",
                List.of("country"),
                List.of(Cube.Measure.COUNT, new Cube.Measure(Cube.Function.SUM, "amount")),
                List.of(Granularity.HOUR, Granularity.DAY),
                List.of(),
                List.of(Cube.Level.utc(Granularity.HOUR), Cube.Level.utc(Granularity.DAY)))),
        config.cubes());
    assertTrue(
        parsed.notes().getFirst().toString().contains("no column for the field user_id"),
        parsed.notes().toString());
  }

  @Test
  void problemsOfCubesAreToldOneByOne() {
    assertProblems(
        parse(
            """
            collection: x
            time: ts
            entity: { name: user, key: who }
            fields:
              ts: timestamp
              who: string
              country: string
              tags: "string[]"
              amount: double
            cubes:
              Bad: { dimensions: [] }
              good:
                dimensions: [country, contry, tags]
                measures: [count, summ(amount), sum, avg(amount)]
                granularities: [hour, fortnight]
                zones: [Europe/Berlin, Europe/Atlantis]
                finest: PT7M
                every: 2
            """),
        "a.yaml:11: cubes.Bad: found 'Bad', expected a name of small letters, digits and '_' that"
            + " begins with a letter",
        "a.yaml:13: cubes.good.dimensions: found 'contry', expected a column of `fields` (did you"
            + " mean 'country'?)",
        "a.yaml:13: cubes.good.dimensions: found 'tags', which is a string[]; expected a column of"
            + " single values, not json",
        "a.yaml:14: cubes.good.measures: found 'summ(amount)', expected count, or one of count, sum,"
            + " min, max, avg, distinct, distinctExact, quantiles of a column such as sum(amount)"
            + " (did you mean 'sum'?)",
        "a.yaml:14: cubes.good.measures: found 'sum', expected a column, such as sum(amount)",
        "a.yaml:15: cubes.good.granularities: found 'fortnight', expected one of minute, hour, day,"
            + " week, month, quarter, year",
        "a.yaml:16: cubes.good.zones: found 'Europe/Atlantis', expected a time zone such as"
            + " Europe/Berlin",
        "a.yaml:17: cubes.good.finest: found 'PT7M', expected PT1H, P1D, or minutes that divide an"
            + " hour such as PT15M",
        "a.yaml:18: cubes.good.every: found an unknown key, expected dimensions, measures,"
            + " granularities, zones, finest");
  }

  @Test
  void problemsOfViewsAreToldOneByOne() {
    assertProblems(
        parse(
            """
            collection: x
            time: ts
            fields:
              ts: timestamp
              country: string
              row_count: long
              amount: double
            views:
              Bad: { dimensions: [] }
              good:
                dimensions: [contry]
                measures: [sum(country)]
                granularity: fortnight
                zone: Europe/Atlantis
                strategy: realtim
                refreshEvery: PT0.5S
                backfillFrom: yesterday
                where: country
              meets: { dimensions: [row_count], zone: Europe/Berlin }
            """),
        "a.yaml:9: views.Bad: found 'Bad', expected a name of small letters, digits and '_' that"
            + " begins with a letter",
        "a.yaml:11: views.good.dimensions: found 'contry', expected a column of `fields` (did you"
            + " mean 'country'?)",
        "a.yaml:12: views.good.measures: found 'country', which is a string; sum needs a number",
        "a.yaml:13: views.good.granularity: found 'fortnight', expected one of minute, hour, day,"
            + " week, month, quarter, year",
        "a.yaml:14: views.good.zone: found 'Europe/Atlantis', expected a time zone such as"
            + " Europe/Berlin",
        "a.yaml:15: views.good.strategy: found 'realtim', expected one of cache, incremental,"
            + " realtime (did you mean 'realtime'?)",
        "a.yaml:16: views.good.refreshEvery: found 'PT0.5S', expected an ISO-8601 duration of a"
            + " second or more such as PT5M",
        "a.yaml:17: views.good.backfillFrom: found 'yesterday', expected a time such as"
            + " 2026-01-01T00:00:00Z",
        "a.yaml:18: views.good.where: found an unknown key, expected dimensions, measures,"
            + " granularity, zone, strategy, refreshEvery, backfillFrom",
        "a.yaml:19: views.meets.zone: found 'Europe/Berlin', but the view has no `granularity`, so"
            + " nothing follows a calendar",
        "a.yaml:19: views.meets.measures: the dimension row_count and count would both be called"
            + " rowCount in the API; give the field another name with `api`");
  }

  @Test
  void whatWouldMakeACellOfEveryRowIsNoDimension() {
    String head =
        "collection: x\ntime: ts\nentity: { name: user, key: who }\n"
            + "fields: { ts: timestamp, who: string, country: string }\ncubes:\n";
    assertProblems(
        parse(head + "  a: { dimensions: [who] }"),
        "a.yaml:6: cubes.a.dimensions: found 'who', which is the entity's key; a cube by entity has a"
            + " cell for nearly every row. Use distinct(who) as a measure, or `lifetime`");
    assertProblems(
        parse(head + "  a: { dimensions: [ts] }"),
        "a.yaml:6: cubes.a.dimensions: found 'ts', which is the collection's time, and part of every"
            + " cube");
    assertProblems(
        parse(head + "  a: { dimensions: [country, country] }"),
        "a.yaml:6: cubes.a.dimensions: found 'country', which stands twice; keep one");
    assertProblems(
        parse(head + "  a: { measures: [sum(country)] }"),
        "a.yaml:6: cubes.a.measures: found 'country', which is a string; sum needs a number");
  }

  @Test
  void columnsHaveTypesNamesAndExpressions() {
    EventConfig config = parse(RECHARGE).orThrow().getFirst();
    List<String> shown =
        config.columns().stream()
            .map(column -> column.name() + " " + column.apiName() + " " + column.type())
            .toList();
    assertEquals(
        List.of(
            "id id string",
            "ts ts timestamp(ms)",
            "user_id userId string",
            "country country string",
            "server_id serverId long",
            "tags tags string[]",
            "amount price decimal(18,2)",
            "duration_ms durationMs long",
            "payload payload json",
            "tag_count tagCount long",
            "seconds seconds double",
            "is_tagged isTagged bool"),
        shown);
    ColumnSpec duration = config.column("duration_ms");
    assertNotNull(duration);
    assertEquals("ms", duration.unit());
    assertEquals("use seconds", duration.deprecated());
    assertEquals(Map.of("color", "teal"), duration.annotations());
    ColumnSpec server = config.column("server_id");
    assertNotNull(server);
    assertEquals(ColumnSpec.Role.DIMENSION, server.role());
    ColumnSpec tagged = config.column("is_tagged");
    assertNotNull(tagged);
    assertNotNull(tagged.derive());
  }

  @Test
  void defaultsAreThoseOfTheDocumentation() {
    EventConfig config = parse("collection: x\nfields: { a: long }\n").orThrow().getFirst();
    assertEquals(TimeBounds.DEFAULT, config.timeBounds());
    assertEquals(EventConfig.Retention.NONE, config.retention());
    assertEquals(EventConfig.Source.DEFAULT, config.source());
    assertEquals(Expose.ALL, config.expose());
    assertEquals(null, config.time());
    assertEquals(null, config.entity());
    assertEquals(null, config.eventId());
  }

  @Test
  void allProblemsComeAtOnceWithTheirLines() {
    assertProblems(
        parse(
            """
            colection: x
            time: tss
            eventId: tags
            entity: { name: User, key: score }
            fields:
              ts:    { type: datetime }
              tags:  { type: "string[]", rol: id }
              score: { type: double, role: id }
              other: { type: long, role: measure }
            source:
              map: { othr: /a, other: "/a/*", tags: a/b }
              formats: { tags: iso }
              file: { delimiter: '\\t', format: cvs }
            retention: { raw: 90 days }
            timeBounds: { future: tomorrow }
            expose: { agregate: true, table: maybe }
            """),
        "a.yaml:1: colection: found an unknown key, expected collection, api, description, time,"
            + " timeBounds, entity, eventId, fields, source, retention, expose, annotations, cubes,"
            + " lifetime, anomalies, join, views, project, access (did you mean 'collection'?)",
        "a.yaml:1: collection: is missing, expected the name of the collection",
        "a.yaml:2: time: found 'tss', expected a column of `fields` that is a timestamp or a date"
            + " (did you mean 'ts'?)",
        "a.yaml:3: eventId: found 'tags', which is a string[]; expected a column that is a string,"
            + " int, long or uuid",
        "a.yaml:4: entity.name: found 'User', expected a name of ASCII letters and digits that"
            + " begins with a small letter, such as user",
        "a.yaml:4: entity.key: found 'score', which is a double; expected a column that is a string,"
            + " int, long or uuid",
        "a.yaml:6: fields.ts.type: found 'datetime', expected string, bool, int, long, double,"
            + " decimal(p,s), timestamp, timestamp(ms|us|ns), date, uuid, ip, json, or one of them"
            + " (except json) followed by []",
        "a.yaml:7: fields.tags.rol: found an unknown key, expected type, derive, state, aliases, discover, enriched, api, description,"
            + " role, unit, deprecated, privacy, scope, annotations (did you mean 'role'?)",
        "a.yaml:8: fields.score.role: found 'id', expected on a string, int, long or uuid, not on"
            + " double",
        "a.yaml:9: fields.other.role: found 'measure', expected dimension or id; every number is a"
            + " measure without being told",
        "a.yaml:11: source.map.othr: found no column, expected the name of a column of `fields`"
            + " (did you mean 'other'?)",
        "a.yaml:11: source.map.other: found '/a/*', '*' means every element, expected on a list;"
            + " declare the field as long[]",
        "a.yaml:11: source.map.tags: found 'a/b', a JSON Pointer begins with '/', such as '/a/b'",
        "a.yaml:12: source.formats.tags: found 'iso', a format is for timestamps and dates, not for"
            + " string",
        "a.yaml:13: source.file.format: found 'cvs', expected auto, ndjson, json, csv, tsv (did you"
            + " mean 'csv'?)",
        "a.yaml:13: source.file.delimiter: found '\\t', expected one ASCII character; an escape such"
            + " as \"\\t\" stands in double quotes",
        "a.yaml:14: retention.raw: found '90 days', expected an ISO-8601 period of days or more such"
            + " as P90D, P6M or P2Y",
        "a.yaml:15: timeBounds.future: found 'tomorrow', expected an ISO-8601 duration such as P1D"
            + " or PT15M",
        "a.yaml:16: expose.agregate: found an unknown key, expected aggregate, table, records,"
            + " cubes, values (did you mean 'aggregate'?)",
        "a.yaml:16: expose.table: found 'maybe', expected true or false");
  }

  @Test
  void patternsOfConfigsAreBounded() {
    assertFieldProblems(
        """
        a: { derive: "regex_extract('x', '((a{100}){100}){100}')" }
        """,
        "a.yaml:3: fields.a.derive: found 'regex_extract('x', '((a{100}){100}){100}')', the regular"
            + " expression '((a{100}){100}){100}' is refused: its repetitions and ranges come to more"
            + " than 2000 steps when they are written out");
  }

  @Test
  void expressionsAreCheckedWithTheirPosition() {
    assertFieldProblems(
        """
        tags: { type: "string[]" }
        a: { derive: "length(tagz)" }
        b: { derive: "c + 1" }
        c: { derive: "length(tags) * 2" }
        d: { derive: "length(tags)", type: int }
        e: { derive: "regex_extract('x', '(a')" }
        f: { derive: "1 +" }
        g: { derive: "a + 1" }
        """,
        "a.yaml:4: fields.a.derive: found 'length(tagz)', at character 8: no column 'tagz' here (did"
            + " you mean 'tags'?)",
        "a.yaml:5: fields.b.derive: found 'c + 1', at character 1: no column 'c' here; a computed"
            + " field can be used only by fields below it, move c up",
        "a.yaml:7: fields.d.derive: found 'length(tags)', at character 1: the expression gives long,"
            + " which does not fit int without loss; leave `type` out or write long",
        "a.yaml:8: fields.e.derive: found 'regex_extract('x', '(a')', the regular expression '(a'"
            + " is refused: missing closing ) (RE2 syntax)",
        "a.yaml:9: fields.f.derive: found '1 +', at character 4: found the end, expected a value");
  }

  @Test
  void namesThatMeetInTheApiAreToldApart() {
    assertFieldProblems(
        """
        count: long
        user_id: string
        userId: string
        yearID: long
        year_id: long
        "US Gross": long
        größe: long
        fine: { type: long, api: not-fine }
        or_: { type: long }
        """,
        "a.yaml:3: fields.count: the API needs the name 'count' for itself; add `api: eventCount`",
        "a.yaml:5: fields.userId: is 'userId' in the API, and so is the column user_id (line 4); add"
            + " `api: userId2` to one of them",
        "a.yaml:7: fields.year_id: is 'yearId' in the API, and so is the column yearID (line 6); add"
            + " `api: yearId2` to one of them",
        "a.yaml:8: fields.US Gross: a column's name has ASCII letters, digits and '_' and begins with"
            + " a letter; name it so and write `source: { map: { <name>: \"/US Gross\" } }`",
        "a.yaml:9: fields.größe: a column's name has ASCII letters, digits and '_' and begins with a"
            + " letter; name it so and write `source: { map: { <name>: \"/größe\" } }`",
        "a.yaml:10: fields.fine.api: found 'not-fine', expected a name of ASCII letters and digits"
            + " that begins with a small letter, such as eventCount",
        "a.yaml:11: fields.or_: the API needs the name 'or' for itself; add `api: eventOr`");
    assertProblems(parse("collection: x\nfields:\n  count: { type: long, api: eventCount }\n"));
  }

  @Test
  void collectionsAndEntitiesMustNotMeetEither() {
    String plain = "collection: %s\nfields: { a: string }\n";
    assertProblems(
        parse(plain.formatted("recharge"), plain.formatted("recharge_key")),
        "b.yaml:1: collection: the collection recharge_key needs the type 'RechargeKey', which the"
            + " collection recharge has already; add `api: rechargeKeyEvents`");
    assertProblems(
        parse(plain.formatted("string")),
        "a.yaml:1: collection: the collection string needs the type 'String', which every schema has"
            + " already; add `api: stringEvents`");
    assertProblems(
        parse(plain.formatted("collections")),
        "a.yaml:1: collection: the collection collections needs the root field 'collections', which"
            + " every schema has already; add `api: collectionsEvents`");
    assertProblems(
        parse(plain.formatted("x"), plain.formatted("x")),
        "b.yaml:1: collection: found 'x', another file has a collection of that name; every"
            + " collection has one file");
    assertProblems(
        parse(
            plain.formatted("login") + "entity: { name: user, key: a }\n",
            "collection: score\nentity: { name: user, key: a }\nfields: { a: long }\n"),
        "b.yaml:2: entity.key: the column a is a long, but the key of user in another collection is a"
            + " string; one entity has one kind of key");
    assertProblems(parse("collection: string\napi: stringEvents\nfields: { a: string }\n"));
  }

  @Test
  void standingCollectionsCountUnlessReplaced() {
    EventConfig standing =
        parse("collection: recharge\nfields: { a: string }\n").orThrow().getFirst();
    ConfigFile clash = new ConfigFile("c.yaml", "collection: Recharge\nfields: { a: string }\n");
    assertFalse(ConfigParser.parse(List.of(clash), List.of(standing), null).isValid());
    ConfigFile next = new ConfigFile("c.yaml", "collection: recharge\nfields: { a: long }\n");
    assertTrue(ConfigParser.parse(List.of(next), List.of(standing), null).isValid());
  }

  @Test
  void aFeedIsRead() {
    EventConfig config =
        parse(
                """
                collection: x
                fields: { ts: timestamp, user: string, all: json }
                source:
                  kafka:
                    topic: game.events
                    start: 2026-01-01T00:00:00Z
                    partitioner: crc32
                    envelope: { type: /event, published: /at, content: /data/0 }
                  map: { ts: envelope:published, user: /user/id, all: "envelope:/" }
                """)
            .orThrow()
            .getFirst();
    Feed feed = Objects.requireNonNull(config.source().feed());
    assertEquals("game.events", feed.topic());
    assertEquals(Feed.Partitioner.CRC32, feed.partitioner());
    assertEquals(new Feed.Start.At(Instant.parse("2026-01-01T00:00:00Z")), feed.start());
    assertEquals(
        new Feed.Envelope("/event", List.of("x"), null, "/at", "/data/0"), feed.envelope());
    assertEquals("/at", config.source().pathOf("ts").toString());
    assertEquals("/data/0/user/id", config.source().pathOf("user").toString());
    assertEquals("/user/id", config.source().barePathOf("user").toString());
    assertEquals("/", config.source().pathOf("all").toString());
  }

  @Test
  void aStreamMayCountSomeSubjectsOnly() {
    String text =
        """
        collection: x
        fields: { a: long }
        source: { nats: { stream: ORDERS, subject: %s } }
        """;
    EventConfig config = parse(text.formatted("\"orders.*.paid\"")).orThrow().getFirst();
    Feed feed = Objects.requireNonNull(config.source().feed());
    assertEquals(Feed.Kind.NATS, feed.kind());
    assertEquals("ORDERS/orders.*.paid", feed.topic());
    assertProblems(
        parse(text.formatted("orders..paid")),
        "a.yaml:3: source.nats.subject: found 'orders..paid', expected a subject of NATS such as"
            + " orders.eu, orders.*.paid or orders.> : parts with dots between them, of which *"
            + " stands for one and > at the end for all that follow");
  }

  @Test
  void slipsOfAFeedAreToldInPlace() {
    assertProblems(
        parse(
            """
            collection: x
            fields: { a: long, b: long, c: long }
            source:
              kafka:
                topic: "a b"
                format: Avro!
                start: yesterday
                partitioner: murmur
                envelope:
                  type: "/*"
                  is: [y, y]
                  content: data
                  kind: /x
              map: { a: envelope:type, b: "envelope:/ok", c: envelope:nothing }
            """),
        "a.yaml:5: source.kafka.topic: found 'a b', expected letters, digits, '.', '_' and '-', at"
            + " most 249 of them",
        "a.yaml:6: source.kafka.format: found 'Avro!', expected json, or the name of another decoder"
            + " in small letters",
        "a.yaml:7: source.kafka.start: found 'yesterday', expected earliest, latest or a time such"
            + " as 1970-01-01T00:00:00Z",
        "a.yaml:8: source.kafka.partitioner: found 'murmur', expected murmur2, crc32, none (did you"
            + " mean 'murmur2'?)",
        "a.yaml:10: source.kafka.envelope.type: found '/*', expected the pointer to one member of"
            + " the event, such as /event",
        "a.yaml:11: source.kafka.envelope.is: found 'y', stands twice",
        "a.yaml:11: source.kafka.envelope.is: names types, but `type` does not say where they"
            + " stand, such as `type: /event`",
        "a.yaml:12: source.kafka.envelope.content: found 'data', a JSON Pointer begins with '/',"
            + " such as '/data'",
        "a.yaml:13: source.kafka.envelope.kind: found an unknown key, expected type, is, sequence,"
            + " published, content",
        "a.yaml:14: source.map.a: found 'envelope:type', expected `envelope:` and a pointer, or a"
            + " part of the envelope that is one: type, sequence, published",
        "a.yaml:14: source.map.c: found 'envelope:nothing', expected `envelope:` and a pointer, or"
            + " a part of the envelope that is one: type, sequence, published");
  }

  @Test
  void anEventOfATopicIsForOneCollectionOfAnEntity() {
    String taker =
        """
        collection: %s
        entity: { name: %s, key: k }
        fields: { k: string }
        source: { kafka: { topic: t, envelope: { type: /e, is: [one, %s] } } }
        """;
    ConfigFile a = new ConfigFile("a.yaml", taker.formatted("a", "user", "two"));
    ConfigFile b = new ConfigFile("b.yaml", taker.formatted("b", "user", "three"));
    ConfigFile c = new ConfigFile("c.yaml", taker.formatted("c", "server", "two"));
    assertTrue(ConfigParser.parse(List.of(a, c)).isValid());
    assertEquals(
        List.of(
            "b.yaml:1: source: takes events 'one' of t, and so does a with the same entity; an"
                + " event is for one of them"),
        ConfigParser.parse(List.of(a, b)).problems().stream()
            .map(ConfigProblem::toString)
            .toList());
  }

  @Test
  void lifetimeMeasuresAreReadAndChecked() {
    EventConfig config =
        parse(
                """
                collection: x
                entity: { name: user, key: user }
                fields:
                  user: string
                  amount: "decimal(18,2)"
                lifetime: { spent: sum(amount), purchases: count, last_amount: last( amount ) }
                """)
            .orThrow()
            .getFirst();
    assertEquals(
        List.of("sum(amount)", "count", "last(amount)"),
        config.lifetime().measures().stream().map(Lifetime.Measure::text).toList());
    assertEquals("lastAmount", config.lifetime().measures().getLast().apiName());
    assertProblems(
        parse(
            """
            collection: x
            fields:
              user: string
              tags: "string[]"
              wide: "decimal(30,2)"
            lifetime:
              a: sum
              b: sum(user)
              c: sum(usr)
              d: last(tags)
              e: median(user)
              first_seen: min(user)
              firstSeen: max(user)
              f: avg(wide)
            """),
        "a.yaml:7: lifetime: is kept per entity: say whose events these are, `entity`",
        "a.yaml:7: lifetime.a: found 'sum', expected count, or one of count, sum, avg, min, max, first,"
            + " last, distinct of a column, such as sum(amount)",
        "a.yaml:8: lifetime.b: found 'sum(user)', expected a number of at most 18 digits; user is a"
            + " string",
        "a.yaml:9: lifetime.c: found 'sum(usr)', expected a column of `fields` (did you mean 'user'?)",
        "a.yaml:10: lifetime.d: found 'last(tags)', expected a column of single values; tags is a string[]",
        "a.yaml:11: lifetime.e: found 'median(user)', expected count, or one of count, sum, avg, min, max,"
            + " first, last, distinct of a column, such as sum(amount)",
        "a.yaml:13: lifetime.firstSeen: found 'firstSeen', which the API would call the same as"
            + " 'first_seen'; rename one",
        "a.yaml:14: lifetime.f: found 'avg(wide)', expected a number of at most 18 digits; wide is a"
            + " decimal(30,2)");
  }

  @Test
  void runningStatesAreReadAndChecked() {
    EventConfig config =
        parse(
                """
                collection: x
                entity: { name: user, key: user }
                fields:
                  spent: { state: sum( amount ), unit: EUR }
                  user: string
                  ts: timestamp
                  amount: "decimal(18,2)"
                  twice: { derive: amount * 2 }
                  most: { state: max(twice) }
                  first_seen: { state: min(ts) }
                  days: { derive: "seconds_between(first_seen, ts) / 86400" }
                lifetime: { count: count }
                """)
            .orThrow()
            .getFirst();
    assertEquals(
        List.of("sum(amount)", "max(twice)", "min(ts)"),
        config.lifetime().running().stream().map(Lifetime.Measure::text).toList());
    assertEquals(
        List.of("spent", "user", "ts", "amount", "twice", "most", "first_seen", "days"),
        config.columns().stream().map(ColumnSpec::name).toList());
    assertEquals("decimal(38,2)", config.columns().getFirst().type().toString());
    assertTrue(config.columns().getFirst().isAppended());
    assertEquals(
        Set.of("spent", "most", "first_seen", "days"), AppendedColumns.names(config.columns()));
    assertProblems(
        parse(
            """
            collection: x
            entity: { name: user, key: c }
            fields:
              user: string
              secret: { type: string, privacy: { policy: hash } }
              tags: "string[]"
              a: { state: count }
              b: { state: sum(a) }
              c: { derive: a + 1 }
              d: { state: max(c) }
              e: { state: last(tags) }
              f: { state: last(secret) }
              g: { state: count(secret) }
              h: { state: last(userr), type: string }
              i: { type: string, enriched: state }
              j: { state: max(k) }
              k: { derive: "a + 1", privacy: { policy: drop } }
            source: { map: { a: /x } }
            lifetime: { l: sum(a) }
            """),
        "a.yaml:2: entity.key: found 'c', which is filled from the rows before, or derived from what is;"
            + " expected a column whose values come with the events",
        "a.yaml:8: fields.b.state: found 'sum(a)', expected a column whose values come with the events;"
            + " a is filled from the rows before, or derived from what is",
        "a.yaml:10: fields.d.state: found 'max(c)', expected a column whose values come with the events;"
            + " c is filled from the rows before, or derived from what is",
        "a.yaml:11: fields.e.state: found 'last(tags)', expected a column of single values; tags is a"
            + " string[]",
        "a.yaml:12: fields.f.state: found 'last(secret)', expected count or distinct of secret, which is"
            + " private: what a state says of it would be stored without its policy",
        "a.yaml:14: fields.h.type: stands beside `state`, which alone says what the field holds; leave it"
            + " out",
        "a.yaml:14: fields.h.state: found 'last(userr)', expected a column of `fields` (did you mean"
            + " 'user'?)",
        "a.yaml:15: fields.i.enriched: found 'state', expected an enricher; a measure of the entity is"
            + " `state: count`",
        "a.yaml:16: fields.j.state: found 'max(k)', expected a column that is known here; a computed field"
            + " can be used only by fields below it, move k up",
        "a.yaml:17: fields.k.privacy: stands on a field that is derived from what is filled when the event"
            + " is stored, which is after the policies; leave it out",
        "a.yaml:18: source.map.a: is filled from the rows before, so nothing is read for it",
        "a.yaml:19: lifetime.l: found 'sum(a)', expected a column whose values come with the events; a is"
            + " filled from the rows before, or derived from what is");
    assertProblems(
        parse(
            """
            collection: x
            fields:
              user: string
              a: { state: count }
            """),
        "a.yaml:4: fields.a.state: is kept per entity: say whose events these are, `entity`");
  }

  @Test
  void rulesOfAnomaliesAreReadAndChecked() {
    EventConfig config =
        parse(
                """
                collection: x
                entity: { name: user, key: user }
                fields:
                  user: string
                  amount: "decimal(18,2)"
                  level: int
                  loud: { derive: odd or far }
                anomalies:
                  odd: { value: amount }
                  far: { value: level, deviations: 2.5, of: [level], after: 20 }
                  own: { value: level, of: entity }
                """)
            .orThrow()
            .getFirst();
    assertEquals(
        List.of(
            new Anomaly("odd", "amount", 3, List.of(), 10),
            new Anomaly("far", "level", 2.5, List.of("level"), 20),
            new Anomaly("own", "level", 3, List.of(), 10)),
        config.lifetime().anomalies());
    assertEquals(Set.of("odd", "far", "own", "loud"), AppendedColumns.names(config.columns()));
    assertProblems(
        parse(
            """
            collection: x
            fields:
              user: string
              secret: { type: long, privacy: { policy: drop } }
              tags: "string[]"
              m: { type: long, enriched: anomaly }
              n: long
            anomalies:
              a: { deviations: 0, after: 1 }
              b: { value: user }
              c: { value: secret }
              d: { value: n, of: [tags] }
              e: { value: a, of: usr }
              m: { value: n }
              f: { value: n, off: entity }
              g: { value: n, of: [] }
            """),
        "a.yaml:6: fields.m.enriched: found 'anomaly', expected an enricher; marks stand in `anomalies`"
            + " alone",
        "a.yaml:9: anomalies: is kept per entity: say whose events these are, `entity`",
        "a.yaml:9: anomalies.a.value: is missing, expected the field whose values are looked at",
        "a.yaml:9: anomalies.a.deviations: found '0', expected a number above 0, at most 1000",
        "a.yaml:9: anomalies.a.after: found '1', expected a whole number from 2 to 1000000",
        "a.yaml:10: anomalies.b.value: found 'user', expected a number of at most 18 digits; user is a"
            + " string",
        "a.yaml:11: anomalies.c.value: found 'secret', which is private; expected a field that comes with"
            + " the events and is stored as it comes",
        "a.yaml:12: anomalies.d.of: found 'tags', expected `entity`, or fields of single values that are"
            + " no fractions; tags is a string[]",
        "a.yaml:13: anomalies.e.of: found 'usr', expected a column of `fields` (did you mean 'user'?)",
        "a.yaml:13: anomalies.e.value: found 'a', which is filled from the rows before, or derived from"
            + " what is; expected a field that comes with the events and is stored as it comes",
        "a.yaml:14: anomalies.m: found 'm', which is a column already; the rule adds one of its own, give"
            + " it another name",
        "a.yaml:15: anomalies.f.off: found an unknown key, expected value, deviations, of, after (did you"
            + " mean 'of'?)",
        "a.yaml:16: anomalies.g.of: is empty; expected `entity`, or at least one field");
  }

  @Test
  void commonSlipsOfYamlAreExplained() {
    assertFieldProblems(
        "amount: { type: decimal(18,2) }\n",
        "a.yaml:3: fields.amount.2): found an unknown key, expected type, derive, state, aliases, discover, enriched, api, description,"
            + " role, unit, deprecated, privacy, scope, annotations; inside { } a type with a comma stands"
            + " in quotes: \"decimal(18,2)\"",
        "a.yaml:3: fields.amount.type: found 'decimal(18', expected a type; inside { } a type with a"
            + " comma stands in quotes: \"decimal(18,2)\"");
    assertFieldProblems(
        "tags: { type: string[] }\n",
        "a.yaml:3: not YAML: expected ',' or '}', but got [; inside { } a list type stands in quotes:"
            + " \"string[]\"");
    assertProblems(
        parse("collection: x\nfields:\n  a: long\n  a: string\n"),
        "a.yaml:4: fields.a: stands twice, first in line 3; keep one");
    assertProblems(
        parse(""), "a.yaml:1: expected a mapping, such as one that begins with `collection:`");
    assertProblems(
        parse("- a\n"), "a.yaml:1: expected a mapping, such as one that begins with `collection:`");
    assertTrue(parse("a: [\n").problems().getFirst().toString().startsWith("a.yaml:2: not YAML"));
  }

  @Test
  void aBrokenFieldIsToldOnceNotWhereverItIsUsed() {
    assertProblems(
        parse(
            """
            collection: x
            time: ts
            fields:
              ts: { type: tmestamp }
              hour: { derive: "hour(ts)" }
              next: { derive: "hour + 1" }
            source: { map: { ts: /time } }
            """),
        "a.yaml:4: fields.ts.type: found 'tmestamp', expected string, bool, int, long, double,"
            + " decimal(p,s), timestamp, timestamp(ms|us|ns), date, uuid, ip, json, or one of them"
            + " (except json) followed by []");
  }

  @Test
  void problemsBecomeOneExceptionWithAllOfThem() {
    ParsedConfigs parsed = parse("collection: 1x\nfields: { a: lng }\n");
    TytoException thrown = assertThrows(TytoException.class, parsed::orThrow);
    assertEquals(ErrorCode.CONFIG_INVALID, thrown.code());
    assertEquals(2, String.valueOf(thrown.getMessage()).lines().count());
  }

  @Test
  void aliasesThatNestAndOtherTricksEndInProblems() {
    String bomb =
        "collection: x\nannotations:\n  a: &a [x,x,x,x,x,x,x,x,x]\n"
            + "  b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n  c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
            + "  d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n  e: [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n"
            + "fields: { a: long }\n";
    assertFalse(parse(bomb).isValid());
    assertFalse(parse("collection: x\nfields: &a\n  b: *a\n").isValid());
    assertFalse(parse("collection: !!java.net.URL [x]\nfields: { a: long }\n").isValid());
    assertFalse(parse("[".repeat(100_000)).isValid());
    assertFalse(parse("x".repeat(YamlFile.MAX_CHARACTERS + 1)).isValid());
  }

  @Test
  void noTextHoweverMutilatedMakesTheParserFail() {
    long seed = Long.getLong("test.seed", 20261121L);
    Random random = new Random(seed);
    int rounds = 500 * Integer.getInteger("test.scale", 1);
    for (int i = 0; i < rounds; i++) {
      String text = mutilated(RECHARGE, random);
      try {
        ParsedConfigs parsed = parse(text);
        assertEquals(parsed.problems().isEmpty(), parsed.configs().size() == 1);
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError("seed " + seed + ", round " + i + ", text:\n" + text, e);
      }
    }
  }

  private static String mutilated(String text, Random random) {
    StringBuilder result = new StringBuilder(text);
    for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
      int at = random.nextInt(result.length());
      switch (random.nextInt(4)) {
        case 0 -> result.deleteCharAt(at);
        case 1 -> result.insert(at, "{}[]:,#&*!|>'\"%@`-? \t\n\\0é😀".charAt(random.nextInt(26)));
        case 2 -> {
          String[] lines = result.toString().split("\n");
          lines[random.nextInt(lines.length)] = lines[random.nextInt(lines.length)];
          result.setLength(0);
          result.append(String.join("\n", Arrays.asList(lines)));
        }
        default -> result.setCharAt(at, (char) (32 + random.nextInt(95)));
      }
    }
    return result.toString();
  }

  @Test
  void anAliasIsANameThatNoOtherFieldHas() {
    assertFieldProblems(
        """
        a: { type: long, aliases: [b, c, c] }
        b: { type: long, aliases: "x y" }
        """,
        "a.yaml:3: fields.a.aliases: found 'b', which is a field of its own; a field goes over to"
            + " another name, or stays",
        "a.yaml:3: fields.a.aliases: found 'c', stands twice; one name went over to one field",
        "a.yaml:4: fields.b.aliases: found 'x y', expected a name the field had: letters, digits and"
            + " '_'");
  }
}
