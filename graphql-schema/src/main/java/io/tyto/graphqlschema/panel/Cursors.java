package io.tyto.graphqlschema.panel;

import io.tyto.graphqlschema.input.InputObject;
import io.tyto.model.error.ErrorCode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// Pins the instant at which a range such as `last: P7D` was first evaluated, so that the second
/// page is cut from the same rows as the first: behind the engine's cursor stands that instant.
///
/// @param now what the ranges of this page go by
/// @param isPinned whether the range depends on it
record Cursors(Instant now, boolean isPinned) {
  private static final char SEPARATOR = '~';
  private static final int RADIX = 36;

  /// @param cursorMembers the arguments that may hold a cursor
  static Cursors of(
      InputObject arguments, InputObject withRange, Instant now, String... cursorMembers) {
    boolean isPinned = !withRange.object("range", "TimeRange").only().equals("between");
    for (String member : cursorMembers) {
      if (isPinned && arguments.has(member)) {
        return new Cursors(instant(arguments, member), true);
      }
    }
    return new Cursors(now.truncatedTo(ChronoUnit.MICROS), isPinned);
  }

  private static Instant instant(InputObject arguments, String member) {
    String cursor = arguments.text(member);
    try {
      long micros = Long.parseLong(cursor.substring(cursor.lastIndexOf(SEPARATOR) + 1), RADIX);
      return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    } catch (NumberFormatException e) {
      throw arguments.error(
          ErrorCode.CURSOR_INVALID, member, "is no cursor of this question: begin without it");
    }
  }

  /// The engine's own cursor in an argument, or null.
  @Nullable String inner(InputObject arguments, String member) {
    if (!arguments.has(member)) {
      return null;
    }
    String cursor = arguments.text(member);
    return isPinned ? cursor.substring(0, Math.max(0, cursor.lastIndexOf(SEPARATOR))) : cursor;
  }

  /// What a client gets for a cursor of the engine.
  String outer(String cursor) {
    if (!isPinned) {
      return cursor;
    }
    long micros = ChronoUnit.MICROS.between(Instant.EPOCH, now);
    return cursor + SEPARATOR + Long.toString(micros, RADIX);
  }
}
