package io.tyto.graphqlschema;

import graphql.schema.DataFetchingEnvironment;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.access.ApiKey;
import io.tyto.model.access.Caller;
import io.tyto.model.access.KeyText;
import io.tyto.model.port.CallerKeys;
import io.tyto.model.port.KeyService;
import io.tyto.model.port.KeyService.KeyInput;
import io.tyto.model.port.KeyService.NewKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The mutations `createApiKey`, `rotateApiKey` and `revokeApiKey`, and the query `apiKeys`.
final class KeyMutations {
  private KeyMutations() {}

  static Object create(DataFetchingEnvironment environment, CallerKeys keys) {
    InputObject arguments = Mutations.arguments("createApiKey", environment);
    Caller caller = Mutations.caller(environment);
    return Mutations.payload(() -> made(keys.createKey(input(arguments, caller), caller)));
  }

  static Object rotate(DataFetchingEnvironment environment, CallerKeys keys) {
    InputObject arguments = Mutations.arguments("rotateApiKey", environment);
    Duration overlap = Mutations.duration(arguments, "overlap");
    return Mutations.payload(() ->
        made(
            keys.rotateKey(
                arguments.text("id"),
                overlap == null ? KeyService.DEFAULT_OVERLAP : overlap,
                Mutations.caller(environment))));
  }

  static Object revoke(DataFetchingEnvironment environment, CallerKeys keys) {
    String id = Mutations.arguments("revokeApiKey", environment).text("id");
    return Mutations.payload("key", () -> key(keys.revokeKey(id, Mutations.caller(environment))));
  }

  static Object list(DataFetchingEnvironment environment, CallerKeys keys) {
    return keys.keys(Mutations.caller(environment)).stream().map(KeyMutations::key).toList();
  }

  private static KeyInput input(InputObject arguments, Caller caller) {
    boolean isOfAll = caller.kind() == Caller.Kind.OPEN || caller.kind() == Caller.Kind.SYSTEM;
    String project = isOfAll ? Caller.DEFAULT_PROJECT : caller.project();
    return new KeyInput(
        textOr(arguments, "environment", KeyText.LIVE),
        arguments.text("name"),
        textOr(arguments, "project", project),
        texts(arguments, "scopes"),
        texts(arguments, "roles"),
        parameters(arguments),
        texts(arguments, "ranges"),
        (Instant) arguments.get("expiresAt"),
        (String) arguments.get("limits"),
        ApiKey.Documents.valueOf(textOr(arguments, "documents", ApiKey.Documents.ANY.name())));
  }

  private static String textOr(InputObject arguments, String name, String otherwise) {
    return arguments.has(name) ? arguments.text(name) : otherwise;
  }

  private static List<String> texts(InputObject arguments, String name) {
    return arguments.has(name) ? arguments.list(name, String.class) : List.of();
  }

  private static Map<String, List<String>> parameters(InputObject arguments) {
    Map<String, List<String>> parameters = new TreeMap<>();
    if (arguments.has("parameters")) {
      for (InputObject one : arguments.objects("parameters", "ApiKeyParameterInput")) {
        String name = one.text("name");
        if (parameters.put(name, one.list("values", String.class)) != null) {
          throw arguments.error("parameters", "'%s' is there twice".formatted(name));
        }
      }
    }
    return parameters;
  }

  private static Map<String, @Nullable Object> made(NewKey made) {
    Map<String, @Nullable Object> payload = new LinkedHashMap<>();
    payload.put("key", key(made.key()));
    payload.put("secret", made.text().text());
    return payload;
  }

  /// Without anything of its secrets.
  private static Payload key(ApiKey key) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    members.put("id", key.id());
    members.put("name", key.name());
    members.put("prefix", key.prefix());
    members.put("project", key.project());
    members.put("scopes", key.scopes().stream().map(String::valueOf).toList());
    members.put("roles", key.roles());
    members.put("parameters", parameters(key));
    members.put("ranges", key.ranges().stream().map(String::valueOf).toList());
    members.put("limits", key.limits());
    members.put("documents", key.documents().name());
    members.put("createdAt", Formats.time(key.createdAt()));
    members.put("expiresAt", time(key.expiresAt()));
    members.put("revokedAt", time(key.revokedAt()));
    members.put("lastUsedAt", time(key.lastUsed()));
    members.put("secrets", key.secrets().size());
    return new Payload(members);
  }

  private static List<Payload> parameters(ApiKey key) {
    List<Payload> parameters = new ArrayList<>();
    key.parameters()
        .forEach(
            (name, values) -> parameters.add(new Payload(Map.of("name", name, "values", values))));
    return parameters;
  }

  private static @Nullable String time(@Nullable Instant time) {
    return time == null ? null : Formats.time(time);
  }
}
