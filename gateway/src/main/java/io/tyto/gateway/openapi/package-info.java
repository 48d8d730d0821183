/// `GET /openapi.json`: what a caller can do over HTTP beside GraphQL, as OpenAPI 3.1. The entry is
/// {@link io.tyto.gateway.openapi.OpenApiEndpoint}.
@NullMarked
package io.tyto.gateway.openapi;

import org.jspecify.annotations.NullMarked;
