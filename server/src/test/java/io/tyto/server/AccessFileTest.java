package io.tyto.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.partition.Alarms;
import io.tyto.model.access.AccessRules;
import io.tyto.model.access.Scope;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AccessFileTest {
  @TempDir Path folder;

  private final Alarms alarms = new Alarms();
  private final List<AccessRules> told = new ArrayList<>();

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("access.yaml"), text);
  }

  private AccessFile open() {
    return new AccessFile(folder.resolve("access.yaml"), alarms, told::add);
  }

  private static void assertScope(String scope, AccessFile file) {
    assertEquals(Set.of(Scope.parse(scope)), file.get().scopes(List.of("viewer"), List.of()));
  }

  @Test
  void aChangeIsHeeded() throws IOException {
    write("roles: { viewer: { scopes: [query:a] } }");
    AccessFile file = open();
    assertScope("query:a", file);
    file.look();
    assertEquals(List.of(), told);
    write("roles: { viewer: { scopes: [query:b] } }");
    file.look();
    assertScope("query:b", file);
    assertEquals(List.of(file.get()), told);
    write("# only words\nroles: { viewer: { scopes: [query:b] } }");
    file.look();
    assertEquals(1, told.size(), "nothing has changed");
  }

  @Test
  void aWrongFileKeepsTheRulesOfBeforeAndSaysSo() throws IOException {
    Path path = write("roles: { viewer: { scopes: [query:a] } }");
    AccessFile file = open();
    write("roles: { viewer: { scopes: [all] } }");
    file.look();
    assertScope("query:a", file);
    file.look();
    assertEquals(1, alarms.all().size());
    assertTrue(alarms.all().getFirst().contains("access.yaml:1"), alarms.all().toString());
    Files.delete(path);
    file.look();
    assertScope("query:a", file);
    assertEquals(1, alarms.all().size());
    write("roles: { viewer: { scopes: [query:a] } }");
    file.look();
    assertEquals(List.of(), alarms.all(), "right again, and the same as before");
    Files.delete(path);
    file.look();
    assertEquals(1, alarms.all().size());
    write("roles: { viewer: { scopes: [query:a] } }");
    file.look();
    assertEquals(List.of(), alarms.all());
    assertEquals(List.of(), told);
  }

  @Test
  void aServerDoesNotStartWithAWrongFile() throws IOException {
    assertEquals(ErrorCode.BAD_USER_INPUT, assertThrows(TytoException.class, this::open).code());
    write("rolls: {}");
    assertEquals(ErrorCode.CONFIG_INVALID, assertThrows(TytoException.class, this::open).code());
  }
}
