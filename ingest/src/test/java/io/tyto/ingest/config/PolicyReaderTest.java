package io.tyto.ingest.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tyto.model.access.Guard;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.EventConfig;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PolicyReaderTest {
  private static EventConfig config(String text) {
    return ConfigParser.parse(List.of(new ConfigFile("a.yaml", text)), List.of(), null)
        .orThrow()
        .getFirst();
  }

  @Test
  void policiesAreRead() {
    EventConfig config =
        config(
            """
            collection: sales
            project: acme
            time: ts
            access: { rows: { tenant: org, shop: shop }, minGroup: 10 }
            fields:
              ts: timestamp
              tenant: string
              shop: long
              mail: { type: string, privacy: { policy: hash } }
              margin: { type: double, scope: finance }
              twice: { derive: "margin * 2" }
              plain: { derive: "shop + 1" }
            """);
    assertEquals("acme", config.policy().project());
    assertEquals(Map.of("tenant", "org", "shop", "shop"), config.policy().rows());
    assertEquals(10, config.policy().minGroup());
    Map<String, Set<String>> labels =
        config.columns().stream()
            .collect(
                Collectors.toMap(column -> column.name(), column -> Guard.labels(config, column)));
    assertEquals(Set.of("pii"), labels.get("mail"));
    assertEquals(Set.of("finance"), labels.get("margin"));
    assertEquals(Set.of("finance"), labels.get("twice"), "what is derived tells of its source");
    assertEquals(Set.of(), labels.get("plain"));
    assertEquals(Set.of(), labels.get("ts"));
  }

  @Test
  void whatIsTakenFromAnotherCollectionIsAsHiddenAsThere() {
    List<EventConfig> configs =
        ConfigParser.parse(
                List.of(
                    new ConfigFile(
                        "a.yaml",
                        """
                        collection: sale
                        time: ts
                        entity: { name: user, key: user }
                        fields:
                          ts: timestamp
                          user: string
                          margin: { type: long, scope: finance }
                        """),
                    new ConfigFile(
                        "b.yaml",
                        """
                        collection: visit
                        time: ts
                        entity: { name: user, key: user }
                        fields:
                          ts: timestamp
                          user: string
                        join:
                          - { from: sale, take: { last_margin: margin } }
                        """)),
                List.of(),
                null)
            .orThrow();
    EventConfig visit = configs.getLast();
    assertEquals(
        Set.of("finance"),
        Guard.labels(visit, Objects.requireNonNull(visit.column("last_margin"))));
  }

  @Test
  void mistakesAreToldWithTheirLines() {
    ParsedConfigs parsed =
        ConfigParser.parse(
            List.of(
                new ConfigFile(
                    "a.yaml",
                    """
                    collection: sales
                    project: Acme
                    time: ts
                    access:
                      rows:
                        tenent: org
                        amount: org
                        mail: org
                        tenant: a b
                      minGroup: 1
                    fields:
                      ts: { type: timestamp, scope: finance }
                      tenant: { type: string, scope: "a b" }
                      amount: double
                      mail: { type: string, privacy: { policy: hash } }
                    """)),
            List.of(),
            null);
    assertEquals(
        """
        a.yaml:2: project: found 'Acme', expected a name of small letters, digits, '_' and '-' that begins with a letter
        a.yaml:6: access.rows.tenent: found 'tenent', expected a column of `fields` (did you mean 'tenant'?)
        a.yaml:7: access.rows.amount: found 'amount', which is a double; expected a string, int, long, bool or uuid
        a.yaml:8: access.rows.mail: found 'mail', whose stored value is not that of the event; expected a field that is stored as it comes
        a.yaml:9: access.rows.tenant: found 'a b', expected the name of a parameter of keys or a claim of tokens
        a.yaml:10: access.minGroup: found '1', expected a number from 2 to 999999: how many stand behind what is told to those who may not read rows
        a.yaml:12: fields.ts.scope: found 'finance', stands on the event's time, which every question needs; leave it out
        a.yaml:13: fields.tenant.scope: found 'a b', expected a word such as finance: who shall see the field needs the scope fields:finance\
        """,
        parsed.problems().stream().map(Object::toString).collect(Collectors.joining("\n")));
  }
}
