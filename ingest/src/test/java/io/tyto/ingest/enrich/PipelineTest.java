package io.tyto.ingest.enrich;

import static io.tyto.ingest.enrich.TestEnrichers.loud;
import static io.tyto.ingest.enrich.TestEnrichers.provider;
import static io.tyto.ingest.enrich.TestEnrichers.size;
import static io.tyto.ingest.enrich.TestEnrichers.step;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.row.Row;
import io.tyto.ingest.NodeFixture;
import io.tyto.ingest.QuietLog;
import io.tyto.ingest.config.ConfigParser;
import io.tyto.ingest.config.ConfigProblem;
import io.tyto.ingest.config.Schemas;
import io.tyto.ingest.decode.DecodeContext;
import io.tyto.ingest.decode.JsonDecoder;
import io.tyto.ingest.enrich.TestEnrichers.Given;
import io.tyto.model.error.TytoException;
import io.tyto.model.plugin.AddedField;
import io.tyto.model.plugin.EnricherProvider;
import io.tyto.model.plugin.EnricherSettings;
import io.tyto.model.plugin.InputField;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.AdminService.PipelineStep;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.Values;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PipelineTest {
  private static final String WORDS =
      """
      collection: words
      fields:
        word: { type: string }
        loud: { type: string, enriched: loud }
        size: { type: int, enriched: size }
        twice: { derive: "size * 2" }
      """;

  @BeforeAll
  static void quietLog() {
    QuietLog.on();
  }

  private static Pipeline pipeline(EnricherProvider... providers) {
    List<StepSettings> steps =
        Arrays.stream(providers).map(provider -> step(provider.name())).toList();
    return Pipeline.of(steps, List.of(providers));
  }

  private static TableSchema schema(String config) {
    return Schemas.firstVersion(
        ConfigParser.parse(List.of(new ConfigFile("words.yaml", config))).orThrow().getFirst(),
        1,
        1,
        1);
  }

  private static Map<String, @Nullable Object> decode(
      Pipeline pipeline, TableSchema schema, String event) {
    JsonDecoder decoder = new JsonDecoder(schema, new DecodeContext(NodeFixture.CLOCK, pipeline));
    Row row = new Row(schema.columns().size());
    byte[] bytes = event.getBytes(StandardCharsets.UTF_8);
    assertNull(decoder.decode(bytes, 0, bytes.length, row));
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    for (int i = 0; i < row.size(); i++) {
      ColumnType.Scalar type = schema.columns().get(i).type().element();
      values.put(
          schema.columns().get(i).name(),
          switch (row.kind(i)) {
            case NULL -> null;
            case LONG -> Values.fromLong(type, row.longAt(i));
            case DOUBLE -> row.doubleAt(i);
            case BYTES -> Values.fromBytes(type, row.bytesAt(i));
            case LIST -> row.listAt(i).length;
          });
    }
    return values;
  }

  @Test
  void stepsRunInOrderBeforeDerivedColumns() {
    TableSchema schema = schema(WORDS);
    Map<String, @Nullable Object> expected = new LinkedHashMap<>();
    expected.put("word", "owl");
    expected.put("loud", "OWL");
    expected.put("size", 3L);
    expected.put("twice", 6L);
    assertEquals(expected, decode(pipeline(loud(), size()), schema, "{\"word\":\"owl\"}"));
    Map<String, @Nullable Object> reversed =
        decode(pipeline(size(), loud()), schema, "{\"word\":\"owl\"}");
    assertEquals("OWL", reversed.get("loud"));
    assertNull(reversed.get("size"), "it ran before there was anything to measure");
  }

  @Test
  void anEventDoesNotBringWhatAnEnricherFills() {
    Map<String, @Nullable Object> row =
        decode(pipeline(loud()), schema(WORDS), "{\"loud\":\"forged\",\"size\":\"no number\"}");
    assertNull(row.get("loud"));
    assertNull(row.get("size"));
  }

  @Test
  void aFailureCostsTheFieldsAndNotTheEvent() {
    Pipeline pipeline = pipeline(loud(), size());
    TableSchema schema = schema(WORDS);
    Map<String, @Nullable Object> row = decode(pipeline, schema, "{\"word\":\"poison\"}");
    assertEquals("poison", row.get("word"));
    assertNull(row.get("loud"), "what it had set before it failed is taken back");
    assertNull(row.get("size"));
    decode(pipeline, schema, "{\"word\":\"owl\"}");
    decode(pipeline, schema, "{\"word\":\"\"}");
    decode(pipeline, schema, "{\"word\":null}");
    List<PipelineStep> steps = pipeline.status(List.of(schema));
    PipelineStep loud = steps.get(0);
    assertEquals(Map.of("words", List.of("loud")), loud.collections());
    assertEquals(
        List.of(3L, 1L, 1L), List.of(loud.calls(), loud.hits(), loud.failures()), "null: no call");
    assertEquals("java.lang.IllegalStateException: poisoned", loud.lastFailure());
    assertEquals(1, steps.get(1).calls());
  }

  @Test
  void theFailuresOfOthersCodeStayInside() {
    List<Throwable> thrown =
        List.of(new StackOverflowError(), new NoClassDefFoundError("x"), new AssertionError("x"));
    for (Throwable one : thrown) {
      Given given =
          new Given(
              List.of(InputField.of("word", ColumnType.STRING)),
              List.of(new AddedField("loud", ColumnType.STRING, "")),
              (_, _) -> {
                switch (one) {
                  case Error error -> throw error;
                  default -> throw new IllegalStateException(one);
                }
              });
      Pipeline pipeline = pipeline(provider("loud", given));
      assertNull(decode(pipeline, schema(WORDS), "{\"word\":\"owl\"}").get("loud"));
      assertEquals(1, pipeline.status(List.of()).getFirst().failures());
    }
  }

  @Test
  void anAlarmStandsWhileMoreThanOneInTwentyFails() {
    Pipeline pipeline = pipeline(loud());
    TableSchema schema = schema(WORDS);
    Map<String, String> alarms = new TreeMap<>();
    for (int i = 0; i < 100; i++) {
      decode(pipeline, schema, i < 5 ? "{\"word\":\"poison\"}" : "{\"word\":\"owl\"}");
    }
    pipeline.look(alarms::put, alarms::remove);
    assertEquals(Map.of(), alarms, "five of a hundred are let pass");
    for (int i = 0; i < 100; i++) {
      decode(pipeline, schema, i < 6 ? "{\"word\":\"poison\"}" : "{\"word\":\"owl\"}");
    }
    pipeline.look(alarms::put, alarms::remove);
    assertEquals(
        Map.of(
            "pipeline.1",
            "tyto.yaml:1: pipeline.loud (step 1) fails for 6 of 100 events, which keep nulls in its"
                + " fields: java.lang.IllegalStateException: poisoned"),
        alarms);
    decode(pipeline, schema, "{\"word\":\"owl\"}");
    pipeline.look(alarms::put, alarms::remove);
    assertFalse(alarms.isEmpty(), "one event more says nothing yet");
    for (int i = 0; i < 100; i++) {
      decode(pipeline, schema, "{\"word\":\"owl\"}");
    }
    pipeline.look(alarms::put, alarms::remove);
    assertEquals(Map.of(), alarms);
  }

  @Test
  void everyTypeGoesInAndOut() throws Exception {
    Map<ColumnType, Object> samples = new LinkedHashMap<>();
    samples.put(ColumnType.STRING, "caf\u00e9");
    samples.put(ColumnType.BOOL, true);
    samples.put(ColumnType.INT, -7L);
    samples.put(ColumnType.LONG, Long.MAX_VALUE);
    samples.put(ColumnType.DOUBLE, 0.5);
    samples.put(ColumnType.parse("decimal(9,2)"), new BigDecimal("12.34"));
    samples.put(ColumnType.parse("decimal(30,4)"), new BigDecimal("-12345678901234567890.1234"));
    samples.put(ColumnType.TIMESTAMP, Instant.parse("2026-11-21T12:00:00.000001Z"));
    samples.put(ColumnType.DATE, LocalDate.of(2026, 11, 21));
    samples.put(ColumnType.UUID, new UUID(1, 2));
    samples.put(ColumnType.IP, InetAddress.ofLiteral("2001:db8::1"));
    samples.put(ColumnType.parse("string[]"), List.of("a", "b"));
    for (Map.Entry<ColumnType, Object> sample : samples.entrySet()) {
      String config =
          """
          collection: types
          fields:
            word: { type: string }
            value: { type: "%1$s", enriched: first }
            copy: { type: "%1$s", enriched: second }
          """
              .formatted(sample.getKey());
      List<Object> seen = new ArrayList<>();
      Pipeline pipeline =
          pipeline(
              provider(
                  "first",
                  new Given(
                      List.of(InputField.of("word", ColumnType.STRING)),
                      List.of(new AddedField("value", sample.getKey(), "")),
                      (_, out) -> out.value(0, sample.getValue()))),
              provider(
                  "second",
                  new Given(
                      List.of(InputField.of("value", sample.getKey())),
                      List.of(new AddedField("copy", sample.getKey(), "")),
                      (in, out) -> {
                        seen.add(String.valueOf(in.value(0)));
                        out.value(0, in.value(0));
                      })));
      Map<String, @Nullable Object> row = decode(pipeline, schema(config), "{\"word\":\"owl\"}");
      assertEquals(List.of(sample.getValue().toString()), seen);
      assertEquals(row.get("value"), row.get("copy"));
      assertEquals(0, pipeline.status(List.of()).getLast().failures());
    }
  }

  @Test
  void aValueThatItsColumnCannotHoldIsAFailure() {
    Map<String, Object> unfit = new LinkedHashMap<>();
    unfit.put("int", 1L << 40);
    unfit.put("double", Double.NaN);
    unfit.put("decimal(4,2)", new BigDecimal("123.45"));
    unfit.put("string", 5);
    unfit.put("uuid", "text");
    unfit.put("long[]", 5L);
    unfit.put("string[]", List.of("a".repeat((1 << 20) + 1)));
    for (Map.Entry<String, Object> one : unfit.entrySet()) {
      ColumnType type = ColumnType.parse(one.getKey());
      Pipeline pipeline =
          pipeline(
              provider(
                  "first",
                  new Given(
                      List.of(InputField.of("word", ColumnType.STRING)),
                      List.of(new AddedField("value", type, "")),
                      (_, out) -> out.value(0, one.getValue()))));
      TableSchema schema =
          schema(
              "collection: x\nfields:\n  word: string\n  value: { type: \"%s\", enriched: first }\n"
                  .formatted(type));
      assertNull(decode(pipeline, schema, "{\"word\":\"owl\"}").get("value"), type.toString());
      assertTrue(
          String.valueOf(pipeline.status(List.of()).getFirst().lastFailure())
              .contains("the field value"),
          type.toString());
    }
  }

  @Test
  void configsAreCheckedAgainstThePipeline() {
    String config =
        """
        collection: words
        time: size
        fields:
          word: { type: long }
          loud: { type: string, enriched: loud }
          size: { type: long, enriched: size }
          length: { type: int, enriched: size }
          other: { type: int, enriched: lout }
          both: { type: long, enriched: size, derive: "1" }
        source: { map: { loud: /x } }
        """;
    List<ConfigProblem> problems =
        ConfigParser.parse(
                List.of(new ConfigFile("words.yaml", config)), List.of(), pipeline(loud(), size()))
            .problems();
    assertEquals(
        """
        words.yaml:2: time: found 'size', which is a long; expected a column that is a timestamp or a date
        words.yaml:2: time: found 'size', which an enricher fills; expected a column whose values come with the events
        words.yaml:5: fields.loud.enriched: found 'loud', which reads the field word as string, and here it is long
        words.yaml:6: fields.size.enriched: found 'size', which adds size as int, expected `type: int` and not long
        words.yaml:7: fields.length.enriched: found 'size', which adds no field length, expected one of size, unwanted
        words.yaml:8: fields.other.enriched: found 'lout', expected an enricher of the server's `pipeline`: loud, size (did you mean 'loud'?)
        words.yaml:9: fields.both.enriched: found 'size', which stands beside `derive`; expected one of them: who fills the field
        words.yaml:9: fields.both.enriched: found 'size', which adds no field both, expected one of size, unwanted
        words.yaml:10: source.map.loud: is filled by the enricher 'loud', so nothing is read for it
        """
            .strip(),
        String.join("\n", problems.stream().map(ConfigProblem::toString).toList()));
    assertEquals(
        List.of(
            "the field loud stays null in new events: its enricher is 'loud', expected an enricher"
                + " of the server's `pipeline`, which is empty",
            "the field size stays null in new events: its enricher is 'size', expected an enricher"
                + " of the server's `pipeline`, which is empty"),
        Pipeline.EMPTY.unserved(schema(WORDS)));
    assertEquals(List.of(), pipeline(loud(), size()).unserved(schema(WORDS)));
  }

  @Test
  void settingsAreCheckedAllAtOnce() {
    EnricherProvider picky =
        new EnricherProvider() {
          @Override
          public String name() {
            return "picky";
          }

          @Override
          public Given create(EnricherSettings settings) {
            String column = settings.column("field");
            String prefix = settings.prefix("p_");
            settings.number("limit", 5, 1, 10);
            return new Given(
                List.of(InputField.of(column, ColumnType.STRING)),
                List.of(new AddedField(prefix + "x", ColumnType.STRING, "")),
                (_, _) -> {});
          }
        };
    List<StepSettings> steps =
        List.of(
            new StepSettings("pikcy", Map.of(), "tyto.yaml:2"),
            new StepSettings("picky", Map.of(), "tyto.yaml:3"),
            new StepSettings("picky", Map.of("field", "a", "limit", 11), "tyto.yaml:4"),
            new StepSettings("picky", Map.of("field", "a", "limti", 1), "tyto.yaml:5"),
            new StepSettings("picky", Map.of("field", "b"), "tyto.yaml:6"),
            new StepSettings("picky", Map.of("field", "b c"), "tyto.yaml:7"));
    TytoException fault =
        assertThrows(TytoException.class, () -> Pipeline.of(steps, List.of(picky)));
    assertEquals(
        """
        tyto.yaml:2: pipeline.pikcy: there is no such enricher, expected one of picky (did you mean 'picky'?)
        tyto.yaml:3: pipeline.picky: `field` is missing
        tyto.yaml:4: pipeline.picky: `limit` is '11', expected a whole number from 1 to 10
        tyto.yaml:5: pipeline.picky.limti: is an unknown key, expected one of field, limit, prefix (did you mean 'limit'?)
        tyto.yaml:6: pipeline.picky (step 2): adds the field p_x, which tyto.yaml:5: pipeline.picky (step 1) adds too; give one of them another `prefix`
        tyto.yaml:7: pipeline.picky: `field` is 'b c', expected the name of a column
        """
            .strip(),
        fault.getMessage());
  }
}
