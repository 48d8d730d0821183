package io.tyto.engine.domain;

import org.jspecify.annotations.Nullable;

/// The row loops that make groups of codes: `groups[i] = groups[i] * limit + code`. Static and
/// apart from any object, so that each is compiled once, for itself. Positions may be null: the
/// first ones.
final class CodeLoops {
  private CodeLoops() {}

  /// The code is the value and `shift`; of the value only the lower half counts.
  static void fold(
      long[] values, int shift, int @Nullable [] positions, int count, int limit, int[] groups) {
    if (positions != null) {
      for (int i = 0; i < count; i++) {
        groups[i] = groups[i] * limit + (int) values[positions[i]] + shift;
      }
    } else if (limit == 0) {
      for (int i = 0; i < count; i++) {
        groups[i] = (int) values[i] + shift;
      }
    } else {
      for (int i = 0; i < count; i++) {
        groups[i] = groups[i] * limit + (int) values[i] + shift;
      }
    }
  }

  /// The code is the ordinal and `shift`.
  static void fold(
      int[] ordinals, int shift, int @Nullable [] positions, int count, int limit, int[] groups) {
    if (positions != null) {
      for (int i = 0; i < count; i++) {
        groups[i] = groups[i] * limit + ordinals[positions[i]] + shift;
      }
    } else if (limit == 0) {
      for (int i = 0; i < count; i++) {
        groups[i] = ordinals[i] + shift;
      }
    } else {
      for (int i = 0; i < count; i++) {
        groups[i] = groups[i] * limit + ordinals[i] + shift;
      }
    }
  }

  /// The code is the ordinal's translation.
  static void fold(
      int[] ordinals,
      int[] translation,
      int @Nullable [] positions,
      int count,
      int limit,
      int[] groups) {
    if (positions != null) {
      for (int i = 0; i < count; i++) {
        groups[i] = groups[i] * limit + translation[ordinals[positions[i]]];
      }
    } else {
      for (int i = 0; i < count; i++) {
        groups[i] = groups[i] * limit + translation[ordinals[i]];
      }
    }
  }

  /// Takes back the codes that {@link #fold} gave to nulls: theirs is 0.
  static void unfoldNulls(
      int[] ordinals,
      int[] translation,
      long[] nulls,
      int @Nullable [] positions,
      int count,
      int[] groups) {
    for (int i = 0; i < count; i++) {
      int position = positions == null ? i : positions[i];
      // All bits where the value is null.
      int isNull = -(int) (nulls[position >>> 6] >>> position & 1);
      groups[i] -= translation[ordinals[position]] & isNull;
    }
  }

  /// Ids and `base`; 0 stays 0.
  static void entities(long[] ids, int base, int count, int[] codes) {
    for (int i = 0; i < count; i++) {
      int id = (int) ids[i];
      codes[i] = id + (base & -id >> 31);
    }
  }

  /// The same for the ids at `positions`.
  static void entities(long[] ids, int base, int[] positions, int count, int[] codes) {
    for (int i = 0; i < count; i++) {
      int id = (int) ids[positions[i]];
      codes[i] = id + (base & -id >> 31);
    }
  }
}
