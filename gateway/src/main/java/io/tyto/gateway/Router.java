package io.tyto.gateway;

import io.tyto.gateway.http.Replies;
import io.tyto.model.error.ErrorCode;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Method and path -> endpoint; everything else gets an error that names what exists.
final class Router implements Handler<HttpServerRequest> {
  private static final Pattern COLLECTION =
      Pattern.compile("/v1/collections/([A-Za-z0-9_]{1,63})/(events|import)");
  private static final Pattern SCHEMA =
      Pattern.compile("/v1/collections/([A-Za-z0-9_-]{1,64})/schemas/([0-9]{1,9}|latest)");
  private static final Pattern ASSET = Pattern.compile("/graphiql/([a-z0-9.-]{1,40})");

  private final GraphQlEndpoint graphQl;
  private final IngestEndpoint ingest;
  private final OperatorEndpoint operator;
  private final SchemaEndpoint schemas;
  private final RegistryEndpoint registry;
  private final Pages pages;

  Router(
      GraphQlEndpoint graphQl,
      IngestEndpoint ingest,
      OperatorEndpoint operator,
      SchemaEndpoint schemas,
      RegistryEndpoint registry,
      Pages pages) {
    this.schemas = schemas;
    this.registry = registry;
    this.graphQl = graphQl;
    this.ingest = ingest;
    this.operator = operator;
    this.pages = pages;
  }

  @Override
  public void handle(HttpServerRequest request) {
    request.response().putHeader("X-Content-Type-Options", "nosniff");
    String path = request.path() == null ? "/" : request.path();
    Matcher collection = COLLECTION.matcher(path);
    Matcher schema = SCHEMA.matcher(path);
    Matcher asset = ASSET.matcher(path);
    if (collection.matches()) {
      String name = collection.group(1);
      if (collection.group(2).equals("events")) {
        allow(request, HttpMethod.POST, () -> ingest.events(request, name));
      } else {
        allow(request, HttpMethod.POST, () -> operator.importFile(request, name));
      }
    } else if (schema.matches()) {
      allow(
          request, HttpMethod.GET, () -> schemas.schema(request, schema.group(1), schema.group(2)));
    } else if (RegistryEndpoint.isPath(path)) {
      registry.handle(request);
    } else if (asset.matches()) {
      allow(request, HttpMethod.GET, () -> pages.asset(request, asset.group(1)));
    } else {
      route(request, path);
    }
  }

  private void route(HttpServerRequest request, String path) {
    switch (path) {
      case "/" -> allow(request, HttpMethod.GET, () -> pages.redirectToGraphiql(request));
      case "/graphql" -> {
        if (isUpgrade(request)) {
          graphQl.connect(request);
        } else if (request.method().equals(HttpMethod.GET)
            && Replies.accepts(request, "text/html")) {
          pages.redirectToGraphiql(request);
        } else {
          allow(request, HttpMethod.POST, () -> graphQl.execute(request));
        }
      }
      case "/graphiql" -> allow(request, HttpMethod.GET, () -> pages.graphiql(request));
      case "/schema.graphql" -> allow(request, HttpMethod.GET, () -> graphQl.schema(request));
      case "/live" -> allow(request, HttpMethod.GET, () -> operator.live(request));
      case "/ready" -> allow(request, HttpMethod.GET, () -> operator.ready(request));
      case "/v1/status" -> allow(request, HttpMethod.GET, () -> operator.status(request));
      case "/v1/feeds/accept" ->
          allow(request, HttpMethod.POST, () -> operator.acceptFeed(request));
      case "/v1/tables" -> allow(request, HttpMethod.GET, () -> operator.tables(request));
      case "/v1/tables/reload" ->
          allow(request, HttpMethod.POST, () -> operator.reloadTable(request));
      case "/v1/config" -> allow(request, HttpMethod.POST, () -> operator.applyConfig(request));
      case "/v1/config/history" ->
          allow(request, HttpMethod.GET, () -> operator.configHistory(request));
      case "/v1/config/diff" -> allow(request, HttpMethod.POST, () -> operator.diffConfig(request));
      default ->
          Replies.error(
              request,
              ErrorCode.NOT_FOUND,
              "nothing at this path; there are POST /graphql, GET /graphiql, GET /schema.graphql,"
                  + " POST /v1/collections/{name}/events, GET /v1/status, GET /live and GET"
                  + " /ready");
    }
  }

  private static boolean isUpgrade(HttpServerRequest request) {
    return request.method().equals(HttpMethod.GET) && request.canUpgradeToWebSocket();
  }

  private static void allow(HttpServerRequest request, HttpMethod method, Runnable endpoint) {
    List<HttpMethod> allowed =
        method.equals(HttpMethod.GET) ? List.of(HttpMethod.GET, HttpMethod.HEAD) : List.of(method);
    if (allowed.contains(request.method())) {
      endpoint.run();
      return;
    }
    request.response().putHeader("Allow", method.name());
    Replies.error(
        request,
        ErrorCode.METHOD_NOT_ALLOWED,
        "%s %s: use %s".formatted(request.method(), request.path(), method));
  }
}
