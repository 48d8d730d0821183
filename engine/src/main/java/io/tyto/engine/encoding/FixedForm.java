package io.tyto.engine.encoding;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Finds out, value by value, whether all values have one length and a common {@link TextForm}.
final class FixedForm {
  /// Longer values than this are left to compression.
  private static final int MAX_STORED_BYTES = 64;

  private static final TextForm[] TEXT_FORMS = {
    TextForm.UUID_LOWER, TextForm.UUID_UPPER, TextForm.HEX_LOWER, TextForm.HEX_UPPER
  };

  private final boolean[] isPossible = new boolean[TEXT_FORMS.length];
  private int length;
  private boolean isOneLength;

  FixedForm() {
    clear();
  }

  void clear() {
    length = -1;
    isOneLength = true;
    Arrays.fill(isPossible, true);
  }

  void add(byte[] data, int from, int valueLength) {
    if (length == -1) {
      length = valueLength;
    }
    isOneLength &= valueLength == length;
    if (isOneLength) {
      for (int i = 0; i < isPossible.length; i++) {
        isPossible[i] = isPossible[i] && TEXT_FORMS[i].matches(data, from, valueLength);
      }
    }
  }

  /// The narrowest common form, or null where there is none or no value was seen.
  @Nullable TextForm form() {
    if (!isOneLength || length <= 0) {
      return null;
    }
    for (int i = 0; i < isPossible.length; i++) {
      if (isPossible[i] && TEXT_FORMS[i].storedLength(length) <= MAX_STORED_BYTES) {
        return TEXT_FORMS[i];
      }
    }
    return length <= MAX_STORED_BYTES ? TextForm.RAW : null;
  }

  int valueLength() {
    return length;
  }
}
