package io.tyto.gateway.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.RetryLaterException;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.Estimate;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Nobody keeps all others from exporting.
final class PlacesTest {
  private static final Caller ANNA = caller("anna", "acme");
  private static final Caller BERT = caller("bert", "acme");
  private static final Caller OTHER_ANNA = caller("anna", "umbrella");
  private static final Estimate ESTIMATE = new Estimate(Estimate.Lane.SCAN, 1, 1);

  private final Places places = new Places(4, "come back later");
  private final QueryContext query = new QueryContext("q", Duration.ofMinutes(1), 1 << 20);

  private static Caller caller(String id, String project) {
    return new Caller(id, Caller.Kind.KEY, id, project, Access.NOTHING, "default");
  }

  private Places.Place take(Caller caller) {
    Places.Place place = places.of(caller);
    place.take();
    return place;
  }

  private void assertRefused(ErrorCode code, Caller caller) {
    TytoException refused = assertThrows(TytoException.class, () -> places.of(caller).take());
    assertEquals(code, refused.code());
  }

  @Test
  void oneCallerHasHalfOfThem() {
    Places.Place first = take(ANNA);
    take(ANNA);
    assertRefused(ErrorCode.CONCURRENCY_LIMITED, ANNA);
    take(OTHER_ANNA);
    take(BERT);
    assertRefused(ErrorCode.OVERLOADED, BERT);
    first.close();
    first.close();
    take(ANNA);
    assertRefused(ErrorCode.OVERLOADED, OTHER_ANNA);
  }

  @Test
  void whoWaitsForAPlaceCanBeEnded() {
    take(ANNA);
    take(ANNA);
    query.cancel();
    TytoException ended = assertThrows(TytoException.class, () -> places.of(ANNA).await(query));
    assertEquals(ErrorCode.CANCELLED, ended.code());
  }

  /// Who has used up what they may scan for now holds no place until they may scan again.
  @Test
  void othersHaveThePlaceOfWhomTheGateKeepsWaiting() {
    Places one = new Places(1, "come back later");
    RetryLaterException later =
        new RetryLaterException(ErrorCode.RATE_LIMITED, "wait", Duration.ofSeconds(9));
    QueryGate.Pass[] pass = {null};
    QueryGate gate =
        (_, _) -> {
          if (pass[0] == null) {
            throw later;
          }
          return pass[0];
        };
    Places.Place mine = one.of(ANNA);
    mine.take();
    QueryGate mineFirst = mine.before(gate);
    assertSame(
        later, assertThrows(RetryLaterException.class, () -> mineFirst.enter(query, ESTIMATE)));
    Places.Place theirs = one.of(BERT);
    theirs.take();
    pass[0] = QueryGate.Pass.FREE;
    QueryContext late = new QueryContext("late", Duration.ZERO, 1 << 20);
    TytoException waited = assertThrows(TytoException.class, () -> mineFirst.enter(late, ESTIMATE));
    assertEquals(ErrorCode.QUERY_TIMEOUT, waited.code(), "it waits for the place, too");
    theirs.close();
    assertSame(QueryGate.Pass.FREE, mineFirst.enter(query, ESTIMATE));
    assertThrows(TytoException.class, theirs::take);
  }
}
