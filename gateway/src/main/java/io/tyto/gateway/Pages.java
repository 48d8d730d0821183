package io.tyto.gateway;

import io.tyto.gateway.http.Replies;
import io.tyto.gateway.http.Route;
import io.tyto.gateway.http.Route.Audience;
import io.tyto.model.error.ErrorCode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// GraphiQL, served from the jar: the browser talks to no other host.
final class Pages {
  /// No script but our files, and nothing from elsewhere. The editor of GraphiQL sets styles of its
  /// elements, which no policy can tell from those of a page.
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
          + " font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; frame-ancestors"
          + " 'none'; base-uri 'none'; form-action 'none'";

  private record Page(String resource, String type) {}

  private static final String WEBJARS = "/META-INF/resources/webjars/";
  private static final Page GRAPHIQL =
      new Page("/io/tyto/gateway/pages/graphiql.html", "text/html; charset=utf-8");
  private static final Map<String, Page> ASSETS =
      Map.of(
          "start.js", new Page("/io/tyto/gateway/pages/start.js", "text/javascript; charset=utf-8"),
          "page.css", new Page("/io/tyto/gateway/pages/page.css", "text/css; charset=utf-8"),
          "graphiql.js", webjar("graphiql", "graphiql.min.js", "text/javascript; charset=utf-8"),
          "graphiql.css", webjar("graphiql", "graphiql.min.css", "text/css; charset=utf-8"),
          "react.js",
              webjar("react", "umd/react.production.min.js", "text/javascript; charset=utf-8"),
          "react-dom.js",
              webjar(
                  "react-dom",
                  "umd/react-dom.production.min.js",
                  "text/javascript; charset=utf-8"));

  /// Read once, and sent to all as the same bytes.
  private final Map<Page, Buffer> read = new ConcurrentHashMap<>();

  private static Page webjar(String name, String file, String type) {
    return new Page(WEBJARS + name + "/" + WebJarVersions.of(name) + "/" + file, type);
  }

  List<Route> routes() {
    return List.of(
        Route.get("/", Audience.EVERYBODY, (request, _, _) -> redirectToGraphiql(request)),
        Route.get("/graphiql", Audience.EVERYBODY, (request, _, _) -> graphiql(request)),
        Route.get(
            "/graphiql/([a-z0-9.-]{1,40})",
            Audience.EVERYBODY,
            (request, _, path) -> asset(request, path.group(1))));
  }

  static void redirectToGraphiql(HttpServerRequest request) {
    request.response().setStatusCode(302).putHeader("Location", "/graphiql").end();
  }

  private void graphiql(HttpServerRequest request) {
    request
        .response()
        .putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        .putHeader("Cross-Origin-Opener-Policy", "same-origin")
        .putHeader("Cache-Control", "no-cache");
    send(request, GRAPHIQL);
  }

  private void asset(HttpServerRequest request, String name) {
    Page page = ASSETS.get(name);
    if (page == null) {
      Replies.error(request, ErrorCode.NOT_FOUND, "no such file: " + name);
      return;
    }
    request.response().putHeader("Cache-Control", "private, max-age=3600");
    send(request, page);
  }

  private void send(HttpServerRequest request, Page page) {
    Replies.onVirtualThread(
        request,
        () -> Replies.send(request, 200, page.type(), read.computeIfAbsent(page, Pages::read)));
  }

  private static Buffer read(Page page) {
    try (InputStream resource = Pages.class.getResourceAsStream(page.resource())) {
      if (resource == null) {
        throw new IllegalStateException("missing resource " + page.resource());
      }
      return Buffer.buffer(resource.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
