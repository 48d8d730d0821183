package io.tyto.engine.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.Estimate;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TurnTest {
  private static final long MOST = 10L * Turn.STEP_ROWS;

  private long asked;
  private double left = -1;

  /// One query may read so many rows.
  private final QueryGate gate =
      (_, first) -> {
        ask(first);
        return new QueryGate.Pass() {
          @Override
          public void more(Estimate estimate) {
            ask(estimate);
          }

          @Override
          public void leave(double cost) {
            left = cost;
          }
        };
      };

  private void ask(Estimate estimate) {
    if (asked + estimate.rows() > MOST) {
      throw new TytoException(ErrorCode.COST_LIMIT_EXCEEDED, "too much");
    }
    asked += estimate.rows();
  }

  private Turn turn() {
    return new Turn(new QueryContext("q", Duration.ofMinutes(1), 1 << 20, Caller.SYSTEM, gate));
  }

  private static Estimate estimate(long rows) {
    return new Estimate(Estimate.Lane.SCAN, rows, 2);
  }

  @Test
  void whatReadsAsMuchAsItSaidAsksOnce() {
    try (Turn turn = turn()) {
      turn.begin(estimate(100));
      turn.scanned(60);
      turn.scanned(40);
      assertEquals(100, asked);
      turn.begin(estimate(50));
      turn.scanned(50);
      assertEquals(150, asked);
    }
    assertEquals(Estimate.cost(150, 2), left);
  }

  @Test
  void whatReadsMoreThanItSaidEndsWhereOneQueryEnds() {
    long read = 0;
    try (Turn turn = turn()) {
      turn.begin(estimate(10));
      TytoException end = null;
      while (end == null) {
        read += 1_000;
        try {
          turn.scanned(1_000);
        } catch (TytoException e) {
          end = e;
        }
      }
      assertEquals(ErrorCode.COST_LIMIT_EXCEEDED, end.code());
    }
    assertEquals(MOST / 1e6, read / 1e6, (Turn.STEP_ROWS + 1_000) / 1e6);
    assertEquals(Estimate.cost(read, 2), left);
  }

  @Test
  void nothingIsAskedOfAGateThatRefused() {
    try (Turn turn = turn()) {
      assertThrows(TytoException.class, () -> turn.begin(estimate(MOST + 1)));
      turn.scanned(10);
    }
    assertEquals(0, asked);
    assertEquals(-1, left);
  }
}
