/// What every endpoint reads requests and writes answers with: bodies within limits, JSON, errors
/// with their HTTP status. Imports no endpoint.
@NullMarked
package io.tyto.gateway.http;

import org.jspecify.annotations.NullMarked;
