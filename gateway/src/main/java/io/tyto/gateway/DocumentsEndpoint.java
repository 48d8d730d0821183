package io.tyto.gateway;

import graphql.parser.InvalidSyntaxException;
import graphql.parser.Parser;
import io.tyto.gateway.document.TrustedDocuments;
import io.tyto.gateway.http.Bodies;
import io.tyto.gateway.http.Replies;
import io.tyto.gateway.http.Route;
import io.tyto.gateway.http.Route.Audience;
import io.tyto.graphqlschema.DocumentId;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// `/v1/documents`: what operators register for callers that may send trusted documents only.
final class DocumentsEndpoint {
  private static final String ONE = "/v1/documents/(sha256:[0-9a-f]{64})";

  private final TrustedDocuments documents;
  private final GatewayOptions options;

  DocumentsEndpoint(TrustedDocuments documents, GatewayOptions options) {
    this.documents = documents;
    this.options = options;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/v1/documents", Audience.OPERATORS, (request, _, _) -> list(request)),
        Route.put(ONE, Audience.OPERATORS, (request, _, path) -> put(request, path.group(1))),
        Route.delete(
            ONE, Audience.OPERATORS, (request, _, path) -> delete(request, path.group(1))));
  }

  private void list(HttpServerRequest request) {
    Replies.onVirtualThread(
        request, () -> Replies.json(request, 200, Map.of("documents", documents.all())));
  }

  private void put(HttpServerRequest request, String id) {
    Bodies.read(request, options.queryBytes(), options.http(), "http.queryBytes")
        .whenComplete((body, failure) -> {
          if (body == null) {
            Replies.failure(
                request, failure == null ? new IllegalStateException("no body") : failure);
          } else {
            Replies.onVirtualThread(request, () -> register(request, id, body));
          }
        });
  }

  private void register(HttpServerRequest request, String id, byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    try {
      new Parser().parseDocument(text);
    } catch (InvalidSyntaxException e) {
      throw new TytoException(
          ErrorCode.GRAPHQL_PARSE_FAILED, "the body is no document: " + e.getMessage(), e);
    }
    documents.register(DocumentId.parse(id), text);
    Replies.json(request, 200, Map.of("id", id));
  }

  private void delete(HttpServerRequest request, String id) {
    Replies.onVirtualThread(
        request,
        () ->
            Replies.json(request, 200, Map.of("removed", documents.remove(DocumentId.parse(id)))));
  }
}
