package io.tyto.ingest.proposal;

import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.JsonPointer;
import io.tyto.model.schema.JsonPointer.Each;
import io.tyto.model.schema.JsonPointer.Member;
import io.tyto.model.schema.JsonPointer.Step;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Makes column names that a config takes and the API can tell apart. Not thread-safe.
final class ColumnNames {
  private static final int MAX_LENGTH = 100;

  /// Keys that say little without the object they stand in.
  private static final Set<String> GENERIC =
      Set.of(
          "id", "name", "type", "key", "code", "kind", "value", "title", "url", "status", "count");

  private final Set<String> taken = new HashSet<>();
  private final Set<String> constants = new HashSet<>();

  /// How many places end in a key.
  private final Map<String, Integer> places = new HashMap<>();

  ColumnNames(Collection<JsonPointer> pointers) {
    for (JsonPointer pointer : pointers) {
      places.merge(last(pointer), 1, Integer::sum);
    }
  }

  /// A new name: the last key where it is the only one and says enough, else all keys on the way.
  String of(JsonPointer pointer) {
    String last = last(pointer);
    boolean isEnough =
        places.getOrDefault(last, 0) <= 1 && !GENERIC.contains(last.toLowerCase(Locale.ROOT));
    String plain = plain(isEnough ? last : joined(pointer), "column");
    String name = plain;
    for (int i = 2; !take(name); i++) {
      name = plain + "_" + i;
    }
    return name;
  }

  private static String last(JsonPointer pointer) {
    return pointer.steps().isEmpty() ? "" : key(pointer.steps().getLast());
  }

  private static String joined(JsonPointer pointer) {
    return pointer.steps().stream().map(ColumnNames::key).collect(Collectors.joining("_"));
  }

  private static String key(Step step) {
    return switch (step) {
      case Member(String name) -> name;
      case Each _ -> "each";
    };
  }

  /// A text as a name: ASCII letters, digits and underscores, a letter first.
  static String plain(String text, String otherwise) {
    String plain = text.replaceAll("[^A-Za-z0-9]+", "_").replaceAll("^[_0-9]+|_+$", "");
    if (plain.isEmpty()) {
      return otherwise;
    }
    if (plain.matches("(?i)null|true|false")) {
      return plain + "_"; // YAML takes the bare word for a value of its own
    }
    return plain.length() > MAX_LENGTH ? plain.substring(0, MAX_LENGTH) : plain;
  }

  /// Keys of JSON that need no entry in `source.map`.
  static boolean isOwnName(String name, JsonPointer pointer) {
    return pointer.steps().equals(List.of(new Member(name)));
  }

  private boolean take(String name) {
    String api = ApiNames.field(name);
    boolean isFree =
        !ApiNames.RESERVED_MEMBERS.contains(api)
            && !taken.contains(api)
            && !constants.contains(ApiNames.constant(api));
    if (isFree) {
      taken.add(api);
      constants.add(ApiNames.constant(api));
    }
    return isFree;
  }
}
