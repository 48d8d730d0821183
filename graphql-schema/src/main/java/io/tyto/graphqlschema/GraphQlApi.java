package io.tyto.graphqlschema;

import graphql.ExecutionResult;
import io.tyto.graphqlschema.value.StreamedValue;
import io.tyto.model.port.QueryService;
import io.tyto.model.query.QueryContext;
import io.tyto.model.schema.TableSchema;
import java.time.Clock;
import java.util.List;

/// The GraphQL API of one version of the catalog: its schema and its execution.
///
/// *Thread-safety*: immutable, shared by all requests. *Lifetime*: until the catalog changes; then
/// {@link #build} a new one (off the event loop: 100 collections take seconds) and swap it in.
public final class GraphQlApi {

  private GraphQlApi() {}

  /// Generates the schema; CONFIG_INVALID where two names meet in it.
  ///
  /// @param clock what `last` and the presets call now
  public static GraphQlApi build(
      List<TableSchema> collections, QueryService queries, Clock clock, GraphQlOptions options) {
    throw new UnsupportedOperationException();
  }

  /// The schema definition language of this API.
  public String sdl() {
    throw new UnsupportedOperationException();
  }

  /// Hash of {@link #sdl}: an ETag, and what `schemaVersion` answers.
  public String schemaVersion() {
    throw new UnsupportedOperationException();
  }

  /// Runs one operation to its end; blocks, best called on a virtual thread. Never throws for what
  /// a request may contain: every mistake is an error of the result, `extensions.code` being the
  /// name of an {@link io.tyto.model.error.ErrorCode}. Where the request was refused as a whole,
  /// {@link ExecutionResult#isDataPresent} is false.
  ///
  /// The result's data consists of Map, List, String, Boolean, Integer, Long, Double, null, and
  /// {@link StreamedValue}.
  ///
  /// @param context limits of the whole operation; cancel it when the client leaves
  public ExecutionResult execute(GraphQlRequest request, QueryContext context) {
    throw new UnsupportedOperationException();
  }
}
