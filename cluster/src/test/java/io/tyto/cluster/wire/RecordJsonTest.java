package io.tyto.cluster.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Cohort;
import io.tyto.model.query.EventFilter;
import io.tyto.model.query.Filter;
import io.tyto.model.query.Measure;
import io.tyto.model.query.TimeInterval;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RecordJsonTest {
  private record Question(TimeInterval range, Filter where, List<Measure> measures) {}

  private static Question question(Filter where) {
    return new Question(
        new TimeInterval(Instant.parse("2026-01-01T00:00:00.123456Z"), null),
        where,
        List.of(
            new Measure.Count(),
            new Measure.Column("amount", Measure.Function.SUM_EXACT),
            new Measure.Quantiles("d", List.of(0.5, 0.99), true, Measure.QuantileMethod.DISCRETE)));
  }

  @Test
  void everyFilterComesBack() {
    List<Object> values =
        List.of(
            "text \"quoted\" \n ü",
            true,
            Long.MIN_VALUE,
            Double.MIN_VALUE,
            -0.0,
            Double.POSITIVE_INFINITY,
            new BigDecimal("123456789012345678901234567890.1234"),
            Instant.parse("1969-12-31T23:59:59.999999999Z"),
            LocalDate.of(-4, 2, 29),
            UUID.fromString("00000000-0000-4000-8000-000000000001"),
            InetAddress.ofLiteral("2001:db8::1"),
            InetAddress.ofLiteral("10.0.0.1"));
    Filter did =
        new Filter.InCohort(
            new Cohort.Did(
                new EventFilter("logins", TimeInterval.ALL_TIME, new Filter.IsNull("x")), 2),
            null);
    Question asked =
        question(
            new Filter.And(
                List.of(
                    new Filter.In("a", values, true),
                    new Filter.Not(new Filter.Compare("b", Filter.Op.GTE, 5L, false)),
                    new Filter.Or(List.of(new Filter.Sampled(0.25), did)),
                    new Filter.JsonPath(
                        "j",
                        "/a/0",
                        Filter.JsonAs.NUMBER,
                        new Filter.Compare("", Filter.Op.EQ, 1.5, false)))));
    String text = RecordJson.write(asked, Question.class);
    assertEquals(asked, RecordJson.read(text, Question.class), text);
  }

  @Test
  void whatANewerNodeSaysIsRefusedRatherThanLeftOut() {
    String text = RecordJson.write(question(new Filter.IsNull("x")), Question.class);
    String other = text.replace("\"column\":\"x\"", "\"column\":\"x\",\"deeply\":true");
    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> RecordJson.read(other, Question.class));
    assertTrue(
        String.valueOf(error.getMessage()).contains("IsNull has no deeply"), error::toString);
    assertThrows(
        IllegalArgumentException.class,
        () -> RecordJson.read(text.replace("IsNull", "IsNaught"), Question.class));
  }

  @Test
  void onlyClassesThatAreAskedForAreMade() {
    assertThrows(
        IllegalArgumentException.class,
        () -> RecordJson.read("{\"where\":{\"is\":\"java.lang.String\"}}", Question.class));
    assertThrows(
        IllegalArgumentException.class, () -> RecordJson.read("[1,2]", AggregateQuery.class));
    assertThrows(
        IllegalArgumentException.class,
        () -> RecordJson.read("{\"where\":".repeat(1_000), Question.class));
  }
}
