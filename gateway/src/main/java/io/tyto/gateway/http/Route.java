package io.tyto.gateway.http;

import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One method of one path, and who may come there.
///
/// @param method `GET` serves `HEAD` too
/// @param path the whole path as it was sent, with its escapes
/// @param isSocket whether it takes WebSockets, whose upgrade is a GET of its own kind
public record Route(
    HttpMethod method, Pattern path, Audience audience, boolean isSocket, Endpoint endpoint) {

  public enum Audience {
    /// No credentials are looked at; the caller is {@link Route#NOBODY}.
    EVERYBODY,
    /// Whoever the authenticator lets in.
    CALLERS,
    /// Those who run the server.
    OPERATORS
  }

  /// Who is asked nothing, and may do nothing.
  public static final Caller NOBODY =
      new Caller("nobody", Caller.Kind.OPEN, "nobody", "", Access.NOTHING, Caller.DEFAULT_LIMITS);

  /// Answers a request. Called on its event loop before any of its body was read; must not block.
  public interface Endpoint {
    void handle(HttpServerRequest request, Caller caller, Matcher path);
  }

  public static Route get(String path, Audience audience, Endpoint endpoint) {
    return new Route(HttpMethod.GET, Pattern.compile(path), audience, false, endpoint);
  }

  public static Route post(String path, Audience audience, Endpoint endpoint) {
    return new Route(HttpMethod.POST, Pattern.compile(path), audience, false, endpoint);
  }

  public static Route put(String path, Audience audience, Endpoint endpoint) {
    return new Route(HttpMethod.PUT, Pattern.compile(path), audience, false, endpoint);
  }

  public static Route delete(String path, Audience audience, Endpoint endpoint) {
    return new Route(HttpMethod.DELETE, Pattern.compile(path), audience, false, endpoint);
  }

  /// Sockets tell who opens them when they are open, see the endpoint.
  public static Route socket(String path, Endpoint endpoint) {
    return new Route(HttpMethod.GET, Pattern.compile(path), Audience.EVERYBODY, true, endpoint);
  }

  /// Whether it answers requests of this method.
  public boolean allows(HttpMethod other) {
    return method.equals(other) || method.equals(HttpMethod.GET) && other.equals(HttpMethod.HEAD);
  }
}
