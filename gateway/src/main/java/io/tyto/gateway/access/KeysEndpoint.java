package io.tyto.gateway.access;

import io.tyto.gateway.http.Bodies;
import io.tyto.gateway.http.HttpOptions;
import io.tyto.gateway.http.JsonText;
import io.tyto.gateway.http.Replies;
import io.tyto.gateway.http.Route;
import io.tyto.gateway.http.Route.Audience;
import io.tyto.model.access.ApiKey;
import io.tyto.model.access.Caller;
import io.tyto.model.access.KeyText;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.CallerKeys;
import io.tyto.model.port.KeyService;
import io.tyto.model.port.KeyService.KeyInput;
import io.tyto.model.port.KeyService.NewKey;
import io.vertx.core.http.HttpServerRequest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// API keys for the commands of operators: `GET /v1/keys`, and `POST` to make, rotate and revoke
/// one. Bodies and answers are JSON.
public final class KeysEndpoint {
  private static final int MAX_BODY_BYTES = 256 << 10;

  private final CallerKeys keys;
  private final HttpOptions options;

  public KeysEndpoint(CallerKeys keys, HttpOptions options) {
    this.keys = keys;
    this.options = options;
  }

  public List<Route> routes() {
    return List.of(
        Route.get("/v1/keys", Audience.OPERATORS, (request, caller, _) -> list(request, caller)),
        Route.post(
            "/v1/keys",
            Audience.OPERATORS,
            (request, caller, _) ->
                change(request, body -> made(keys.createKey(input(body), caller)))),
        Route.post(
            "/v1/keys/rotate",
            Audience.OPERATORS,
            (request, caller, _) ->
                change(
                    request,
                    body -> made(keys.rotateKey(text(body, "id"), overlap(body), caller)))),
        Route.post(
            "/v1/keys/revoke",
            Audience.OPERATORS,
            (request, caller, _) ->
                change(
                    request,
                    body -> Map.of("key", body(keys.revokeKey(text(body, "id"), caller))))));
  }

  private void list(HttpServerRequest request, Caller caller) {
    Replies.json(
        request, 200, Map.of("keys", keys.keys(caller).stream().map(KeysEndpoint::body).toList()));
  }

  private void change(HttpServerRequest request, Function<Map<?, ?>, Map<String, ?>> change) {
    // Pages of other sites cannot send that from a browser of this machine.
    Bodies.requireJson(request, "{\"id\": \"...\"}");
    Bodies.read(request, MAX_BODY_BYTES, options, "the body of a key")
        .whenComplete((body, failure) -> {
          if (body == null) {
            Replies.failure(
                request, failure == null ? new IllegalStateException("no body") : failure);
          } else {
            Replies.onVirtualThread(request, () -> answer(request, change.apply(object(body))));
          }
        });
  }

  private static void answer(HttpServerRequest request, Map<String, ?> body) {
    // What is in it is shown once and stays in no cache on the way.
    request.response().putHeader("Cache-Control", "no-store");
    Replies.json(request, 200, body);
  }

  private static Map<?, ?> object(byte[] body) {
    if (JsonText.parse(body) instanceof Map<?, ?> map) {
      return map;
    }
    throw wrong("the body", "a JSON object");
  }

  private static KeyInput input(Map<?, ?> body) {
    String expires = textOrNull(body, "expiresAt");
    return new KeyInput(
        or(textOrNull(body, "environment"), KeyText.LIVE),
        text(body, "name"),
        or(textOrNull(body, "project"), Caller.DEFAULT_PROJECT),
        texts("scopes", body.get("scopes")),
        texts("roles", body.get("roles")),
        parameters(body.get("parameters")),
        texts("ranges", body.get("ranges")),
        expires == null ? null : instant(expires),
        textOrNull(body, "limits"),
        documents(or(textOrNull(body, "documents"), ApiKey.Documents.ANY.name())));
  }

  private static String or(@Nullable String text, String otherwise) {
    return text == null ? otherwise : text;
  }

  private static ApiKey.Documents documents(String text) {
    for (ApiKey.Documents one : ApiKey.Documents.values()) {
      if (one.name().equals(text)) {
        return one;
      }
    }
    throw wrong("documents", "one of " + List.of(ApiKey.Documents.values()));
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw wrong("expiresAt", "a time such as 2027-01-31T00:00:00Z");
    }
  }

  private static Duration overlap(Map<?, ?> body) {
    Object seconds = body.get("overlapSeconds");
    return switch (seconds) {
      case null -> KeyService.DEFAULT_OVERLAP;
      case Integer number -> Duration.ofSeconds(number);
      case Long number -> Duration.ofSeconds(number);
      default -> throw wrong("overlapSeconds", "a number of seconds");
    };
  }

  private static Map<String, List<String>> parameters(@Nullable Object value) {
    Map<String, List<String>> parameters = new TreeMap<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((name, values) ->
          parameters.put(String.valueOf(name), texts("parameters." + name, values)));
    } else if (value != null) {
      throw wrong("parameters", "an object of lists");
    }
    return parameters;
  }

  private static List<String> texts(String name, @Nullable Object value) {
    return switch (value) {
      case null -> List.of();
      case List<?> list when list.stream().allMatch(String.class::isInstance) ->
          list.stream().map(String.class::cast).toList();
      default -> throw wrong(name, "a list of texts");
    };
  }

  private static String text(Map<?, ?> body, String name) {
    String text = textOrNull(body, name);
    if (text == null) {
      throw wrong(name, "a text");
    }
    return text;
  }

  private static @Nullable String textOrNull(Map<?, ?> body, String name) {
    return switch (body.get(name)) {
      case null -> null;
      case String text -> text;
      default -> throw wrong(name, "a text");
    };
  }

  private static TytoException wrong(String name, String expected) {
    return new TytoException(
        ErrorCode.BAD_USER_INPUT, "`%s`: expected %s".formatted(name, expected));
  }

  private static Map<String, Object> made(NewKey made) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("key", body(made.key()));
    body.put("text", made.text().text());
    return body;
  }

  /// Without anything of its secrets.
  private static Map<String, @Nullable Object> body(ApiKey key) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("id", key.id());
    body.put("environment", key.environment());
    body.put("name", key.name());
    body.put("project", key.project());
    body.put("scopes", key.scopes().stream().map(String::valueOf).toList());
    body.put("roles", key.roles());
    body.put("parameters", key.parameters());
    body.put("ranges", key.ranges().stream().map(String::valueOf).toList());
    body.put("limits", key.limits());
    body.put("documents", key.documents().name());
    body.put("createdAt", key.createdAt().toString());
    body.put("expiresAt", text(key.expiresAt()));
    body.put("revokedAt", text(key.revokedAt()));
    body.put("lastUsed", text(key.lastUsed()));
    body.put("secrets", key.secrets().size());
    return body;
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }
}
