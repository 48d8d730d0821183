package io.tyto.engine.filter;

import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// AND and OR of tests over one vector.
final class Combined {
  private Combined() {}

  /// True when empty, even of null.
  record All(List<ValuePredicate> tests) implements ValuePredicate {
    @Override
    public void retain(ColumnVector vector, long[] mask, Masks masks) {
      for (ValuePredicate test : tests) {
        test.retain(vector, mask, masks);
      }
    }

    @Override
    public Verdict verdict(Zone zone, @Nullable Dictionary dictionary) {
      Verdict verdict = Verdict.ALWAYS;
      for (ValuePredicate test : tests) {
        switch (test.verdict(zone, dictionary)) {
          case NEVER -> {
            return Verdict.NEVER;
          }
          case SOMETIMES -> verdict = Verdict.SOMETIMES;
          case ALWAYS -> {}
        }
      }
      return verdict;
    }

    @Override
    public int cost() {
      return tests.stream().mapToInt(ValuePredicate::cost).sum();
    }
  }

  /// False when empty.
  record Any(List<ValuePredicate> tests) implements ValuePredicate {
    @Override
    public void retain(ColumnVector vector, long[] mask, Masks masks) {
      int words = Masks.words(vector.length());
      long[] passed = masks.borrow(vector.length());
      long[] open = masks.borrow(vector.length());
      Masks.clear(passed, vector.length());
      for (ValuePredicate test : tests) {
        for (int word = 0; word < words; word++) {
          open[word] = mask[word] & ~passed[word];
        }
        test.retain(vector, open, masks);
        for (int word = 0; word < words; word++) {
          passed[word] |= open[word];
        }
      }
      System.arraycopy(passed, 0, mask, 0, words);
      masks.release(open);
      masks.release(passed);
    }

    @Override
    public Verdict verdict(Zone zone, @Nullable Dictionary dictionary) {
      Verdict verdict = Verdict.NEVER;
      for (ValuePredicate test : tests) {
        switch (test.verdict(zone, dictionary)) {
          case ALWAYS -> {
            return Verdict.ALWAYS;
          }
          case SOMETIMES -> verdict = Verdict.SOMETIMES;
          case NEVER -> {}
        }
      }
      return verdict;
    }

    @Override
    public int cost() {
      return 1 + tests.stream().mapToInt(ValuePredicate::cost).sum();
    }
  }
}
