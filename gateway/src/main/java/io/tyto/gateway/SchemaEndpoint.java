package io.tyto.gateway;

import io.tyto.gateway.http.Replies;
import io.tyto.gateway.http.Route;
import io.tyto.gateway.http.Route.Audience;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Guard;
import io.tyto.model.access.Verb;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService;
import io.tyto.model.producer.ProducerSchema;
import io.tyto.model.producer.ProducerSchema.Format;
import io.tyto.model.schema.TableSchema;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;

/// The schemas of collections for who writes events. Open to all who may send events.
final class SchemaEndpoint {
  private static final String LATEST = "latest";

  private final AdminService admin;

  SchemaEndpoint(AdminService admin) {
    this.admin = admin;
  }

  List<Route> routes() {
    return List.of(
        Route.get(
            "/v1/collections/([A-Za-z0-9_-]{1,64})/schemas/([0-9]{1,9}|latest)",
            Audience.CALLERS,
            (request, caller, path) -> schema(request, caller, path.group(1), path.group(2))));
  }

  /// @param version a number or `latest`
  private void schema(HttpServerRequest request, Caller caller, String collection, String version) {
    Thread.startVirtualThread(() -> {
      try {
        Format format = Format.named(request.getParam("format", Format.JSON.word()));
        ProducerSchema schema = ProducerSchema.of(find(collection, version, caller), format);
        String type =
            switch (format) {
              case AVRO -> "application/vnd.apache.avro+json";
              case PROTOBUF -> "text/plain; charset=utf-8";
              case JSON -> "application/schema+json";
            };
        request
            .response()
            .putHeader("X-Tyto-Schema-Id", String.valueOf(schema.id()))
            .putHeader("X-Tyto-Schema-Version", String.valueOf(schema.collection().version()));
        Replies.send(request, 200, type, Buffer.buffer(schema.text()));
      } catch (RuntimeException e) {
        Replies.failure(request, e);
      }
    });
  }

  private TableSchema find(String collection, String version, Caller caller) {
    List<TableSchema> versions = admin.versions(collection);
    Guard.require(caller, Verb.INGEST, versions.getLast());
    if (version.equals(LATEST)) {
      return versions.getLast();
    }
    return versions.stream()
        .filter(schema -> String.valueOf(schema.version()).equals(version))
        .findFirst()
        .orElseThrow(() ->
            new TytoException(
                ErrorCode.NOT_FOUND,
                "%s has no version %s; there are 1 to %d, and latest"
                    .formatted(collection, version, versions.getLast().version())));
  }
}
