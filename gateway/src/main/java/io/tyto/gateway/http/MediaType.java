package io.tyto.gateway.http;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A media type as headers have it, or a range of them with `*`.
///
/// @param type in lower case, such as `application`
/// @param parameters names in lower case, values without quotes
public record MediaType(String type, String subtype, Map<String, String> parameters) {
  /// Null where the text is none.
  public static @Nullable MediaType parse(@Nullable String text) {
    if (text == null) {
      return null;
    }
    String[] parts = text.split(";", -1);
    String name = parts[0].strip().toLowerCase(Locale.ROOT);
    int slash = name.indexOf('/');
    if (slash <= 0 || slash == name.length() - 1 || name.indexOf('/', slash + 1) >= 0) {
      return null;
    }
    Map<String, String> parameters = new HashMap<>();
    for (int i = 1; i < parts.length; i++) {
      int equals = parts[i].indexOf('=');
      if (equals > 0) {
        parameters.put(
            parts[i].substring(0, equals).strip().toLowerCase(Locale.ROOT),
            unquoted(parts[i].substring(equals + 1).strip()));
      }
    }
    return new MediaType(name.substring(0, slash), name.substring(slash + 1), parameters);
  }

  private static String unquoted(String value) {
    boolean isQuoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
    return isQuoted ? value.substring(1, value.length() - 1) : value;
  }

  /// `application/json`, without parameters.
  public String name() {
    return type + "/" + subtype;
  }

  /// Whether its text is UTF-8, which it is where it does not say.
  public boolean isUtf8() {
    String charset = parameters.getOrDefault("charset", "utf-8").toLowerCase(Locale.ROOT);
    return charset.equals("utf-8") || charset.equals("utf8");
  }

  /// 0: a range that does not hold it; 1: `*/*`; 2: `application/*`; 3: the type itself.
  int specificity(String name) {
    if (name().equals(name)) {
      return 3;
    }
    if (!subtype.equals("*")) {
      return 0;
    }
    return type.equals("*") ? 1 : name.startsWith(type + "/") ? 2 : 0;
  }
}
