package io.tyto.ingest.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigDiffTest {
  private static final TableSchema CURRENT =
      Schemas.firstVersion(config(ConfigParserTest.RECHARGE), 1, 2, 3);

  private static EventConfig config(String text) {
    return ConfigParser.parse(List.of(new ConfigFile("recharge.yaml", text))).orThrow().getFirst();
  }

  private static ConfigDiff diff(String found, String replacement) {
    assertTrue(ConfigParserTest.RECHARGE.contains(found), found);
    return ConfigDiff.compare(
        CURRENT, config(ConfigParserTest.RECHARGE.replace(found, replacement)));
  }

  private static void assertRefused(String found, String replacement, String... differences) {
    assertEquals(List.of(differences), diff(found, replacement).differences());
  }

  @Test
  void commentsAndOrderAreNoChange() {
    assertTrue(diff("time: ts\n", "# when\ntime:   ts\n").isUnchanged());
    String moved =
        ConfigParserTest.RECHARGE
            .replace("  payload:     json\n", "")
            .replace("  id: string\n", "  payload: { type: json }\n  id: string\n");
    assertTrue(ConfigDiff.compare(CURRENT, config(moved)).isUnchanged());
  }

  @Test
  void addedFieldsAreCompatibleWithTheirMappings() {
    String grown =
        ConfigParserTest.RECHARGE
            .replace(
                "  payload:     json\n",
                "  payload:     json\n  shop: date\n  half: { derive: amount * 0.5 }\n")
            .replace("map: { user_id", "map: { shop: /shop/opened, user_id")
            .replace("formats: { ts", "formats: { shop: dd.MM.yyyy, ts");
    ConfigDiff diff = ConfigDiff.compare(CURRENT, config(grown));
    assertEquals(List.of(), diff.differences());
    assertEquals(List.of("shop", "half"), diff.added().stream().map(ColumnSpec::name).toList());
    TableSchema next = Schemas.nextVersion(CURRENT, config(grown), 40);
    assertEquals(2, next.version());
    assertEquals(40, next.columns().get(9).id());
    assertEquals(41, next.columns().get(10).id());
    assertEquals(SystemColumns.FIRST_USER_ID, next.columns().getFirst().id());
    assertEquals(next.columns(), next.config().columns());
  }

  @Test
  void everythingElseIsRefusedWithTheDifference() {
    assertRefused(
        "server_id:   { type: long, role: dimension }",
        "server_id:   { type: int, role: id }",
        "fields.server_id.type changes from 'long' to 'int'",
        "fields.server_id.role changes from 'DIMENSION' to 'ID'");
    assertRefused("  is_tagged:   { derive: tag_count > 0 }\n", "", "field is_tagged is gone");
    assertRefused("length(tags)", "length(country)", "fields.tag_count.derive changes");
    assertRefused("retention: { raw: P90D }\n", "", "retention.raw changes from 'P90D' to nothing");
    assertRefused(
        "map: { user_id: /user/id,",
        "map: { user_id: /user/key,",
        "source.map.user_id changes from '/user/id' to '/user/key'");
    assertRefused("eventId: id\n", "", "eventId changes from 'id' to nothing");
    assertRefused(
        "entity: { name: user, key: user_id }",
        "entity: { name: player, key: user_id }",
        "entity.name changes from 'user' to 'player'");
  }

  @Test
  void everyColumnNeedsAnId() {
    assertThrows(
        IllegalArgumentException.class,
        () -> Schemas.toTableSchema(CURRENT.config(), 1, 2, 3, 1, Map.of("id", 16)));
  }
}
