package io.tyto.gateway;

import io.tyto.gateway.http.Cors;
import io.tyto.gateway.http.ListenAddress;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.util.Set;

/// Through which of the addresses that are listened on a request came, and what goes for it there.
///
/// @param isForOperators whether it is theirs
/// @param isOpenHere whether anybody may ask, but from this machine only
record Door(boolean isForOperators, boolean isOpenHere) {
  private static final Set<HttpMethod> HARMLESS =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  /// FORBIDDEN where anybody may ask, and a page of another site does: by a name that was made to
  /// mean this machine, or with what browsers send for any page without asking us before. Nothing
  /// else tells these from what the machine's own people ask.
  ///
  /// @param cors whose pages may, though not what operators do
  void check(HttpServerRequest request, Cors cors) {
    if (!isOpenHere) {
      return;
    }
    HostAndPort authority = request.authority();
    if (authority == null || !ListenAddress.isLoopback(authority.host())) {
      throw new TytoException(
          ErrorCode.FORBIDDEN,
          "this server is open to its own machine alone and was asked as %s: ask as 127.0.0.1 or localhost; behind a proxy, take keys"
              .formatted(authority));
    }
    Cors listed = isForOperators ? Cors.NONE : cors;
    if (!HARMLESS.contains(request.method()) && listed.isForeign(request)) {
      throw new TytoException(
          ErrorCode.FORBIDDEN,
          "this server is open to its own machine, and %s is a page of another origin: %s"
              .formatted(
                  request.getHeader("Origin"),
                  isForOperators ? "ask without a browser" : "list it in `http.corsOrigins`"));
    }
  }

  /// Whoever may do what operators do; NOT_FOUND at other doors, UNAUTHENTICATED, FORBIDDEN.
  Caller operator(HttpServerRequest request, Callers callers) {
    if (!isForOperators) {
      throw new TytoException(
          ErrorCode.NOT_FOUND,
          "this path is for operators, who have an address of their own (setting `admin.listen`)");
    }
    Caller caller = callers.of(request);
    if (!caller.isOperator()) {
      throw new TytoException(
          ErrorCode.FORBIDDEN,
          "this path is for operators: the key needs the scope admin, and the project default");
    }
    return caller;
  }
}
