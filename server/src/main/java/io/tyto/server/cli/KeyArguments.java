package io.tyto.server.cli;

import io.tyto.model.access.AddressRange;
import io.tyto.model.access.ApiKey;
import io.tyto.model.access.KeyText;
import io.tyto.model.access.Scope;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What the commands about keys are told, by people and by servers.
final class KeyArguments {
  private KeyArguments() {}

  /// `name=value` each.
  static Map<String, List<String>> parameters(List<String> texts) {
    Map<String, List<String>> parameters = new TreeMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      if (equals < 1) {
        throw wrong("--parameter", text, "such as tenant=acme");
      }
      parameters
          .computeIfAbsent(text.substring(0, equals), _ -> new ArrayList<>())
          .add(text.substring(equals + 1));
    }
    return parameters;
  }

  /// A time, or how long from now.
  static @Nullable Instant expiry(@Nullable String text, Instant now) {
    if (text == null) {
      return null;
    }
    try {
      return text.startsWith("P") ? now.plus(Duration.parse(text)) : Instant.parse(text);
    } catch (DateTimeException e) {
      throw wrong("--expires", text, "a time such as 2027-01-31T00:00:00Z, or such as P90D");
    }
  }

  static Duration duration(String option, String text) {
    try {
      return Duration.parse(text);
    } catch (DateTimeException e) {
      throw wrong(option, text, "an ISO-8601 duration such as PT24H");
    }
  }

  static ApiKey.Documents documents(String text) {
    for (ApiKey.Documents one : ApiKey.Documents.values()) {
      if (word(one).equals(text)) {
        return one;
      }
    }
    String words =
        Arrays.stream(ApiKey.Documents.values())
            .map(KeyArguments::word)
            .collect(Collectors.joining(", "));
    throw wrong("--documents", text, words);
  }

  private static String word(ApiKey.Documents one) {
    return one.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static TytoException wrong(String option, String found, String expected) {
    return new TytoException(
        ErrorCode.BAD_USER_INPUT, "%s is '%s', expected %s".formatted(option, found, expected));
  }

  /// A key as a server of the same version writes it, without hashes.
  static ApiKey key(Json.Node node) {
    Map<String, List<String>> parameters = new TreeMap<>();
    node.get("parameters").entries().forEach((name, values) -> parameters.put(name, texts(values)));
    Instant created = Instant.parse(node.get("createdAt").text());
    int secrets = (int) node.get("secrets").number();
    return new ApiKey(
        node.get("id").text(),
        node.get("environment").text(),
        node.get("name").text(),
        node.get("project").text(),
        texts(node.get("scopes")).stream().map(Scope::parse).toList(),
        texts(node.get("roles")),
        new TreeMap<>(parameters),
        texts(node.get("ranges")).stream().map(AddressRange::parse).toList(),
        node.get("limits").textOrNull(),
        ApiKey.Documents.valueOf(node.get("documents").text()),
        created,
        time(node.get("expiresAt")),
        time(node.get("revokedAt")),
        Collections.nCopies(secrets, new ApiKey.Secret("", created, null)),
        time(node.get("lastUsed")));
  }

  static KeyText text(String text) {
    KeyText key = KeyText.parse(text);
    if (key == null) {
      throw new TytoException(
          ErrorCode.INTERNAL, "the server made a key that this command cannot read");
    }
    return key;
  }

  private static @Nullable Instant time(Json.Node node) {
    return node.isMissing() ? null : Instant.parse(node.text());
  }

  private static List<String> texts(Json.Node node) {
    return node.elements().stream().map(Json.Node::text).toList();
  }
}
