package io.tyto.ingest.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Privacy;
import io.tyto.model.schema.Privacy.Policy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrivacyConfigTest {
  private static ParsedConfigs parse(String... configs) {
    List<ConfigFile> files = new ArrayList<>();
    for (String config : configs) {
      files.add(new ConfigFile((char) ('a' + files.size()) + ".yaml", config));
    }
    return ConfigParser.parse(files);
  }

  private static void assertProblem(String part, String... configs) {
    List<String> problems =
        parse(configs).problems().stream().map(ConfigProblem::toString).toList();
    assertEquals(1, problems.size(), problems.toString());
    assertTrue(problems.getFirst().contains(part), problems.getFirst());
  }

  private static void assertFieldProblem(String part, String field) {
    assertProblem(part, "collection: x\nfields:\n  a: " + field + "\n");
  }

  @Test
  void policiesAreRead() {
    EventConfig config =
        parse(
                """
                collection: x
                fields:
                  a: { type: string, privacy: { policy: hash } }
                  b: { type: "string[]", privacy: { policy: tokenize } }
                  c: { type: string, privacy: { policy: mask, mask: { shown: 4 } } }
                  d: { type: double, privacy: { policy: drop } }
                  e: { type: uuid, privacy: { policy: hash } }
                  f: { type: string, privacy: { policy: mask } }
                """)
            .orThrow()
            .getFirst();
    assertEquals(
        List.of(
            new Privacy(Policy.HASH, 0),
            new Privacy(Policy.TOKENIZE, 0),
            new Privacy(Policy.MASK, 4),
            new Privacy(Policy.DROP, 0),
            new Privacy(Policy.HASH, 0),
            new Privacy(Policy.MASK, 0)),
        config.columns().stream().map(ColumnSpec::privacy).toList());
  }

  @Test
  void slipsAreNamed() {
    assertFieldProblem("fields.a.privacy.policy: is missing", "{ type: string, privacy: {} }");
    assertFieldProblem(
        "found 'encrypt', expected drop, hash, tokenize or mask",
        "{ type: string, privacy: { policy: encrypt } }");
    assertFieldProblem(
        "expected on a string or uuid, not on long", "{ type: long, privacy: { policy: hash } }");
    assertFieldProblem(
        "expected on a string, not on uuid", "{ type: uuid, privacy: { policy: tokenize } }");
    assertFieldProblem(
        "belongs to the policy mask",
        "{ type: string, privacy: { policy: hash, mask: { shown: 4 } } }");
    assertFieldProblem(
        "a number up to 64", "{ type: string, privacy: { policy: mask, mask: { shown: -1 } } }");
    assertFieldProblem("an unknown key", "{ type: string, privacy: { policy: hash, salt: x } }");
  }

  @Test
  void keysAndTimesStayApart() {
    assertProblem(
        "is the event's time, which takes hash or tokenize",
        "collection: x\ntime: t\nfields: { t: { type: date, privacy: { policy: drop } } }\n");
    assertProblem(
        "is the event id, which takes hash or tokenize",
        "collection: x\neventId: i\nfields: { i: { type: string, privacy: { policy: mask } } }\n");
    assertProblem(
        "is the entity's key, which takes hash or tokenize",
        "collection: x\nentity: { name: user, key: u }\n"
            + "fields: { u: { type: long, privacy: { policy: drop } } }\n");
  }

  @Test
  void aKeyHasOneFormInAllCollections() {
    String plain = "collection: x\nentity: { name: user, key: u }\nfields: { u: string }\n";
    String hashed =
        "collection: y\nentity: { name: user, key: u }\n"
            + "fields: { u: { type: string, privacy: { policy: hash } } }\n";
    assertProblem("one key has one form", plain, hashed);
  }

  @Test
  void whatIsDerivedFromAPrivateFieldIsPrivate() {
    String fields =
        "collection: x\nfields:\n  a: { type: string, privacy: { policy: hash } }\n  b: { derive: ";
    assertProblem(
        "b is derived from the private field a".substring(2), fields + "\"lower(a)\" }\n");
    assertProblem(
        "is derived from the private field a",
        fields + "\"case when length(a) > 3 then 1 else 2 end\" }\n");
    assertEquals(
        List.of(), parse(fields + "\"lower(a)\", privacy: { policy: hash } }\n").problems());
    assertProblem(
        "is derived from the private field b",
        fields + "\"lower(a)\", privacy: { policy: hash } }\n  c: { derive: \"length(b)\" }\n");
  }

  @Test
  void aPlaceThatIsReadTwiceIsPrivateTwice() {
    String fields =
        "collection: x\nfields:\n  a: { type: string, privacy: { policy: hash } }\n  b: ";
    String map = "source:\n  map: { a: /user/id, b: \"%s\" }\n";
    assertProblem("would keep the value readable", fields + "string\n" + map.formatted("/user/id"));
    assertProblem("would keep the value readable", fields + "json\n" + map.formatted("/user"));
    assertProblem("would keep the value readable", fields + "json\n" + map.formatted(""));
    assertProblem(
        "would keep the value readable", fields + "\"string[]\"\n" + map.formatted("/*/id"));
    assertEquals(List.of(), parse(fields + "string\n" + map.formatted("/user/name")).problems());
    assertEquals(
        List.of(),
        parse(fields + "{ type: string, privacy: { policy: mask } }\n" + map.formatted("/user/id"))
            .problems());
  }
}
