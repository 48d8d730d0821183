package io.tyto.ingest.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tyto.model.access.AccessRules;
import io.tyto.model.access.LimitClass;
import io.tyto.model.access.Scope;
import io.tyto.model.access.TokenIssuer;
import io.tyto.model.access.TokenIssuer.Algorithm;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ConfigFile;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class AccessParserTest {
  private static AccessRules parse(String text) {
    return AccessParser.parse(new ConfigFile("access.yaml", text));
  }

  private static List<String> problems(String text) {
    return assertThrows(TytoException.class, () -> parse(text)).getMessage().lines().toList();
  }

  @Test
  void aWholeFile() {
    AccessRules rules =
        parse(
            """
            limits:
              default: { costPerSecond: 50, costPerQuery: 100, concurrentQueries: 4 }
              team: { burst: 7.5, subscriptions: 0, costPerDay: 1000 }
            roles:
              viewer: { scopes: [query:*] }
              analyst: { scopes: [query:*, records:recharge, fields:pii], limits: team }
            issuers:
              - issuer: https://sso.example.com/
                audience: tyto
                algorithms: [ES256, EdDSA]
                project: { claim: org }
                roles: { claim: groups, map: { tyto-analysts: analyst }, default: [viewer] }
                parameters: { tenant: org_id }
              - { issuer: local, audience: [a, b], keys: "http://127.0.0.1:9999/keys", project: acme }
            projects:
              acme: { limits: team }
            """);
    assertEquals(
        List.of(Scope.parse("query:*"), Scope.parse("records:recharge"), Scope.parse("fields:pii")),
        rules.roles().get("analyst").scopes());
    assertEquals(500, rules.limits("default").burst());
    assertEquals(Integer.MAX_VALUE, rules.limits("default").subscriptions());
    assertEquals(
        new LimitClass(
            "team",
            Double.POSITIVE_INFINITY,
            7.5,
            Double.POSITIVE_INFINITY,
            Integer.MAX_VALUE,
            0,
            1000),
        rules.quota("acme"));
    assertEquals(LimitClass.none("other"), rules.quota("other"));
    TokenIssuer sso = rules.issuers().getFirst();
    assertEquals(Set.of(Algorithm.ES256, Algorithm.EDDSA), sso.algorithms());
    assertEquals("org", sso.projectClaim());
    assertNull(sso.keys());
    assertEquals(Map.of("tyto-analysts", "analyst"), sso.roles());
    assertEquals(Map.of("tenant", "org_id"), sso.parameters());
    TokenIssuer local = rules.issuers().getLast();
    assertEquals(URI.create("http://127.0.0.1:9999/keys"), local.keys());
    assertEquals(Set.of(Algorithm.values()), local.algorithms());
    assertEquals("team", rules.limitsOf(null, List.of("viewer", "analyst")));
    assertEquals("own", rules.limitsOf("own", List.of("analyst")));
    assertEquals("default", rules.limitsOf(null, List.of("viewer", "nobody")));
    assertEquals(
        Set.of(Scope.parse("query:*"), Scope.parse("ingest:login")),
        rules.scopes(List.of("viewer", "nobody"), List.of(Scope.parse("ingest:login"))));
  }

  @Test
  void everyMistakeIsToldWithItsLine() {
    assertEquals(
        List.of(
            "access.yaml:2: limits.default.burst: found 'much', expected a number of units of cost, such as 50 or 0.5",
            "access.yaml:2: limits.default.concurrentQueries: found '-1', expected a whole number",
            "access.yaml:4: roles.viewer.scopes: 'read' is no scope: expected admin, or one of query, records, ingest, letters, define, fields, rows with what it is for, such as query:recharge, ingest:* or fields:pii",
            "access.yaml:4: roles.viewer.limits: found 'defalt', expected a class of this file's `limits` (did you mean 'default'?)",
            "access.yaml:6: issuers.audience: is missing, expected what the claim `aud` has of tokens that are meant for this server",
            "access.yaml:6: issuers.issuer: found 'http://sso.example.com', expected an https address without a password (http only of this machine)",
            "access.yaml:6: issuers.project: is missing, expected a project's name, such as default, or {claim: org}",
            "access.yaml:7: issuers.algorithms: found 'HS256', expected RS256, ES256, EdDSA",
            "access.yaml:7: issuers.algorithms: found 'none', expected RS256, ES256, EdDSA",
            "access.yaml:8: issuers.roles.default: found 'viewers', expected a role of this file (did you mean 'viewer'?)",
            "access.yaml:9: acess: found an unknown key, expected roles, limits, issuers, projects"),
        problems(
            """
            limits:
              default: { burst: much, concurrentQueries: -1 }
            roles:
              viewer: { scopes: [read], limits: defalt }
            issuers:
              - issuer: http://sso.example.com
                algorithms: [HS256, none]
                roles: { default: [viewers] }
            acess: {}
            """));
  }

  @Test
  void whatIsNoMappingIsNoAccessFile() {
    assertEquals(1, problems("- a").size());
    assertEquals(1, problems("a: &a [*a]\nb: [").size());
  }
}
