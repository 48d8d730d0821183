package io.tyto.graphqlschema;

import graphql.schema.DataFetchingEnvironment;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.panel.ViewsPanel;
import io.tyto.graphqlschema.schema.ApiCollection;
import io.tyto.graphqlschema.schema.ApiSchema;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Guard;
import io.tyto.model.access.Verb;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.ViewService;
import io.tyto.model.port.ViewService.ViewInput;
import io.tyto.model.port.ViewService.ViewStatus;
import io.tyto.model.schema.TableSchema;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The mutations `createView`, `refreshView` and `dropView`. What the caller can mend is told among
/// the payload's errors.
final class ViewMutations {
  private ViewMutations() {}

  static Object create(
      DataFetchingEnvironment environment, ApiSchema schema, GraphQlServices services) {
    InputObject input = Mutations.arguments("createView", environment).object("input", "ViewInput");
    Duration refreshEvery = Mutations.duration(input, "refreshEvery");
    ViewInput view =
        new ViewInput(
            input.text("name"),
            input.text("collection"),
            input.list("dimensions", String.class),
            input.list("measures", String.class),
            constant(input, "granularity"),
            text(input, "timezone"),
            constant(input, "strategy"),
            refreshEvery == null ? null : refreshEvery.toString(),
            text(input, "backfillFrom"));
    return Mutations.payload(
        "view",
        () ->
            services
                .audit()
                .noted(
                    Mutations.caller(environment),
                    "view.create",
                    view.name(),
                    () -> {
                      Caller caller = Mutations.caller(environment);
                      TableSchema of = requireDefine(caller, schema, view.collection());
                      return view(services.views().createView(view, caller), caller, of);
                    }));
  }

  static Object refresh(DataFetchingEnvironment environment, ApiSchema schema, ViewService views) {
    String id = Mutations.arguments("refreshView", environment).text("id");
    return Mutations.payload(
        "view",
        () -> {
          Caller caller = Mutations.caller(environment);
          TableSchema of = requireDefineOf(id, caller, schema, views);
          return view(views.refreshView(id), caller, of);
        });
  }

  static Object drop(
      DataFetchingEnvironment environment, ApiSchema schema, GraphQlServices services) {
    String id = Mutations.arguments("dropView", environment).text("id");
    ViewService views = services.views();
    return Mutations.payload(
        "deletedId",
        () ->
            services
                .audit()
                .noted(
                    Mutations.caller(environment),
                    "view.drop",
                    id,
                    () -> {
                      requireDefineOf(id, Mutations.caller(environment), schema, views);
                      views.dropView(id);
                      return id;
                    }));
  }

  /// The collection of a view; NOT_FOUND also where it is one of a collection or a column that is
  /// not there for the caller.
  private static TableSchema requireDefineOf(
      String id, Caller caller, ApiSchema schema, ViewService views) {
    List<TableSchema> all = schema.byField().values().stream().map(ApiCollection::schema).toList();
    TableSchema known =
        views.views().stream()
            .filter(status -> status.view().name().equals(id))
            .map(status -> ViewsPanel.collectionOf(status, all))
            .filter(Objects::nonNull)
            .findFirst()
            .orElseThrow(() ->
                new TytoException(ErrorCode.NOT_FOUND, "there is no view '%s'".formatted(id)));
    Guard.require(caller, Verb.DEFINE, known);
    return known;
  }

  /// One that the caller does not see is not in the schema.
  private static TableSchema requireDefine(Caller caller, ApiSchema schema, String collection) {
    ApiCollection known =
        schema.byField().values().stream()
            .filter(each -> each.name().equals(collection))
            .findFirst()
            .orElseThrow(() -> Guard.unknown(collection));
    Guard.require(caller, Verb.DEFINE, known.schema());
    return known.schema();
  }

  private static @Nullable String text(InputObject input, String name) {
    Object value = input.get(name);
    return value == null ? null : value.toString();
  }

  /// As configs write it.
  private static @Nullable String constant(InputObject input, String name) {
    return input.has(name) ? input.text(name).toLowerCase(Locale.ROOT) : null;
  }

  private static Object view(ViewStatus status, Caller caller, TableSchema collection) {
    return new Payload(ViewsPanel.members(status, caller, collection));
  }
}
