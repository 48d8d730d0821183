package io.tyto.ingest.key;

import static java.lang.System.Logger.Level.DEBUG;

import io.tyto.ingest.partition.Alarms;
import io.tyto.model.access.ApiKey;
import io.tyto.model.access.Caller;
import io.tyto.model.access.KeyText;
import io.tyto.model.access.Scope;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.KeyService;
import io.tyto.store.Store;
import io.tyto.store.key.KeyLog;
import io.tyto.store.maintenance.GarbageCollector;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The API keys of a project, in a log that all processes that share the store read.
///
/// What others change is seen within {@link #POLL}, and what is changed here at once. A store that
/// does not answer leaves the keys as they were last seen, with an alarm. Keys that are good for
/// nothing any more are forgotten after {@link #REMEMBERED}. When a key was last used is known here
/// at once, and written down every {@link #USES_WRITTEN} and at the end.
///
/// Thread-safe. Lifetime: {@link #close} when nobody authenticates any more.
public final class LocalKeys implements KeyService, AutoCloseable {
  static final Duration POLL = Duration.ofSeconds(2);
  static final Duration USES_WRITTEN = Duration.ofHours(1);
  static final Duration REMEMBERED = Duration.ofDays(90);

  private static final System.Logger LOG = System.getLogger(LocalKeys.class.getName());
  private static final String ALARM = "keys";
  private static final KeyInput FIRST =
      new KeyInput(
          KeyText.LIVE,
          "first",
          Caller.DEFAULT_PROJECT,
          List.of(Scope.ADMIN.toString()),
          List.of(),
          Map.of(),
          List.of(),
          null,
          null,
          ApiKey.Documents.ANY);

  private final Store store;
  private final int project;
  private final KeyLog log;
  private final Clock clock;
  private final Alarms alarms;
  private final SecureRandom random = new SecureRandom();

  /// By id; of known keys only, so there are never more.
  private final Map<String, Instant> uses = new ConcurrentHashMap<>();

  private Instant usesWritten;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("keys").factory());

  /// Reads the keys that there are. MANIFEST_CORRUPT.
  ///
  /// @param writerId UUID of the process start
  public static LocalKeys open(
      Store store, int project, String writerId, Clock clock, Alarms alarms) {
    return new LocalKeys(store, project, KeyLog.open(store, project, writerId), clock, alarms);
  }

  private LocalKeys(Store store, int project, KeyLog log, Clock clock, Alarms alarms) {
    this.store = store;
    this.project = project;
    this.log = log;
    this.clock = clock;
    this.alarms = alarms;
    this.usesWritten = clock.instant();
  }

  /// Begins to look for what other processes change.
  public void start() {
    timer.scheduleWithFixedDelay(
        this::look, POLL.toMillis(), POLL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /// Every two seconds.
  void look() {
    try {
      log.refresh();
      if (Duration.between(usesWritten, clock.instant()).compareTo(USES_WRITTEN) >= 0) {
        writeUses();
      }
      alarms.clear(ALARM);
    } catch (TytoException e) {
      alarms.raise(
          ALARM,
          "the API keys cannot be read, so those that others revoke stay good here: "
              + e.getMessage());
    }
  }

  @Override
  public List<ApiKey> keys() {
    return log.keys().values().stream().map(this::withUse).toList();
  }

  private ApiKey withUse(ApiKey key) {
    Instant used = uses.get(key.id());
    return used == null ? key : key.used(used);
  }

  @Override
  public @Nullable ApiKey key(String id) {
    return log.keys().get(id);
  }

  @Override
  public void used(String id, Instant at) {
    Instant before = uses.get(id);
    if ((before == null || at.isAfter(before)) && key(id) != null) {
      uses.put(id, at);
    }
  }

  @Override
  public NewKey createKey(KeyInput input) {
    NewKey made = make(input);
    change(keys -> {
      if (keys.size() >= MAX_KEYS) {
        throw new TytoException(
            ErrorCode.LIMIT_TOO_LARGE,
            "there are %,d keys already, those that were revoked or have expired in the last %d days among them"
                .formatted(MAX_KEYS, REMEMBERED.toDays()));
      }
      keys.put(made.key().id(), made.key());
    });
    return made;
  }

  @Override
  public @Nullable NewKey createFirstKey() {
    log.refresh();
    if (!log.keys().isEmpty()) {
      return null;
    }
    NewKey made = make(FIRST);
    change(keys -> {
      // Another process may have made one meanwhile: then that is the first.
      if (keys.isEmpty()) {
        keys.put(made.key().id(), made.key());
      }
    });
    return key(made.key().id()) == null ? null : made;
  }

  private NewKey make(KeyInput input) {
    Instant now = now();
    KeyInputs.Checked checked = KeyInputs.check(input, now);
    KeyText text = KeyText.random(input.environment(), random);
    ApiKey key =
        new ApiKey(
            text.id(),
            text.environment(),
            input.name(),
            input.project(),
            checked.scopes(),
            input.roles(),
            new TreeMap<>(input.parameters()),
            checked.ranges(),
            input.limits(),
            input.documents(),
            now,
            micros(input.expiresAt()),
            null,
            List.of(new ApiKey.Secret(text.hash(), now, null)),
            null);
    return new NewKey(key, text);
  }

  @Override
  public NewKey rotateKey(String id, Duration overlap) {
    if (overlap.isNegative() || overlap.compareTo(MAX_OVERLAP) > 0) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "the overlap is %s: expected none to %d days".formatted(overlap, MAX_OVERLAP.toDays()));
    }
    Instant now = now();
    String itsEnvironment = required(id).environment();
    KeyText text = KeyText.random(itsEnvironment, id, random);
    ApiKey rotated =
        edit(
            id,
            key -> {
              if (!key.isLive(now)) {
                throw new TytoException(
                    ErrorCode.BAD_USER_INPUT,
                    "the key %s %s: make a new one"
                        .formatted(id, key.isRevoked() ? "was revoked" : "has expired"));
              }
              return key.rotated(text.hash(), now, overlap);
            });
    return new NewKey(rotated, text);
  }

  @Override
  public ApiKey revokeKey(String id) {
    Instant now = now();
    return edit(id, key -> key.revoked(now));
  }

  private ApiKey edit(String id, UnaryOperator<ApiKey> edit) {
    required(id);
    change(keys -> {
      ApiKey key = keys.get(id);
      if (key != null) {
        keys.put(id, edit.apply(key));
      }
    });
    return required(id);
  }

  private ApiKey required(String id) {
    if (key(id) == null) {
      // It may be younger than the last look.
      log.refresh();
    }
    ApiKey key = key(id);
    if (key == null) {
      throw new TytoException(
          ErrorCode.NOT_FOUND, "there is no key with the id '%s'".formatted(id));
    }
    return key;
  }

  private interface Edit {
    void apply(Map<String, ApiKey> keys);
  }

  private void change(Edit edit) {
    Instant forgotten = clock.instant().minus(REMEMBERED);
    log.change(keys -> {
      keys.values().removeIf(key -> isForgotten(key, forgotten));
      edit.apply(keys);
    });
    collectGarbage();
  }

  private static boolean isForgotten(ApiKey key, Instant before) {
    Instant revoked = key.revokedAt();
    return key.isExpired(before) || revoked != null && revoked.isBefore(before);
  }

  /// What cannot be deleted now is deleted after the next change.
  private void collectGarbage() {
    try {
      new GarbageCollector(store, GarbageCollector.Policy.DEFAULT).collectKeys(project);
    } catch (TytoException e) {
      LOG.log(DEBUG, "old lists of keys stay for now", e);
    }
  }

  private void writeUses() {
    usesWritten = clock.instant();
    uses.keySet().retainAll(log.keys().keySet());
    if (!uses.isEmpty()) {
      change(keys ->
          uses.forEach((id, at) ->
              keys.computeIfPresent(id, (_, key) -> key.used(at.truncatedTo(ChronoUnit.MINUTES)))));
    }
  }

  private Instant now() {
    return Objects.requireNonNull(micros(clock.instant()));
  }

  /// As finely as the log keeps times.
  private static @Nullable Instant micros(@Nullable Instant time) {
    return time == null ? null : time.truncatedTo(ChronoUnit.MICROS);
  }

  /// Writes down which keys were used, if the store lets it.
  @Override
  public void close() {
    timer.shutdownNow();
    try {
      writeUses();
    } catch (TytoException e) {
      LOG.log(DEBUG, "when keys were last used is not written down", e);
    }
  }
}
