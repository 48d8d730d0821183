package io.tyto.engine.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
  @Test
  void queriesThatFitAloneShareWhatAllOfThemHave() {
    MemoryBudget all = new MemoryBudget(100);
    try (MemoryBudget first = new MemoryBudget(80, all);
        MemoryBudget second = new MemoryBudget(80, all)) {
      first.reserve(60);
      TytoException thrown = assertThrows(TytoException.class, () -> second.reserve(50));
      assertEquals(ErrorCode.MEMORY_LIMIT_EXCEEDED, thrown.code());
      assertEquals(0, second.usedBytes());
      first.reserve(-20);
      second.reserve(50);
      assertThrows(TytoException.class, () -> second.reserve(40));
      assertEquals(90, all.usedBytes());
    }
    assertEquals(0, all.usedBytes());
  }
}
