package io.tyto.model.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AccessTest {
  private static Access of(Map<String, List<String>> parameters, String... scopes) {
    return Access.of(List.of(scopes).stream().map(Scope::parse).toList(), parameters);
  }

  /// Values are the callers' own words: none of them may stand for several, or for other names.
  @Test
  void fingerprintsDifferWhereRightsDo() {
    List<Access> all =
        new ArrayList<>(
            List.of(
                of(Map.of()),
                of(Map.of(), "query:a"),
                of(Map.of(), "query:a", "query:b"),
                of(Map.of("tenant", List.of())),
                of(Map.of("tenant", List.of(""))),
                of(Map.of("tenant", List.of("a", "b"))),
                of(Map.of("tenant", List.of("b", "a"))),
                of(Map.of("tenant", List.of("a, b"))),
                of(Map.of("tenant", List.of("a", "b], shop=[c"))),
                of(Map.of("tenant", List.of("a", "b"), "shop", List.of("c"))),
                of(Map.of("tenant", List.of("a 1:b"))),
                of(Map.of("tenant", List.of("a", "1:b"))),
                of(Map.of("1:a", List.of("b")))));
    for (int i = 0; i < all.size(); i++) {
      for (int j = 0; j < i; j++) {
        assertNotEquals(all.get(i), all.get(j));
        assertNotEquals(all.get(i).fingerprint(), all.get(j).fingerprint());
      }
    }
  }

  @Test
  void fingerprintsAreEqualWhereRightsAre() {
    Map<String, List<String>> parameters = Map.of("tenant", List.of("a", "b"), "x", List.of("1"));
    assertEquals(
        of(parameters, "query:a", "records:*").fingerprint(),
        of(parameters, "records:*", "query:a").fingerprint());
  }
}
