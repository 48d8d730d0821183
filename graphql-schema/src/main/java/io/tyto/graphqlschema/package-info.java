/// The GraphQL API that is generated from the collections: schema text, execution, results.
///
/// Entry point is {@link GraphQlApi}. No server and no engine in here: questions go out through
/// {@link io.tyto.model.port.QueryService}, answers come back as plain maps, lists and numbers, and
/// as {@link io.tyto.graphqlschema.value.StreamedValue} where the gateway should write JSON without
/// building a tree.
///
/// Invariants: a request is compiled whole before any part of it scans a row, so a mistake anywhere
/// in it costs nothing; every error carries `extensions {code, retryable, queryId}`.
@NullMarked
package io.tyto.graphqlschema;

import org.jspecify.annotations.NullMarked;
