package io.tyto.graphqlschema;

import graphql.schema.DataFetchingEnvironment;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.GroupKey.TimeAmount;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What the fetchers of mutations have in common.
final class Mutations {
  private Mutations() {}

  static InputObject arguments(String field, DataFetchingEnvironment environment) {
    Map<String, @Nullable Object> arguments = new LinkedHashMap<>(environment.getArguments());
    return InputObject.of("Mutation." + field, arguments);
  }

  static Caller caller(DataFetchingEnvironment environment) {
    return Operation.in(environment.getGraphQlContext()).caller();
  }

  /// What was done under its name, or what the caller can mend among the payload's errors. What is
  /// not allowed is an error of the field.
  static Payload payload(String name, Supplier<@Nullable Object> work) {
    return payload(() -> {
      Map<String, @Nullable Object> done = new LinkedHashMap<>();
      done.put(name, work.get());
      return done;
    });
  }

  /// The same of several members; where there are errors, all of them are null.
  static Payload payload(Supplier<Map<String, @Nullable Object>> work) {
    Map<String, @Nullable Object> payload = new LinkedHashMap<>();
    try {
      payload.putAll(work.get());
      payload.put("errors", List.of());
    } catch (TytoException e) {
      if (e.code().type() != ErrorCode.Type.USER || e.code() == ErrorCode.FORBIDDEN) {
        throw e;
      }
      Map<String, @Nullable Object> error = new LinkedHashMap<>();
      error.put("code", e.code().name());
      error.put("message", e.getMessage());
      payload.put("errors", List.of(new Payload(error)));
    }
    return new Payload(payload);
  }

  /// Of fixed length; null where it is not given.
  static @Nullable Duration duration(InputObject input, String member) {
    if (!(input.get(member) instanceof TimeAmount amount)) {
      return null;
    }
    if (amount.period().toTotalMonths() != 0) {
      throw input.error(member, "expected days, hours, minutes and seconds");
    }
    return amount.duration().plusDays(amount.period().getDays());
  }
}
