package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.input.Identity;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.input.QueryLimits;
import io.tyto.graphqlschema.input.RangeInput;
import io.tyto.graphqlschema.schema.ApiCollection;
import io.tyto.graphqlschema.schema.ApiType;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.port.EntityService;
import io.tyto.model.query.Filter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the panels of one collection are compiled with.
///
/// @param now the instant of the whole operation, so that its panels agree on what today is
/// @param only rows that meet it are there to be asked about; null: all
/// @param owner whose rows these are, for the identity of answers; empty: everybody's
/// @param entities what is kept of those whose events they are
record Scope(
    ApiCollection collection,
    Instant now,
    QueryLimits limits,
    @Nullable Filter only,
    String owner,
    EntityService entities) {

  Scope(ApiCollection collection, Instant now, QueryLimits limits) {
    this(collection, now, limits, null, "", EntityService.NONE);
  }

  /// A filter on the rows that are there, or a sample of them.
  ///
  /// @param sampleRate at most 1
  @Nullable Filter where(@Nullable Filter asked, double sampleRate) {
    List<Filter> all = new ArrayList<>();
    if (only != null) {
      all.add(only);
    }
    if (asked != null) {
      all.add(asked);
    }
    if (sampleRate < 1) {
      all.add(new Filter.Sampled(sampleRate));
    }
    return all.isEmpty() ? null : all.size() == 1 ? all.getFirst() : new Filter.And(all);
  }

  /// What an input is known by.
  String identity(String input) {
    return only == null ? input : Identity.of(input, owner);
  }

  static InputObject arguments(ExecutableNormalizedField field) {
    Map<String, @Nullable Object> arguments = new HashMap<>(field.getResolvedArguments());
    return InputObject.of(field.getSingleObjectTypeName() + "." + field.getName(), arguments);
  }

  RangeInput ranges(Cursors cursors) {
    return new RangeInput(cursors.now(), collection.time().type() == ApiType.DATE);
  }

  /// A number of rows from 0 to `max`; null is `otherwise`.
  static int count(InputObject arguments, String name, int otherwise, int max) {
    int count = arguments.has(name) ? arguments.integer(name) : otherwise;
    if (count < 0) {
      throw arguments.error(name, "must not be negative, found " + count);
    }
    if (count > max) {
      throw arguments.error(
          ErrorCode.LIMIT_TOO_LARGE, name, "%d is asked for, at most %d".formatted(count, max));
    }
    return count;
  }
}
