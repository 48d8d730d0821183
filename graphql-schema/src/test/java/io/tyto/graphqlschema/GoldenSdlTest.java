package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tyto.model.schema.TableSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The schema text is a contract with clients: a change of it shows as a change of a golden file.
/// After a change that is meant, run with `-Dtest.golden=write` and read the difference.
class GoldenSdlTest {
  private static final Path FOLDER =
      Path.of("src", "test", "resources", "io", "tyto", "graphqlschema");

  @Test
  void everyType() throws IOException {
    assertGolden("everything.graphqls", Collections.everything());
  }

  @Test
  void exampleCollection() throws IOException {
    assertGolden("recharge.graphqls", Collections.recharge());
  }

  private static void assertGolden(String file, TableSchema collection) throws IOException {
    String sdl =
        GraphQlApi.build(
                List.of(collection), new FakeQueries(), Clock.systemUTC(), GraphQlOptions.DEFAULT)
            .sdl();
    // What every API shares stands in a resource of its own.
    String generated = sdl.substring(sdl.indexOf("# ---- collection "));
    Path golden = FOLDER.resolve(file);
    if ("write".equals(System.getProperty("test.golden"))) {
      Files.createDirectories(FOLDER);
      Files.writeString(golden, generated);
    }
    assertEquals(Files.readString(golden), generated);
  }
}
