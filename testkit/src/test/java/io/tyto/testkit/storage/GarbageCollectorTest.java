package io.tyto.testkit.storage;

import static io.tyto.testkit.storage.Commits.LOG;
import static io.tyto.testkit.storage.Commits.PREFIX;
import static io.tyto.testkit.storage.Commits.data;
import static io.tyto.testkit.storage.Commits.seal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.TytoException;
import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import io.tyto.store.catalog.Catalog;
import io.tyto.store.maintenance.GarbageCollector;
import io.tyto.store.maintenance.GarbageCollector.Collected;
import io.tyto.store.maintenance.GarbageCollector.Policy;
import io.tyto.store.manifest.Change;
import io.tyto.store.manifest.ManifestChain;
import io.tyto.testkit.storage.MemoryStore.Fate;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class GarbageCollectorTest {
  private static final Policy POLICY =
      new Policy(4, Duration.ofDays(7), Duration.ofMinutes(15), Duration.ofHours(24));
  private static final long MINUTE = 60_000;
  private static final long DAY = 24 * 60 * MINUTE;

  private final MemoryStore store = new MemoryStore();
  private final ManifestChain chain =
      new ManifestChain(store, PREFIX, "owner", () -> UUID.randomUUID().toString(), 4);
  private long now = 1_000 * DAY;

  @BeforeEach
  void claim() {
    store.setNowMillis(now);
    chain.claim(1);
  }

  private void pass(long millis) {
    now += millis;
    store.setNowMillis(now);
  }

  private void put(String file) {
    store.putIfAbsent(chain.segmentKey(file), new byte[] {1});
  }

  private void sealNext(String file) {
    long from = chain.next(chain.current(), LOG);
    put(file);
    chain.commit(seal(file, from, from + 10));
  }

  private Collected collect(Store seen) {
    return new GarbageCollector(seen, POLICY).collect(chain, _ -> false);
  }

  private boolean has(String file) {
    return store.exists(chain.segmentKey(file));
  }

  @Test
  void aSegmentGoesOnceNoSnapshotCanNameIt() {
    sealNext("2-1-a.seg");
    sealNext("3-1-b.seg");
    pass(2 * DAY);
    put("4-1-c.seg");
    chain.commit(
        Change.builder()
            .remove("2-1-a.seg")
            .remove("3-1-b.seg")
            .add(data("4-1-c.seg", 0, 20))
            .build());
    pass(14 * MINUTE);
    assertEquals(0, collect(store).segments(), "a cursor may still name the manifest before");
    pass(2 * MINUTE);
    assertEquals(new Collected(0, 0, 2, 2), collect(store));
    assertTrue(has("4-1-c.seg"));
  }

  @Test
  void anOrphanGoesAfterADayAndNeverWhatIsInTheMaking() {
    sealNext("2-1-a.seg");
    put("2-1-orphan.seg");
    put("9-1-future.seg");
    put("2-1-busy.seg");
    put("stranger.txt");
    pass(DAY - 1);
    assertEquals(0, collect(store).segments());
    pass(2);
    new GarbageCollector(store, POLICY).collect(chain, "2-1-busy.seg"::equals);
    assertFalse(has("2-1-orphan.seg"));
    assertTrue(has("9-1-future.seg") && has("2-1-busy.seg") && has("stranger.txt"));
    assertTrue(has("2-1-a.seg"));
  }

  @Test
  void oldManifestsGoButMilestonesAndTheNewestStay() {
    for (int i = 2; i <= 11; i++) {
      sealNext(i + "-1-a.seg");
    }
    assertEquals(0, collect(store).manifests(), "younger than a week");
    pass(8 * DAY);
    sealNext("12-1-a.seg");
    assertEquals(6, collect(store).manifests());
    assertEquals(List.of(4L, 8L, 9L, 10L, 11L, 12L), chain.versions());
    assertEquals(12, chain.segments(chain.latest().orElseThrow()).size() + 1);
  }

  @Test
  void pagesThatNothingNamesGo() {
    for (int i = 2; i <= 300; i++) {
      sealNext(i + "-1-a.seg");
    }
    Change.Builder all = Change.builder().add(data("301-1-c.seg", 0, 2_990));
    put("301-1-c.seg");
    chain.segments(chain.current()).forEach(segment -> all.remove(segment.file()));
    pass(2 * DAY);
    chain.commit(all.build());
    List<String> named = chain.current().pages().stream().map(page -> page.key()).toList();
    assertTrue(store.list(StoreKeys.pages(PREFIX)).size() > named.size());
    pass(DAY);
    Collected collected = collect(store);
    assertEquals(299, collected.segments());
    assertTrue(collected.pages() > 0);
    assertEquals(named.size(), store.list(StoreKeys.pages(PREFIX)).size());
    assertEquals(1, chain.segments(chain.current()).size());
  }

  @Test
  void oldCatalogVersionsGoAndTheCatalogStillOpens() {
    Catalog catalog = Catalog.open(store, StoreKeys.DEFAULT_PROJECT, "writer");
    for (int i = 1; i <= 600; i++) {
      String name = "group" + i;
      catalog.change(draft -> draft.addGroup(name, null, 1));
    }
    pass(8 * DAY);
    int deleted = new GarbageCollector(store, POLICY).collectCatalog(StoreKeys.DEFAULT_PROJECT);
    assertEquals(600 - 256 - 1, deleted, "all but the newest 256 and the whole state 256");
    assertEquals(catalog.state(), Catalog.open(store, StoreKeys.DEFAULT_PROJECT, "reader").state());
  }

  @Test
  void aFailedListOrAnUnreadableManifestDeletesNothing() {
    sealNext("2-1-a.seg");
    put("2-1-orphan.seg");
    pass(2 * DAY);
    MemoryStore failing =
        store.through(call -> call.startsWith("list") ? Fate.DROPPED : Fate.ANSWERED);
    assertThrows(TytoException.class, () -> collect(failing));
    store.flip(StoreKeys.numbered(StoreKeys.manifests(PREFIX), 2), 20, 1);
    assertThrows(TytoException.class, () -> collect(store));
    assertTrue(has("2-1-orphan.seg"));
  }
}
