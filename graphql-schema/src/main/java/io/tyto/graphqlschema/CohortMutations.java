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
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.CohortService.SavedCohort;
import io.tyto.model.schema.ApiNames;
import java.time.Clock;
import java.util.LinkedHashMap;
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
                  CohortInput input = new CohortInput(new EventsInput(entity, clock.instant()));
                  if (isHidden(name, entity, input, environment)) {
                    throw new TytoException(
                        ErrorCode.FORBIDDEN,
                        "the cohort '%s' names what is not there for you: take another name"
                            .formatted(name));
                  }
                  String definition = input.text(of, of.only());
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

  /// Whether there is one of that name that the caller may not read, and so not change.
  private static boolean isHidden(
      String name, ApiEntity entity, CohortInput input, DataFetchingEnvironment environment) {
    Caller caller = Mutations.caller(environment);
    return entity.savedCohorts().stream()
        .anyMatch(saved -> saved.name().equals(name) && !input.isShown(saved, caller));
  }

  static Object drop(
      DataFetchingEnvironment environment,
      ApiSchema schema,
      GraphQlServices services,
      Clock clock) {
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
              boolean isThere = false;
              for (ApiEntity each : schema.entities().values()) {
                if (each.name().equals(entity)) {
                  requireDefine(environment, each);
                  CohortInput input = new CohortInput(new EventsInput(each, clock.instant()));
                  isThere = !isHidden(name, each, input, environment);
                }
              }
              // Of an entity that is not there for the caller there is no cohort either.
              return isThere && services.cohorts().dropCohort(entity, name);
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
