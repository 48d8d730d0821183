package io.tyto.graphqlschema;

import graphql.schema.DataFetchingEnvironment;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a mutation answers, of which the client has selected some members: graphql-java fetches
/// those, where it would take a bare map as a finished object ({@link FinishedObjects}).
record Payload(Map<String, @Nullable Object> members) {

  /// Fetches a member of a payload.
  static @Nullable Object member(DataFetchingEnvironment environment) {
    Payload payload = Objects.requireNonNull(environment.getSource());
    return payload.members.get(environment.getField().getName());
  }
}
