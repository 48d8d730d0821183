package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Filter;
import io.tyto.model.query.SnapshotChoice;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;

/// `options`: which of them reach the engine how, and which make another answer.
class OptionsTest {
  private final Client client = new Client();

  private AggregateQuery aggregate(String options, String selection) {
    client.recharge(
        "aggregate(input: {range: {preset: ALL_TIME}, options: {%s}}) {%s}"
            .formatted(options, selection));
    return last(client.queries.aggregates);
  }

  private static <T> T last(Collection<T> asked) {
    return List.copyOf(asked).getLast();
  }

  @Test
  void onlyWhatMakesAnotherAnswerMakesAnotherIdentity() {
    String plain = aggregate("", "rows{id}").identity();
    String bounded =
        aggregate(
                "timeoutMs: 500, maxRowsScanned: 9, maxStaleness: \"PT1H\", sampleRate: 1",
                "rows{id}")
            .identity();
    assertEquals(plain, bounded);
    assertNotEquals(plain, aggregate("sampleRate: 0.5", "rows{id}").identity());
    assertNotEquals(plain, aggregate("asOf: \"s\"", "rows{id}").identity());
    assertNotEquals(
        aggregate("asOf: \"s\"", "rows{id}").identity(),
        aggregate("asOf: \"t\"", "rows{id}").identity());
  }

  @Test
  void aSampleIsAFilterOfTheRowsAndSaysSo() {
    assertEquals(
        "{aggregate:{meta:{sampleRate:0.25}}}",
        client.recharge(
            "aggregate(input: {range: {preset: ALL_TIME}, where: {country: {eq: \"DE\"}},"
                + " options: {sampleRate: 0.25}}) {meta{sampleRate}}"));
    assertEquals(
        new Filter.And(
            List.of(
                new Filter.Compare("country", Filter.Op.EQ, "DE", false),
                new Filter.Sampled(0.25))),
        last(client.queries.aggregates).where());
    assertEquals(
        "{records:{meta:{sampleRate:0.5}}}",
        client.recharge(
            "records(range: {preset: ALL_TIME}, options: {sampleRate: 0.5}) {meta{sampleRate}}"));
    assertEquals(new Filter.Sampled(0.5), last(client.queries.records).where());
    assertEquals(
        "{aggregate:{meta:{sampleRate:1.0}}}",
        client.recharge("aggregate(input: {range: {preset: ALL_TIME}}) {meta{sampleRate}}"));
  }

  @Test
  void aSnapshotIsKeptWhereItIsTold() {
    assertEquals(SnapshotChoice.NEWEST, aggregate("", "rows{id}").snapshot());
    assertEquals(new SnapshotChoice(null, true), aggregate("", "meta{snapshot}").snapshot());
    assertEquals(
        new SnapshotChoice("s", false), aggregate("asOf: \"s\"", "meta{servedBy}").snapshot());
    client.recharge(
        "table(input: {range: {preset: ALL_TIME}}, measures: [{count: true}]) {meta{snapshot}}");
    assertEquals(new SnapshotChoice(null, true), last(client.queries.aggregates).snapshot());
    client.recharge("records(range: {preset: ALL_TIME}, options: {asOf: \"s\"}) {meta{snapshot}}");
    assertEquals(new SnapshotChoice("s", true), last(client.queries.records).snapshot());
  }

  @Test
  void whatMeansNothingIsRefusedByItsName() {
    for (String wrong :
        List.of(
            "timeoutMs: 0",
            "maxRowsScanned: 0",
            "maxStaleness: \"P1M\"",
            "maxStaleness: \"PT-1S\"",
            "sampleRate: 0",
            "sampleRate: 1.5")) {
      String member = wrong.substring(0, wrong.indexOf(':'));
      assertEquals(
          "BAD_USER_INPUT QueryOptions." + member,
          client.rechargeRefused(
              "aggregate(input: {range: {preset: ALL_TIME}, options: {%s}}) {rows{id}}"
                  .formatted(wrong)));
    }
    assertTrue(client.queries.aggregates.isEmpty());
  }
}
