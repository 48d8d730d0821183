package io.tyto.ingest.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.partition.Alarms;
import io.tyto.model.access.ApiKey;
import io.tyto.model.access.Scope;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.KeyService;
import io.tyto.model.port.KeyService.KeyInput;
import io.tyto.model.port.KeyService.NewKey;
import io.tyto.store.Disk;
import io.tyto.store.FsStore;
import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import io.tyto.store.key.KeyLog;
import io.tyto.store.maintenance.SegmentCheck;
import io.tyto.store.maintenance.StoreVerifier;
import io.tyto.testkit.storage.MemoryStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

final class LocalKeysTest {
  private static final long SEED = Long.getLong("test.seed", 20261122L);
  private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");

  private final MovedClock clock = new MovedClock();
  private final MemoryStore store = new MemoryStore();
  private final LocalKeys keys = open(store);

  private static final class MovedClock extends Clock {
    private Instant now = START;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneOffset getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }

  private LocalKeys open(Store in) {
    return LocalKeys.open(in, StoreKeys.DEFAULT_PROJECT, "writer", clock, new Alarms());
  }

  private static KeyInput input(String name, String... scopes) {
    return new KeyInput(
        "live",
        name,
        "default",
        List.of(scopes),
        List.of("analyst"),
        Map.of("tenant", List.of("acme", "umbrella")),
        List.of("10.0.0.0/8", "::1"),
        null,
        null,
        ApiKey.Documents.ANY);
  }

  @Test
  void aKeyIsTheSameAfterARestart() {
    NewKey made = keys.createKey(input("dashboard", "query:*", "fields:pii"));
    ApiKey read = open(store).key(made.key().id());
    assertEquals(made.key(), read);
    assertEquals(made.text().hash(), made.key().secrets().getFirst().hash());
    assertEquals(List.of(Scope.parse("query:*"), Scope.parse("fields:pii")), made.key().scopes());
  }

  @Test
  void whatIsWrongIsToldAtOnce() {
    KeyInput wrong =
        new KeyInput(
            "live",
            " ",
            "no project",
            List.of("query", "admin"),
            List.of("a b"),
            Map.of("", List.of()),
            List.of("10.0.0.1/8", "everywhere"),
            START,
            "x y",
            ApiKey.Documents.ANY);
    String told = assertThrows(TytoException.class, () -> keys.createKey(wrong)).getMessage();
    assertEquals(9, told.lines().count(), told);
    assertEquals(List.of(), keys.keys());
  }

  @Test
  void onlyTheFirstStartMakesTheFirstKey() {
    LocalKeys other = open(store);
    NewKey first = keys.createFirstKey();
    assertNotNull(first);
    assertTrue(first.key().scopes().contains(Scope.ADMIN));
    assertNull(other.createFirstKey());
    assertNull(keys.createFirstKey());
    keys.revokeKey(first.key().id());
    assertNull(keys.createFirstKey(), "who revokes the last key meant it");
  }

  @Test
  void aRotatedKeyHasTwoSecretsForTheOverlap() {
    NewKey made = keys.createKey(input("dashboard", "query:*"));
    String id = made.key().id();
    NewKey second = keys.rotateKey(id, Duration.ofHours(1));
    assertEquals(id, second.text().id());
    List<ApiKey.Secret> secrets = second.key().secrets();
    assertEquals(
        List.of(made.text().hash(), second.text().hash()),
        secrets.stream().map(ApiKey.Secret::hash).toList());
    assertTrue(secrets.getFirst().isLive(START.plus(Duration.ofMinutes(59))));
    assertFalse(secrets.getFirst().isLive(START.plus(Duration.ofHours(1))));
    NewKey third = keys.rotateKey(id, Duration.ofHours(1));
    assertEquals(
        List.of(second.text().hash(), third.text().hash()),
        third.key().secrets().stream().map(ApiKey.Secret::hash).toList(),
        "never more than two");
    NewKey alone = keys.rotateKey(id, Duration.ZERO);
    assertEquals(1, alone.key().secrets().size());
  }

  @Test
  void whatIsNoMoreIsNotRotated() {
    String id = keys.createKey(input("a", "query:*")).key().id();
    keys.revokeKey(id);
    assertCode(ErrorCode.BAD_USER_INPUT, () -> keys.rotateKey(id, Duration.ZERO));
    assertCode(ErrorCode.NOT_FOUND, () -> keys.rotateKey("nobody", Duration.ZERO));
    assertCode(ErrorCode.NOT_FOUND, () -> keys.revokeKey("nobody"));
    String other = keys.createKey(input("b", "query:*")).key().id();
    assertCode(ErrorCode.BAD_USER_INPUT, () -> keys.rotateKey(other, Duration.ofDays(31)));
  }

  private static void assertCode(ErrorCode code, Executable call) {
    assertEquals(code, assertThrows(TytoException.class, call).code());
  }

  @Test
  void anotherProcessHeedsAChangeWithItsNextLook() {
    LocalKeys other = open(store);
    String id = keys.createKey(input("a", "query:*")).key().id();
    assertNull(other.key(id));
    other.look();
    assertFalse(other.key(id).isRevoked());
    keys.revokeKey(id);
    assertTrue(keys.key(id).isRevoked(), "here at once");
    other.look();
    assertTrue(other.key(id).isRevoked());
    assertTrue(LocalKeys.POLL.multipliedBy(2).compareTo(KeyService.NOTICED) < 0);
  }

  @Test
  void whatIsGoodForNothingIsForgottenAfterAWhile() {
    String id = keys.createKey(input("a", "query:*")).key().id();
    keys.revokeKey(id);
    clock.now = START.plus(LocalKeys.REMEMBERED);
    keys.createKey(input("b", "query:*"));
    assertNotNull(keys.key(id));
    clock.now = clock.now.plusSeconds(1);
    keys.createKey(input("c", "query:*"));
    assertNull(keys.key(id));
    assertEquals(2, keys.keys().size());
  }

  @Test
  void thereIsABoundOfKeys() {
    NewKey one = keys.createKey(input("a", "query:*"));
    fill(one.key());
    keys.look();
    assertCode(ErrorCode.LIMIT_TOO_LARGE, () -> keys.createKey(input("b", "query:*")));
    keys.revokeKey(one.key().id());
    clock.now = START.plus(LocalKeys.REMEMBERED).plusSeconds(1);
    keys.createKey(input("b", "query:*"));
  }

  /// As many copies of a key as there may be.
  private void fill(ApiKey key) {
    KeyLog.open(store, StoreKeys.DEFAULT_PROJECT, "filler")
        .change(all -> {
          for (int i = all.size(); i < KeyService.MAX_KEYS; i++) {
            all.put(
                "k" + i,
                new ApiKey(
                    "k" + i,
                    key.environment(),
                    key.name(),
                    key.project(),
                    key.scopes(),
                    key.roles(),
                    key.parameters(),
                    key.ranges(),
                    null,
                    key.documents(),
                    key.createdAt(),
                    null,
                    null,
                    key.secrets(),
                    null));
          }
        });
  }

  @Test
  void usesAreWrittenDownNowAndThen() {
    String id = keys.createKey(input("a", "query:*")).key().id();
    keys.used(id, START.plusSeconds(90));
    keys.used("nobody", START);
    assertEquals(START.plusSeconds(90), keys.keys().getFirst().lastUsed());
    clock.now = START.plus(LocalKeys.USES_WRITTEN).minusSeconds(1);
    keys.look();
    assertNull(open(store).keys().getFirst().lastUsed());
    clock.now = START.plus(LocalKeys.USES_WRITTEN);
    keys.look();
    assertEquals(START.plusSeconds(60), open(store).keys().getFirst().lastUsed());
    keys.used(id, START.plusSeconds(7_200));
    keys.close();
    assertEquals(START.plusSeconds(7_200), open(store).keys().getFirst().lastUsed());
  }

  @Test
  void noFileHasASecret(@TempDir Path folder) throws IOException {
    LocalKeys stored = open(new FsStore(folder, Disk.SYSTEM));
    List<String> secrets = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      NewKey made = stored.createKey(input("key " + i, "query:*"));
      secrets.add(made.text().secret());
      secrets.add(stored.rotateKey(made.key().id(), Duration.ofHours(1)).text().secret());
    }
    stored.close();
    int files = 0;
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        secrets.forEach(secret -> assertFalse(text.contains(secret), file.toString()));
        files++;
      }
    }
    assertEquals(10, files);
    assertTrue(
        new StoreVerifier(new FsStore(folder, Disk.SYSTEM), SegmentCheck.NONE)
            .verify(_ -> {})
            .isClean());
  }

  /// Each process changes keys as it sees them, now and then looking at what the other did: no
  /// change is lost, and what was revoked never comes back.
  @Test
  void changesOfTwoProcessesAreAllKept() {
    Random random = new Random(SEED);
    List<LocalKeys> views = List.of(keys, open(store));
    Map<String, List<String>> hashes = new HashMap<>();
    Map<String, Boolean> revoked = new HashMap<>();
    List<String> ids = new ArrayList<>();
    for (int step = 0; step < 200; step++) {
      LocalKeys view = views.get(random.nextInt(2));
      String id = ids.isEmpty() ? "" : ids.get(random.nextInt(ids.size()));
      switch (ids.isEmpty() ? 0 : random.nextInt(5)) {
        case 0 -> {
          NewKey made = view.createKey(input("key " + step, "query:*"));
          ids.add(made.key().id());
          hashes.put(made.key().id(), List.of(made.text().hash()));
          revoked.put(made.key().id(), false);
        }
        case 1 -> {
          if (revoked.get(id)) {
            assertThrows(TytoException.class, () -> view.rotateKey(id, Duration.ofHours(1)));
          } else {
            String hash = view.rotateKey(id, Duration.ofHours(1)).text().hash();
            hashes.merge(id, List.of(hash), (a, b) -> List.of(a.getLast(), b.getFirst()));
          }
        }
        case 2 -> {
          if (random.nextInt(4) == 0) {
            view.revokeKey(id);
            revoked.put(id, true);
            hashes.put(id, List.of());
          }
        }
        case 3 -> view.used(id, START.plusSeconds(step));
        default -> view.look();
      }
    }
    for (LocalKeys view : views) {
      view.look();
      assertEquals(ids, view.keys().stream().map(ApiKey::id).toList(), "seed " + SEED);
      for (String id : ids) {
        ApiKey key = view.key(id);
        assertEquals(revoked.get(id), key.isRevoked(), "seed " + SEED);
        assertEquals(
            hashes.get(id),
            key.secrets().stream().map(ApiKey.Secret::hash).toList(),
            "seed " + SEED);
      }
    }
  }
}
