package io.tyto.gateway.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.graphqlschema.GraphQlRequest;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OperationTextTest {
  private static GraphQlRequest of(String text) {
    return GraphQlRequest.of(text);
  }

  private static GraphQlRequest of(String text, String operation) {
    return new GraphQlRequest(text, operation, Map.of(), Map.of(), false);
  }

  @Test
  void namesKindAndOperation() {
    assertEquals("query", OperationText.what(of("{ a }")));
    assertEquals("query", OperationText.what(of("query($x: Int) { a }")));
    assertEquals("query Revenue", OperationText.what(of("# of alice\n query Revenue { a }")));
    assertEquals("mutation Drop", OperationText.what(of(",, mutation Drop { a }")));
    assertEquals("subscription", OperationText.what(of("subscription { a }")));
    assertEquals("query", OperationText.what(of("fragment F on Q { a } query Late { a }")));
    assertEquals("query B", OperationText.what(of("query A { a } query B { b }", "B")));
    assertEquals("query", OperationText.what(of("{ a }", "a\nb\u001b[31m")));
    assertEquals(64 + 6, OperationText.what(of("query " + "A".repeat(100) + " { a }")).length());
  }

  @Test
  void leavesOutEverythingThatMightBeAValue() {
    String text =
        """
        # asked by alice@example.com
        query Revenue($card: String = "4111111111111111", $n: Int = 4711) {
          aliceSecret: play {
            aggregate(input: {range: {from: "1999-12-31"}, where: {country: {in: ["secretland", "zz"]},
                note: {eq: \"""hunter2\"""}, score: {gt: 98765.5, lt: $n}}}) { totals { count } }
          }
        }
        """;
    String told = OperationText.withoutValues(of(text));
    for (String value :
        new String[] {
          "alice", "4111", "4711", "1999", "secretland", "zz", "hunter2", "98765", "card"
        }) {
      assertFalse(told.contains(value), value + " in " + told);
    }
    assertTrue(told.contains("aggregate") && told.contains("country") && told.contains("totals"));
  }

  @Test
  void tellsNothingOfWhatIsNoGraphQl() {
    assertEquals("(no GraphQL)", OperationText.withoutValues(of("{ play(secret: \"x\"")));
    assertEquals(
        "(too long to be shown)", OperationText.withoutValues(of("{ a }" + " ".repeat(100_000))));
  }

  @Test
  void hashesTheText() {
    assertEquals(32, OperationText.hash(of("{ a }")).length());
    assertEquals(OperationText.hash(of("{ a }")), OperationText.hash(of("{ a }")));
    assertNotEquals(OperationText.hash(of("{ a }")), OperationText.hash(of("{ b }")));
  }
}
