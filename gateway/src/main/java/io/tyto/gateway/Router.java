package io.tyto.gateway;

import io.tyto.gateway.http.Bodies;
import io.tyto.gateway.http.ConnectionGuard;
import io.tyto.gateway.http.Cors;
import io.tyto.gateway.http.Replies;
import io.tyto.gateway.http.Route;
import io.tyto.gateway.observe.Requests;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AuditLog;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.stream.Collectors;

/// Method and path -> who may -> endpoint; everything else gets an error that names what exists.
/// Here and nowhere else requests get their caller, before any of a body is read.
final class Router implements Handler<HttpServerRequest> {
  private final Callers callers;
  private final Door door;
  private final AuditLog audit;
  private final Cors cors;

  /// Routes of paths that are said literally.
  private final Map<String, List<Route>> literal = new HashMap<>();

  private final List<Route> patterns = new ArrayList<>();

  /// @param audit told of what operators do
  Router(Callers callers, Door door, Cors cors, List<Route> routes, AuditLog audit) {
    this.callers = callers;
    this.door = door;
    this.audit = audit;
    this.cors = cors;
    for (Route route : routes) {
      String path = route.path().pattern();
      if (path.matches("[a-z0-9/_]*")) {
        literal.computeIfAbsent(path, _ -> new ArrayList<>()).add(route);
      } else {
        patterns.add(route);
      }
    }
  }

  @Override
  public void handle(HttpServerRequest request) {
    request
        .response()
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("X-Frame-Options", "DENY")
        .putHeader("Referrer-Policy", "no-referrer");
    if (request.isSSL()) {
      request.response().putHeader("Strict-Transport-Security", "max-age=31536000");
    }
    // Any answer may be packed.
    request.response().headers().add("Vary", "Accept-Encoding");
    if (!door.isForOperators()) {
      cors.mark(request);
    }
    if (request.version() != HttpVersion.HTTP_2 && request.response().writeQueueFull()) {
      // Asks on and on without taking answers, which would pile up.
      ConnectionGuard.hangUp(request.connection());
      return;
    }
    try {
      checkFraming(request);
      door.check(request, cors);
      route(request);
    } catch (RuntimeException e) {
      Replies.failure(request, e);
      Bodies.discard(request);
    }
  }

  /// What a proxy before us may have read as a body, and we would not, ends the connection.
  private static void checkFraming(HttpServerRequest request) {
    List<String> codings = request.headers().getAll("Transfer-Encoding");
    if (codings.isEmpty()
        || codings.size() == 1 && codings.getFirst().equalsIgnoreCase("chunked")) {
      return;
    }
    request.response().putHeader("Connection", "close");
    throw new TytoException(
        ErrorCode.BAD_USER_INPUT, "the only Transfer-Encoding that is taken is `chunked`");
  }

  private void route(HttpServerRequest request) {
    String path = request.path() == null ? "/" : request.path();
    List<Route> there = at(path);
    if (there.isEmpty()) {
      throw new TytoException(
          ErrorCode.NOT_FOUND,
          "nothing at this path; there are POST /graphql, GET /graphiql, GET /schema.graphql,"
              + " POST /v1/collections/{name}/events, GET /v1/status, GET /live and GET /ready");
    }
    boolean isSocket = request.method().equals(HttpMethod.GET) && request.canUpgradeToWebSocket();
    for (Route route : there) {
      if (route.allows(request.method()) && route.isSocket() == isSocket) {
        Requests.routed(route);
        route.endpoint().handle(request, caller(request, route), match(route, path));
        return;
      }
    }
    String allowed =
        there.stream()
            .map(route -> route.method().name())
            .collect(Collectors.toCollection(TreeSet::new))
            .stream()
            .collect(Collectors.joining(", "));
    if (request.method().equals(HttpMethod.OPTIONS)) {
      preflight(request, allowed);
      return;
    }
    request.response().putHeader("Allow", allowed);
    throw new TytoException(
        ErrorCode.METHOD_NOT_ALLOWED,
        "%s %s: use %s".formatted(request.method(), request.path(), allowed));
  }

  private void preflight(HttpServerRequest request, String allowed) {
    if (door.isForOperators()) {
      request.response().setStatusCode(204).putHeader("Allow", allowed).end();
    } else {
      cors.preflight(request, allowed);
    }
  }

  private List<Route> at(String path) {
    List<Route> there = literal.get(path);
    return there != null
        ? there
        : patterns.stream().filter(route -> route.path().matcher(path).matches()).toList();
  }

  private static Matcher match(Route route, String path) {
    Matcher matcher = route.path().matcher(path);
    if (!matcher.matches()) {
      throw new IllegalStateException(path + " is not of " + route.path());
    }
    return matcher;
  }

  private Caller caller(HttpServerRequest request, Route route) {
    return switch (route.audience()) {
      case EVERYBODY -> Route.NOBODY;
      case CALLERS -> callers.of(request);
      case OPERATORS -> operator(request);
    };
  }

  private Caller operator(HttpServerRequest request) {
    Caller caller = door.operator(request, callers);
    boolean isReading =
        request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
    if (!isReading) {
      // What cannot be noted is refused; nothing waits here, on the event loop.
      audit.submit(
          new AuditLog.Entry(
              caller.id(),
              "admin",
              request.method() + " " + request.path(),
              "asked",
              Map.of(),
              true));
    }
    return caller;
  }
}
