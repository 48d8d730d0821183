package io.tyto.gateway.access;

import io.tyto.model.access.AddressRange;
import io.tyto.model.access.ApiKey;
import io.tyto.model.access.KeyText;
import io.tyto.model.access.Scope;
import io.tyto.model.port.KeyService;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Keys in memory.
final class FakeKeys implements KeyService {
  final Map<String, Instant> uses = new ConcurrentHashMap<>();
  private final Map<String, ApiKey> all = new ConcurrentHashMap<>();
  private final Random random = new Random(20261122L);
  private final Clock clock;

  FakeKeys(Clock clock) {
    this.clock = clock;
  }

  @Override
  public @Nullable ApiKey key(String id) {
    return all.get(id);
  }

  @Override
  public List<ApiKey> keys() {
    return all.values().stream().sorted(Comparator.comparing(ApiKey::createdAt)).toList();
  }

  @Override
  public NewKey createKey(KeyInput input) {
    KeyText text = KeyText.random(input.environment(), random);
    ApiKey key =
        new ApiKey(
            text.id(),
            text.environment(),
            input.name(),
            input.project(),
            input.scopes().stream().map(Scope::parse).toList(),
            input.roles(),
            new TreeMap<>(input.parameters()),
            input.ranges().stream().map(AddressRange::parse).toList(),
            input.limits(),
            input.documents(),
            clock.instant(),
            input.expiresAt(),
            null,
            List.of(new ApiKey.Secret(text.hash(), clock.instant(), null)),
            null);
    all.put(key.id(), key);
    return new NewKey(key, text);
  }

  /// Of the project `acme` with the role `analyst` and the parameter `tenant`.
  NewKey create(@Nullable Instant expires, List<String> ranges, String... scopes) {
    KeyText text = KeyText.random(KeyText.LIVE, random);
    ApiKey key =
        new ApiKey(
            text.id(),
            text.environment(),
            "test",
            "acme",
            List.of(scopes).stream().map(Scope::parse).toList(),
            List.of("analyst"),
            new TreeMap<>(Map.of("tenant", List.of("t1"))),
            ranges.stream().map(AddressRange::parse).toList(),
            null,
            ApiKey.Documents.ANY,
            clock.instant(),
            expires,
            null,
            List.of(new ApiKey.Secret(text.hash(), clock.instant(), null)),
            null);
    all.put(key.id(), key);
    return new NewKey(key, text);
  }

  @Override
  public NewKey rotateKey(String id, Duration overlap) {
    KeyText text = KeyText.random(KeyText.LIVE, id, random);
    ApiKey rotated = all.get(id).rotated(text.hash(), clock.instant(), overlap);
    all.put(id, rotated);
    return new NewKey(rotated, text);
  }

  @Override
  public ApiKey revokeKey(String id) {
    return all.compute(id, (_, key) -> key.revoked(clock.instant()));
  }

  @Override
  public void used(String id, Instant at) {
    uses.put(id, at);
  }
}
