package io.tyto.ingest.discover;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;

import io.tyto.ingest.decode.UnreadKeys;
import io.tyto.ingest.partition.Alarms;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.Discovery;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Watches the keys that no column reads, and has columns made of those that come again and again.
///
/// Decoders only leave their objects here: at most {@link #MAX_WAITING} of a collection wait, and
/// what comes while as many do is not looked at. One thread looks at them, once a second. What was
/// seen is kept in memory: after a restart keys are counted anew. Thread-safe.
public final class KeyDiscovery implements UnreadKeys, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(KeyDiscovery.class.getName());

  /// Events of a collection that are looked at in a second.
  static final int MAX_WAITING = 1_024;

  private static final int STOP_SECONDS = 10;
  private static final int SHOWN_KEYS = 5;

  private final Catalog catalog;
  private final Alarms alarms;
  private final Map<Integer, ArrayBlockingQueue<byte[]>> waiting = new ConcurrentHashMap<>();
  private final Map<Integer, SeenKeys> seen = new HashMap<>();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("discovery").factory());

  /// Where columns come from. Thread-safe.
  public interface Catalog {
    /// The newest schema of a collection.
    TableSchema newest(int collectionId);

    /// Makes columns of keys, as far as the collection's config lets it.
    Outcome discover(int collectionId, List<FoundKey> keys);
  }

  /// What became of found keys.
  ///
  /// @param added names of the new columns
  /// @param settled keys that are columns, or must not become one
  /// @param refused keys for which there is no room any more
  public record Outcome(List<String> added, List<String> settled, List<String> refused) {
    public Outcome {
      added = List.copyOf(added);
      settled = List.copyOf(settled);
      refused = List.copyOf(refused);
    }
  }

  public KeyDiscovery(Catalog catalog, Alarms alarms) {
    this.catalog = catalog;
    this.alarms = alarms;
  }

  public void start() {
    timer.scheduleWithFixedDelay(this::round, 1, 1, TimeUnit.SECONDS);
  }

  @Override
  public void observe(int collectionId, byte[] json) {
    waiting.computeIfAbsent(collectionId, _ -> new ArrayBlockingQueue<>(MAX_WAITING)).offer(json);
  }

  /// Looks at everything that waits, now instead of within the second.
  public synchronized void runNow() {
    waiting.forEach((collection, queue) -> {
      List<byte[]> events = new ArrayList<>();
      queue.drainTo(events, MAX_WAITING);
      if (!events.isEmpty()) {
        look(collection, events);
      }
    });
  }

  private void round() {
    try {
      runNow();
    } catch (RuntimeException | Error e) {
      // A timer drops a task that throws; what was drained is seen again in later events.
      LOG.log(ERROR, "looking for new keys in events failed; it is tried again", e);
    }
  }

  private void look(int collection, List<byte[]> events) {
    TableSchema schema = catalog.newest(collection);
    Discovery discovery = discoveryOf(schema);
    if (discovery == null) {
      seen.remove(collection);
      return;
    }
    SeenKeys keys = seen.computeIfAbsent(collection, _ -> new SeenKeys());
    events.forEach(keys::add);
    List<FoundKey> found = keys.found(discovery.after());
    if (found.isEmpty()) {
      return;
    }
    Outcome outcome = catalog.discover(collection, found);
    keys.forget(outcome.settled());
    if (!outcome.added().isEmpty()) {
      LOG.log(
          INFO,
          "collection {0} has new fields, found in events: {1}",
          schema.name(),
          outcome.added());
    }
    tell(schema, discovery, outcome, keys);
  }

  private void tell(TableSchema schema, Discovery discovery, Outcome outcome, SeenKeys keys) {
    String topic = "discovery of " + schema.name();
    if (!outcome.refused().isEmpty()) {
      List<String> refused = outcome.refused();
      String shown = String.join(", ", refused.subList(0, Math.min(SHOWN_KEYS, refused.size())));
      alarms.raise(
          topic,
          "collection %s has found as many fields as discover.max allows (%d); %d more keys stay in the json field only, such as %s: raise max, or list them under ignore"
              .formatted(schema.name(), discovery.max(), refused.size(), shown));
    } else if (keys.isFull()) {
      alarms.raise(
          topic,
          "events of collection %s bring more than %,d different keys that no field reads: they look like values, not names; they are kept, and only the first are watched"
              .formatted(schema.name(), SeenKeys.MAX_KEYS));
    } else {
      alarms.clear(topic);
    }
  }

  private static @Nullable Discovery discoveryOf(TableSchema schema) {
    int position = schema.restPosition();
    ColumnSpec column = position < 0 ? null : schema.columns().get(position);
    return column == null ? null : column.discovery();
  }

  @Override
  public void close() {
    timer.shutdown();
    try {
      timer.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
