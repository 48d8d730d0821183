package io.tyto.graphqlschema.input;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Hashes inputs so that equal ones are equal whatever the order in which a client wrote them.
///
/// A range of `last: P7D` is the same input tomorrow: what a client caches under an id is the
/// panel, not the day.
public final class Identity {
  private static final int BYTES = 16;

  private Identity() {}

  public static String of(Object... parts) {
    StringBuilder canonical = new StringBuilder();
    for (Object part : parts) {
      append(canonical, part instanceof InputObject input ? input.members() : part);
    }
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(canonical.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /// Lengths stand before texts, so that no text can look like two.
  private static void append(StringBuilder canonical, @Nullable Object value) {
    switch (value) {
      case null -> canonical.append('~');
      case Map<?, ?> map -> {
        canonical.append('{');
        new TreeMap<>(map)
            .forEach((name, member) -> {
              append(canonical, name);
              append(canonical, member);
            });
        canonical.append('}');
      }
      case List<?> list -> {
        canonical.append('[');
        list.forEach(element -> append(canonical, element));
        canonical.append(']');
      }
      default -> {
        String text = value.toString();
        canonical.append(text.length()).append(':').append(text);
      }
    }
  }
}
