package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.RecordsQuery;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Pages, their cursors, and the identity of an input.
class PagingTest {
  private static final String LAST_WEEK =
      "input:{range:{last:\"P7D\"},groupBy:[{dimension:COUNTRY}]}";

  private final Client client = new Client();

  private AggregateQuery asked() {
    return client.queries.aggregates.poll();
  }

  @Test
  void cursorsAreMadeOnlyWhereSelected() {
    client.recharge("aggregate(" + LAST_WEEK + "){rows{id} pageInfo{hasNextPage}}");
    assertFalse(asked().wants().cursors());
    client.recharge("aggregate(" + LAST_WEEK + "){rows{cursor}}");
    assertTrue(asked().wants().cursors());
    client.recharge("table(" + LAST_WEEK + ",measures:[]){endCursor}");
    assertTrue(asked().wants().cursors());
  }

  @Test
  void theSecondPageIsCutFromTheRangeOfTheFirst() {
    String first = client.recharge("aggregate(" + LAST_WEEK + "){pageInfo{endCursor}}");
    String cursor = first.split("\"")[1];
    AggregateQuery firstQuestion = asked();

    Client later = tomorrow();
    later.recharge("aggregate(" + LAST_WEEK + ",after:\"" + cursor + "\"){rows{id}}");
    AggregateQuery second = later.queries.aggregates.element();
    assertEquals(firstQuestion.range(), second.range());
    assertEquals("c1", second.after());
    assertEquals(firstQuestion.identity(), second.identity());
  }

  private static Client tomorrow() {
    return new Client(
        new FakeQueries(Collections.recharge()),
        GraphQlOptions.DEFAULT,
        Clock.fixed(FakeQueries.NOON.plus(Duration.ofDays(1)), ZoneOffset.UTC));
  }

  @Test
  void aFixedRangeNeedsNoInstant() {
    String page =
        client.recharge(
            "records(range:{between:{from:\"2026-01-01T00:00:00Z\",to:\"2026-02-01T00:00:00Z\"}}){pageInfo{startCursor endCursor hasPreviousPage}}");
    assertEquals(
        "{records:{pageInfo:{startCursor:\"r0\",endCursor:\"r1\",hasPreviousPage:false}}}", page);
  }

  @Test
  void textThatIsNoCursorIsRefused() {
    assertEquals(
        "CURSOR_INVALID RechargeCollection.aggregate(after:)",
        client.rechargeRefused("aggregate(" + LAST_WEEK + ",after:\"???\"){rows{id}}"));
    assertEquals(
        "CURSOR_INVALID RechargeCollection.records(before:)",
        client.rechargeRefused(
            "records(range:{last:\"P1D\"},last:5,before:\"nonsense!\"){nodes{_id}}"));
  }

  @Test
  void recordsPageBothWays() {
    client.recharge("records(range:{preset:ALL_TIME},last:5,offset:2){totalCount nodes{_id}}");
    RecordsQuery query = client.queries.records.element();
    assertTrue(query.backward());
    assertTrue(query.wantsTotal());
    assertEquals(5, query.limit());
    assertEquals(2, query.offset());
    assertEquals(
        List.of(new RecordsQuery.Order("ts", AggregateQuery.Direction.DESC)), query.orderBy());
  }

  @Test
  void equalInputsAreOneIdentityHoweverTheyAreWritten() {
    String base =
        "aggregate(input:{where:{country:{eq:\"DE\"},platform:{eq:\"ios\"}},range:{preset:TODAY}}){totals{count}}";
    client.recharge(base);
    String identity = asked().identity();
    client.recharge(
        "aggregate(input:{range:{preset:TODAY},timezone:\"UTC\",where:{platform:{eq:\"ios\"},country:{eq:\"DE\"}},options:{timeoutMs:9}},limit:3){rows{id}}");
    assertEquals(identity, asked().identity());
    client.recharge(base.replace("DE", "FR"));
    assertNotEquals(identity, asked().identity());
  }
}
