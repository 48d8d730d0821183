package io.tyto.model.text;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Finds what somebody probably meant. Thread-safe: no state.
public final class Suggestion {
  /// Longer names are compared no further; keeps hostile input cheap.
  private static final int MAX_LENGTH = 64;

  private Suggestion() {}

  /// The known name nearest to what was found, or null where none is near.
  public static @Nullable String nearest(String found, Collection<String> known) {
    String wanted = folded(found);
    int tolerance = Math.max(1, Math.min(wanted.length(), MAX_LENGTH) / 3);
    String best = null;
    int bestDistance = tolerance + 1;
    for (String name : known) {
      int distance = distance(wanted, folded(name));
      if (distance < bestDistance) {
        best = name;
        bestDistance = distance;
      }
    }
    return best;
  }

  /// ` (did you mean 'x'?)`, or nothing.
  public static String didYouMean(String found, Collection<String> known) {
    String nearest = nearest(found, known);
    return nearest == null ? "" : " (did you mean '" + nearest + "'?)";
  }

  private static String folded(String name) {
    String cut = name.length() > MAX_LENGTH ? name.substring(0, MAX_LENGTH) : name;
    return cut.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
  }

  /// Levenshtein's distance, in which two neighbours swapped count once.
  private static int distance(String a, String b) {
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, Math.min(last[j], current[j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          current[j] = Math.min(current[j], beforeLast[j - 2] + 1);
        }
      }
      int[] recycled = beforeLast;
      beforeLast = last;
      last = current;
      current = recycled;
    }
    return last[b.length()];
  }
}
