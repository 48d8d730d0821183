package io.tyto.model.access;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// One thing that a caller may do: `query:recharge`, `records:*`, `fields:pii`, `admin`.
///
/// @param target name of a collection or label of columns; `*` stands for all
public record Scope(Verb verb, String target) {
  public static final String ALL_TARGETS = "*";
  public static final Scope ADMIN = new Scope(Verb.ADMIN, ALL_TARGETS);

  private static final Pattern TARGET = Pattern.compile("\\*|[a-zA-Z][a-zA-Z0-9_]{0,62}");

  /// Reads the text form; BAD_USER_INPUT with what is allowed.
  public static Scope parse(String text) {
    int colon = text.indexOf(':');
    String word = colon < 0 ? text : text.substring(0, colon);
    String target = colon < 0 ? "" : text.substring(colon + 1);
    for (Verb verb : Verb.values()) {
      if (verb.word().equals(word)) {
        if (verb == Verb.ADMIN && target.isEmpty()) {
          return ADMIN;
        }
        if (verb != Verb.ADMIN && TARGET.matcher(target).matches()) {
          return new Scope(verb, target);
        }
      }
    }
    String verbs =
        Arrays.stream(Verb.values())
            .filter(verb -> verb != Verb.ADMIN)
            .map(Verb::word)
            .collect(Collectors.joining(", "));
    throw new TytoException(
        ErrorCode.BAD_USER_INPUT,
        ("'%s' is no scope: expected admin, or one of %s with what it is for, such as"
                + " query:recharge, ingest:* or fields:pii")
            .formatted(text, verbs));
  }

  boolean allows(Verb what, String of) {
    return verb == Verb.ADMIN || verb == what && (target.equals(ALL_TARGETS) || target.equals(of));
  }

  @Override
  public String toString() {
    return verb == Verb.ADMIN ? verb.word() : verb.word() + ":" + target;
  }
}
