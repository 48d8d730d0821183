package io.tyto.gateway;

import io.tyto.gateway.http.ListenAddress;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;

/// Through which of the addresses that are listened on a request came, and what goes for it there.
///
/// @param isForOperators whether it is theirs
/// @param isOpenHere whether anybody may ask, but from this machine only
record Door(boolean isForOperators, boolean isOpenHere) {
  /// FORBIDDEN where a page of another site asks by a name that was made to mean this machine: a
  /// browser lets it, and nothing else tells it from a page of ours.
  void check(HttpServerRequest request) {
    HostAndPort authority = request.authority();
    if (isOpenHere && (authority == null || !ListenAddress.isLoopback(authority.host()))) {
      throw new TytoException(
          ErrorCode.FORBIDDEN,
          "this server is open to its own machine alone and was asked as %s: ask as 127.0.0.1 or localhost; behind a proxy, take keys"
              .formatted(authority));
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
