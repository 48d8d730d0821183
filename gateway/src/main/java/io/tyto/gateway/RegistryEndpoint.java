package io.tyto.gateway;

import io.tyto.gateway.Registry.Reply;
import io.tyto.gateway.http.Bodies;
import io.tyto.gateway.http.JsonText;
import io.tyto.gateway.http.Replies;
import io.tyto.gateway.http.Route;
import io.tyto.gateway.http.Route.Audience;
import io.tyto.model.access.Caller;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// {@link Registry} over HTTP.
final class RegistryEndpoint {
  private static final Pattern PATH = Pattern.compile("/(subjects|schemas|config|mode)(/.*)?");
  private static final String JSON_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int INTERNAL = 50001;

  private final AdminService admin;
  private final GatewayOptions options;

  RegistryEndpoint(AdminService admin, GatewayOptions options) {
    this.admin = admin;
    this.options = options;
  }

  List<Route> routes() {
    return Stream.of(
            HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE, HttpMethod.PATCH)
        .map(method ->
            new Route(
                method,
                PATH,
                Audience.CALLERS,
                false,
                (request, caller, _) -> handle(request, caller)))
        .toList();
  }

  private void handle(HttpServerRequest request, Caller caller) {
    Registry registry = new Registry(admin, caller);
    String path = request.path() == null ? "/" : request.path();
    List<String> steps = new ArrayList<>();
    try {
      for (String step : path.substring(1).split("/")) {
        steps.add(URLDecoder.decode(step.replace("+", "%2B"), StandardCharsets.UTF_8));
      }
    } catch (IllegalArgumentException e) {
      send(request, Registry.nothing());
      return;
    }
    if (request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD)) {
      answer(request, () -> registry.get(steps));
    } else if (request.method().equals(HttpMethod.POST) && steps.getFirst().equals("subjects")) {
      Bodies.read(request, options.queryBytes(), options.http(), "http.queryBytes")
          .whenComplete((body, failure) -> {
            if (body == null) {
              Replies.failure(
                  request, failure == null ? new IllegalStateException("no body") : failure);
            } else {
              answer(request, () -> registry.post(steps, body));
            }
          });
    } else {
      send(request, Registry.readOnly(METHOD_NOT_ALLOWED, METHOD_NOT_ALLOWED));
    }
  }

  private static void answer(HttpServerRequest request, Supplier<Reply> reply) {
    Thread.startVirtualThread(() -> {
      try {
        send(request, reply.get());
      } catch (TytoException e) {
        int status = Replies.status(e.code());
        send(request, Reply.error(status, status, String.valueOf(e.getMessage())));
      } catch (RuntimeException e) {
        System.getLogger(RegistryEndpoint.class.getName())
            .log(System.Logger.Level.ERROR, "a request for schemas failed", e);
        send(request, Reply.error(500, INTERNAL, "internal error; the server's log has it"));
      }
    });
  }

  private static void send(HttpServerRequest request, Reply reply) {
    Replies.send(request, reply.status(), JSON_TYPE, JsonText.of(reply.body()));
  }
}
