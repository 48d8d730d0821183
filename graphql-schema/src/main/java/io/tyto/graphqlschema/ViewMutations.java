package io.tyto.graphqlschema;

import graphql.schema.DataFetchingEnvironment;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.panel.ViewsPanel;
import io.tyto.graphqlschema.schema.ApiCollection;
import io.tyto.graphqlschema.schema.ApiSchema;
import io.tyto.model.access.Guard;
import io.tyto.model.access.Verb;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.ViewService;
import io.tyto.model.port.ViewService.ViewInput;
import io.tyto.model.port.ViewService.ViewStatus;
import io.tyto.model.query.GroupKey.TimeAmount;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The mutations `createView`, `refreshView` and `dropView`. What the caller can mend is told among
/// the payload's errors.
final class ViewMutations {
  private ViewMutations() {}

  static Object create(DataFetchingEnvironment environment, ApiSchema schema, ViewService views) {
    InputObject input = arguments("createView", environment).object("input", "ViewInput");
    requireDefine(environment, schema, input.text("collection"));
    return payload(
        "view",
        () ->
            view(
                views.createView(
                    new ViewInput(
                        input.text("name"),
                        input.text("collection"),
                        input.list("dimensions", String.class),
                        input.list("measures", String.class),
                        constant(input, "granularity"),
                        text(input, "timezone"),
                        constant(input, "strategy"),
                        duration(input),
                        text(input, "backfillFrom")))));
  }

  static Object refresh(DataFetchingEnvironment environment, ApiSchema schema, ViewService views) {
    String id = arguments("refreshView", environment).text("id");
    requireDefineOf(id, environment, schema, views);
    return payload("view", () -> view(views.refreshView(id)));
  }

  static Object drop(DataFetchingEnvironment environment, ApiSchema schema, ViewService views) {
    String id = arguments("dropView", environment).text("id");
    requireDefineOf(id, environment, schema, views);
    return payload(
        "deletedId",
        () -> {
          views.dropView(id);
          return id;
        });
  }

  /// One that is not there is refused by the service.
  private static void requireDefineOf(
      String id, DataFetchingEnvironment environment, ApiSchema schema, ViewService views) {
    views.views().stream()
        .filter(status -> status.view().name().equals(id))
        .forEach(status -> requireDefine(environment, schema, status.collection()));
  }

  /// One that the caller does not see is not in the schema.
  private static void requireDefine(
      DataFetchingEnvironment environment, ApiSchema schema, String collection) {
    ApiCollection known =
        schema.byField().values().stream()
            .filter(each -> each.name().equals(collection))
            .findFirst()
            .orElseThrow(() -> Guard.unknown(collection));
    Guard.require(
        Operation.in(environment.getGraphQlContext()).caller(), Verb.DEFINE, known.schema());
  }

  private static @Nullable String text(InputObject input, String name) {
    Object value = input.get(name);
    return value == null ? null : value.toString();
  }

  /// As configs write it.
  private static @Nullable String constant(InputObject input, String name) {
    return input.has(name) ? input.text(name).toLowerCase(Locale.ROOT) : null;
  }

  private static @Nullable String duration(InputObject input) {
    if (!(input.get("refreshEvery") instanceof TimeAmount amount)) {
      return null;
    }
    if (amount.period().toTotalMonths() != 0) {
      throw input.error("refreshEvery", "expected days, hours, minutes and seconds");
    }
    return amount.duration().plusDays(amount.period().getDays()).toString();
  }

  private static Object view(ViewStatus status) {
    return new Payload(ViewsPanel.members(status));
  }

  private static Object payload(String name, Supplier<Object> work) {
    Map<String, @Nullable Object> payload = new LinkedHashMap<>();
    try {
      payload.put(name, work.get());
      payload.put("errors", List.of());
    } catch (TytoException e) {
      if (e.code().type() != ErrorCode.Type.USER) {
        throw e;
      }
      payload.put(name, null);
      Map<String, @Nullable Object> error = new LinkedHashMap<>();
      error.put("code", e.code().name());
      error.put("message", e.getMessage());
      payload.put("errors", List.of(new Payload(error)));
    }
    return new Payload(payload);
  }

  private static InputObject arguments(String field, DataFetchingEnvironment environment) {
    Map<String, @Nullable Object> arguments = new LinkedHashMap<>(environment.getArguments());
    return InputObject.of("Mutation." + field, arguments);
  }
}
