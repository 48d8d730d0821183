package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import graphql.schema.idl.SchemaParser;
import io.tyto.model.access.ApiKey;
import io.tyto.model.access.Caller;
import io.tyto.model.port.CallerKeys;
import io.tyto.model.port.KeyService.KeyInput;
import io.tyto.model.port.KeyService.NewKey;
import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.TableSchema;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// What the config check calls taken is what the generator takes: else a config that loads would
/// break the schema.
class SharedNamesTest {
  /// Of an API for admins, which has all that is shared.
  private static final class NoKeys implements CallerKeys {
    @Override
    public List<ApiKey> keys(Caller caller) {
      return List.of();
    }

    @Override
    public NewKey createKey(KeyInput input, Caller caller) {
      throw new UnsupportedOperationException();
    }

    @Override
    public NewKey rotateKey(String id, Duration overlap, Caller caller) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ApiKey revokeKey(String id, Caller caller) {
      throw new UnsupportedOperationException();
    }
  }

  private static Set<String> types(TableSchema... tables) {
    String sdl =
        GraphQlApi.build(
                List.of(tables),
                GraphQlServices.of(new FakeQueries()).withKeys(new NoKeys()),
                Clock.systemUTC(),
                GraphQlOptions.DEFAULT)
            .sdl();
    var definitions = new SchemaParser().parse(sdl);
    Set<String> names = new TreeSet<>(definitions.types().keySet());
    names.addAll(definitions.scalars().keySet());
    return names;
  }

  @Test
  void sharedTypesAreReserved() {
    Set<String> free = types();
    free.removeAll(ApiNames.SHARED_TYPES);
    assertEquals(Set.of(), free);
  }

  @Test
  void typesOfACollectionHaveKnownSuffixes() {
    Set<String> added = types(Collections.recharge());
    added.removeAll(types());
    added.remove("EntityCohort"); // names the entities, where there are any
    // An entity's types: its own, and one for each of its collections.
    assertTrue(added.removeAll(Set.of("User", "UserRecharge")));
    added.removeAll(ApiNames.SHARED_TYPES); // without a collection there is nothing to subscribe to
    for (String name : added) {
      if (name.startsWith("ByUser")) {
        assertTrue(ApiNames.ENTITY_TYPE_SUFFIXES.contains(name.substring("ByUser".length())), name);
        continue;
      }
      assertTrue(name.startsWith("Recharge"), name);
      String suffix = name.substring("Recharge".length());
      // Types of a cube begin with its name; where they meet another's, the schema is refused.
      boolean isOfCube = suffix.startsWith("ByCountryPlatform");
      assertTrue(isOfCube || ApiNames.COLLECTION_TYPE_SUFFIXES.contains(suffix), name);
    }
  }
}
