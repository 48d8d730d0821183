package io.tyto.testkit.storage;

import static io.tyto.testkit.storage.Commits.LOG;
import static io.tyto.testkit.storage.Commits.PREFIX;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import io.tyto.store.manifest.ManifestChain;
import io.tyto.store.manifest.Tiling;
import io.tyto.testkit.storage.Schedule.Actor;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Two writers of one partition meet in every order of their store calls, answers get lost, and a
/// collector may run in between: the chain stays linear and what was acknowledged stays.
///
/// The real {@link ManifestChain} runs; only the store and the order of its calls are under
/// control. Depth is bounded, so this is a small model, but every schedule of it is tried.
final class CommitModelTest {
  private static final int MILESTONE = 2;
  private static final int SCALE = Integer.getInteger("test.scale", 1);

  /// What one run did, as its writers saw it.
  private static final class Run {
    final MemoryStore store = new MemoryStore();
    final Set<String> acknowledged = new HashSet<>();
    final Set<String> attempted = new HashSet<>();

    Run() {
      chain(store, "first").claim(1);
    }

    ManifestChain chain(Store seen, String writer) {
      int[] commits = {0};
      return new ManifestChain(seen, PREFIX, writer, () -> writer + commits[0]++, MILESTONE);
    }

    /// Claims, then seals what is next.
    void claimAndSeal(ManifestChain chain, int seals) {
      untilFenced(() -> {
        chain.claim(1);
        seal(chain, seals);
      });
    }

    /// Seals what is next; the chain is claimed.
    void sealClaimed(ManifestChain chain, int seals) {
      untilFenced(() -> seal(chain, seals));
    }

    private void seal(ManifestChain chain, int seals) {
      for (int i = 0; i < seals; i++) {
        Manifest current = chain.current();
        long from = chain.next(current, LOG);
        String file = "%d-1-%s.seg".formatted(current.version() + 1, current.writerId());
        attempted.add(file);
        chain.commit(Commits.seal(file, from, from + 10));
        acknowledged.add(file);
      }
    }

    /// A writer that is fenced or cut off gives up, as a process does that restarts.
    private static void untilFenced(Runnable work) {
      try {
        work.run();
      } catch (TytoException e) {
        assertTrue(
            e.code() == ErrorCode.FENCED || e.code() == ErrorCode.STORE_FAILED, e.toString());
      }
    }

    /// Deletes as the collector may: everything but milestones and the newest of them.
    void collect(Store seen) {
      List<String> keys = seen.list(StoreKeys.manifests(PREFIX) + "/");
      for (String key : keys.subList(0, Math.max(0, keys.size() - MILESTONE))) {
        if (Long.parseLong(key.substring(key.length() - 20)) % MILESTONE != 0) {
          seen.delete(key);
        }
      }
    }

    void check(boolean isCollected) {
      ManifestChain reader = chain(store, "reader");
      Manifest latest = reader.latest().orElseThrow();
      assertEquals(List.of(), Tiling.problems(reader.contents(latest)), "I5");
      assertEquals(reader.next(latest, LOG), latest.counts().rows(), "I7");
      Set<String> committed = new HashSet<>();
      for (SegmentEntry segment : reader.segments(latest)) {
        assertTrue(committed.add(segment.file()), "committed twice: " + segment.file());
      }
      assertTrue(committed.containsAll(acknowledged), () -> "lost: " + acknowledged + committed);
      assertTrue(attempted.containsAll(committed), "nobody wrote: " + committed);
      if (!isCollected) {
        checkLinks(reader, latest);
      }
    }

    private void checkLinks(ManifestChain reader, Manifest latest) {
      for (long version = 2; version <= latest.version(); version++) {
        Manifest before = reader.read(version - 1).orElseThrow();
        Manifest manifest = reader.read(version).orElseThrow();
        byte[] document =
            store.get(StoreKeys.numbered(StoreKeys.manifests(PREFIX), version - 1)).orElseThrow();
        String text = new String(document, StandardCharsets.UTF_8);
        assertTrue(text.endsWith(manifest.previousSha256() + "\"}"), "I2 at " + version);
        boolean isClaim = manifest.epoch() == before.epoch() + 1;
        boolean isCommit =
            manifest.epoch() == before.epoch() && manifest.writerId().equals(before.writerId());
        assertTrue(isClaim || isCommit, "I3 at " + version);
        assertTrue(reader.next(manifest, LOG) >= reader.next(before, LOG), "I4 at " + version);
      }
    }
  }

  private static Schedule.Explored explore(int seals, int faults, boolean isReplacing) {
    return Schedule.exploreAll(
        faults,
        // A get reads a manifest that was listed and never changes: its place in the order does not
        // matter.
        call -> !call.startsWith("get"),
        network -> {
          Run run = new Run();
          MemoryStore base = isReplacing ? run.store.replacing() : run.store;
          return new Schedule.Trial(
              List.of(
                  new Actor(
                      () -> run.claimAndSeal(run.chain(base.through(network.of(0)), "a"), seals)),
                  new Actor(
                      () -> run.claimAndSeal(run.chain(base.through(network.of(1)), "b"), 1))),
              () -> run.check(false));
        });
  }

  @Test
  void everyOrderOfTwoWritersWithALostAnswer() {
    Schedule.Explored explored = explore(SCALE, 1, false);
    assertEquals(List.of(), explored.failures(), explored.toString());
    assertTrue(explored.runs() > 1_000, explored.toString());
  }

  @Test
  void everyOrderOfTwoWritersAndACollector() {
    Schedule.Explored explored =
        Schedule.exploreAll(
            0,
            call -> !call.startsWith("get") || SCALE > 2,
            network -> {
              Run run = new Run();
              ManifestChain owner = run.chain(run.store.through(network.of(0)), "a");
              run.claimAndSeal(owner, 2);
              ManifestChain rival = run.chain(run.store.through(network.of(1)), "b");
              return new Schedule.Trial(
                  List.of(
                      new Actor(() -> run.sealClaimed(owner, SCALE + 1)),
                      new Actor(() -> run.claimAndSeal(rival, SCALE - 1)),
                      new Actor(() -> run.collect(run.store.through(network.of(2))))),
                  () -> run.check(true));
            });
    assertEquals(List.of(), explored.failures(), explored.toString());
    assertTrue(explored.runs() > 1_000, explored.toString());
  }

  @Test
  void aStoreThatReplacesByRenameIsCaught() {
    assertTrue(!explore(1, 0, true).failures().isEmpty(), "rename went unnoticed");
  }
}
