package io.tyto.graphqlschema;

import graphql.schema.DataFetchingEnvironment;
import io.tyto.graphqlschema.input.CohortInput;
import io.tyto.graphqlschema.input.EventsInput;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.schema.ApiCollection;
import io.tyto.graphqlschema.schema.ApiEntity;
import io.tyto.graphqlschema.schema.ApiSchema;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Guard;
import io.tyto.model.access.Verb;
import io.tyto.model.port.CohortService.SavedCohort;
import io.tyto.model.schema.ApiNames;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The mutations `saveCohort` and `dropCohort`.
final class CohortMutations {
  private CohortMutations() {}

  static Object save(
      DataFetchingEnvironment environment,
      ApiSchema schema,
      GraphQlServices services,
      Clock clock) {
    InputObject arguments = Mutations.arguments("saveCohort", environment);
    InputObject of = arguments.object("of", "EntityCohort");
    ApiEntity entity = entity(schema, of);
    String name = arguments.text("name");
    Long expected = (Long) arguments.get("expectedVersion");
    SavedCohort saved =
        services
            .audit()
            .noted(
                Mutations.caller(environment),
                "cohort.save",
                target(entity.name(), name),
                () -> {
                  requireDefine(environment, entity);
                  String definition =
                      new CohortInput(new EventsInput(entity, clock.instant())).text(of, of.only());
                  return services.cohorts().saveCohort(entity.name(), name, definition, expected);
                });
    Map<String, @Nullable Object> payload = new LinkedHashMap<>();
    payload.put("name", saved.name());
    payload.put("version", Formats.longNumber(saved.version()));
    payload.put("definition", saved.definition());
    return new Payload(payload);
  }

  private static ApiEntity entity(ApiSchema schema, InputObject of) {
    return schema.entities().values().stream()
        .filter(entity -> ApiNames.field(entity.name()).equals(of.only()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no entity " + of.only()));
  }

  static Object drop(
      DataFetchingEnvironment environment, ApiSchema schema, GraphQlServices services) {
    InputObject arguments = Mutations.arguments("dropCohort", environment);
    String entity = arguments.text("entity");
    String name = arguments.text("name");
    return services
        .audit()
        .noted(
            Mutations.caller(environment),
            "cohort.drop",
            target(entity, name),
            () -> {
              List<ApiEntity> known =
                  schema.entities().values().stream()
                      .filter(each -> each.name().equals(entity))
                      .toList();
              known.forEach(each -> requireDefine(environment, each));
              // Of an entity that is not there for the caller there is no cohort either.
              return !known.isEmpty() && services.cohorts().dropCohort(entity, name);
            });
  }

  /// As the audit log names a cohort.
  private static String target(String entity, String name) {
    return entity + "/" + name;
  }

  /// A cohort is one of all collections of its entity.
  private static void requireDefine(DataFetchingEnvironment environment, ApiEntity entity) {
    Caller caller = Mutations.caller(environment);
    for (ApiCollection collection : entity.collections()) {
      Guard.require(caller, Verb.DEFINE, collection.schema());
    }
  }
}
