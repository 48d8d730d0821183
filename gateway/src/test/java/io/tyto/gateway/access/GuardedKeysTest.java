package io.tyto.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tyto.gateway.Authenticator;
import io.tyto.gateway.Guards;
import io.tyto.gateway.document.DocumentPolicy;
import io.tyto.gateway.limits.CostGate;
import io.tyto.model.access.Access;
import io.tyto.model.access.AccessRules;
import io.tyto.model.access.ApiKey;
import io.tyto.model.access.ApiKey.Documents;
import io.tyto.model.access.Caller;
import io.tyto.model.access.LimitClass;
import io.tyto.model.access.Scope;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AuditLog;
import io.tyto.model.port.CallerKeys;
import io.tyto.model.port.KeyService.KeyInput;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// What an admin of one tenant can make of keys, and an operator.
final class GuardedKeysTest {
  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
  private static final Instant END = NOW.plus(Duration.ofDays(30));
  private static final AccessRules RULES =
      new AccessRules(
          Map.of(
              "fast", new AccessRules.Role(List.of(), "large"),
              "slow", new AccessRules.Role(List.of(), "small")),
          List.of(),
          Map.of(
              "default",
              limits("default", 10),
              "small",
              limits("small", 1),
              "large",
              limits("large", 100)),
          Map.of());

  private final List<AuditLog.Entry> noted = new ArrayList<>();
  private final FakeKeys keys = new FakeKeys(Clock.fixed(NOW, ZoneOffset.UTC));
  private DocumentPolicy documents = DocumentPolicy.ANY;
  private final CallerKeys guarded =
      new GuardedKeys(
          keys,
          new Guards(
              Authenticator.OPEN,
              new CostGate(CostGate.Limits.NONE, 1, Clock.systemUTC()),
              _ -> documents,
              () -> RULES),
          entry -> {
            noted.add(entry);
            return CompletableFuture.completedFuture(null);
          });

  /// Of the project `acme`, from 10.0.0.0/8, until {@link #END}, with the default limits.
  private final ApiKey tenantsKey =
      keys.createKey(input("acme", List.of("10.0.0.0/8"), END, "default", Documents.ANY)).key();

  private final Caller tenant = caller(tenantsKey.id(), "acme", "admin");
  private final Caller operator = caller("root", Caller.DEFAULT_PROJECT, "admin");

  private static LimitClass limits(String name, int most) {
    return new LimitClass(name, most, most, most, most, most, most);
  }

  private static Caller caller(String id, String project, String scope) {
    Access access = Access.of(List.of(Scope.parse(scope)), Map.of());
    return new Caller(id, Caller.Kind.KEY, id, project, access, Caller.DEFAULT_LIMITS);
  }

  private static KeyInput input(
      String project,
      List<String> ranges,
      @Nullable Instant end,
      @Nullable String limits,
      Documents documents,
      String... roles) {
    return new KeyInput(
        "live",
        "test",
        project,
        List.of("admin"),
        List.of(roles),
        Map.of(),
        ranges,
        end,
        limits,
        documents);
  }

  private KeyInput within(@Nullable String limits, String... roles) {
    return input("acme", List.of("10.1.0.0/16"), END, limits, Documents.ANY, roles);
  }

  private static void assertRefused(ErrorCode code, Executable work) {
    assertEquals(code, assertThrows(TytoException.class, work).code());
  }

  @Test
  void anAdminOfATenantMakesKeysThatAreGoodForNoMore() {
    guarded.createKey(within(null), tenant);
    guarded.createKey(within("small"), tenant);
    guarded.createKey(within(null, "slow"), tenant);
    List<KeyInput> beyond =
        List.of(
            input("default", List.of("10.0.0.0/8"), END, null, Documents.ANY),
            input("other", List.of("10.0.0.0/8"), END, null, Documents.ANY),
            input("acme", List.of(), END, null, Documents.ANY),
            input("acme", List.of("10.0.0.0/7"), END, null, Documents.ANY),
            input("acme", List.of("10.0.0.0/8", "192.0.2.7"), END, null, Documents.ANY),
            input("acme", List.of("::/0"), END, null, Documents.ANY),
            input("acme", List.of("10.0.0.0/8"), null, null, Documents.ANY),
            input("acme", List.of("10.0.0.0/8"), END.plusSeconds(1), null, Documents.ANY),
            within("large"),
            within(null, "fast"));
    int before = keys.keys().size();
    for (KeyInput input : beyond) {
      assertRefused(ErrorCode.FORBIDDEN, () -> guarded.createKey(input, tenant));
      assertEquals("FORBIDDEN", noted.getLast().outcome());
    }
    assertEquals(before, keys.keys().size());
    for (KeyInput input : beyond) {
      guarded.createKey(input, operator);
    }
    assertEquals(before + beyond.size(), keys.keys().size());
  }

  @Test
  void whoMaySendKnownDocumentsOnlyMakesNoKeyForOthers() {
    documents = DocumentPolicy.TRUSTED_ONLY;
    assertRefused(ErrorCode.FORBIDDEN, () -> guarded.createKey(within(null), tenant));
    guarded.createKey(
        input("acme", List.of("10.0.0.0/8"), END, null, Documents.TRUSTED_ONLY), tenant);
  }

  @Test
  void whoRotatesAKeyHasItsSecretSoNoGreaterOneIsRotated() {
    List<ApiKey> greater =
        List.of(
            keys.createKey(input("acme", List.of(), END, null, Documents.ANY)).key(),
            keys.createKey(input("acme", List.of("10.0.0.0/8"), null, null, Documents.ANY)).key(),
            keys.createKey(within(null, "fast")).key());
    for (ApiKey key : greater) {
      assertRefused(ErrorCode.FORBIDDEN, () -> guarded.rotateKey(key.id(), Duration.ZERO, tenant));
      assertEquals(key, keys.key(key.id()));
    }
    guarded.rotateKey(tenantsKey.id(), Duration.ZERO, tenant);
    guarded.rotateKey(keys.createKey(within("small")).key().id(), Duration.ZERO, tenant);
    guarded.rotateKey(greater.getFirst().id(), Duration.ZERO, operator);
  }

  @Test
  void keysOfOtherProjectsAreNotThere() {
    String others = keys.createKey(input("other", List.of(), null, null, Documents.ANY)).key().id();
    for (String id : List.of(others, "nobody")) {
      assertRefused(ErrorCode.NOT_FOUND, () -> guarded.rotateKey(id, Duration.ZERO, tenant));
      assertRefused(ErrorCode.NOT_FOUND, () -> guarded.revokeKey(id, tenant));
    }
    assertEquals(List.of(tenantsKey), guarded.keys(tenant));
    assertEquals(2, guarded.keys(operator).size());
    assertEquals(2, guarded.keys(Caller.OPEN).size());
    guarded.revokeKey(tenantsKey.id(), tenant);
    guarded.revokeKey(others, operator);
  }

  @Test
  void withoutAdminThereAreNoKeys() {
    Caller analyst = caller("analyst", "acme", "query:*");
    assertRefused(ErrorCode.FORBIDDEN, () -> guarded.keys(analyst));
    assertRefused(ErrorCode.FORBIDDEN, () -> guarded.createKey(within(null), analyst));
    assertRefused(
        ErrorCode.FORBIDDEN, () -> guarded.rotateKey(tenantsKey.id(), Duration.ZERO, analyst));
    assertRefused(ErrorCode.FORBIDDEN, () -> guarded.revokeKey(tenantsKey.id(), analyst));
  }

  @Test
  void everyChangeIsNoted() {
    String made = guarded.createKey(within(null), tenant).key().id();
    guarded.rotateKey(made, Duration.ZERO, tenant);
    guarded.revokeKey(made, tenant);
    assertRefused(ErrorCode.NOT_FOUND, () -> guarded.revokeKey("x".repeat(300), tenant));
    assertEquals(
        List.of(
            "key.create %s ok".formatted(made),
            "key.rotate %s ok".formatted(made),
            "key.revoke %s ok".formatted(made),
            "key.revoke %s NOT_FOUND".formatted("x".repeat(AuditLog.MAX_TARGET_CHARACTERS))),
        noted.stream()
            .map(entry -> String.join(" ", entry.action(), entry.target(), entry.outcome()))
            .toList());
    assertEquals(
        List.of(tenant.id()), noted.stream().map(AuditLog.Entry::caller).distinct().toList());
  }
}
