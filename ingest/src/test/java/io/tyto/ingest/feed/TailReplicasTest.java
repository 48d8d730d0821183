package io.tyto.ingest.feed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.ingest.DataVerifier;
import io.tyto.ingest.LocalNode;
import io.tyto.ingest.LogSources;
import io.tyto.ingest.NodeFixture;
import io.tyto.ingest.QuietLog;
import io.tyto.ingest.log.LogSource;
import io.tyto.ingest.log.MemorySource;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.QueryContext;
import io.tyto.model.schema.Feed;
import io.tyto.testkit.storage.UnforcedDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two nodes that share a folder: one owns the partitions, the other replicates their tails.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TailReplicasTest {
  private static final String TOPIC = "plays";
  private static final Set<Integer> BOTH = Set.of(0, 1);
  private static final String PLAY =
      """
      collection: play
      eventId: id
      entity: { name: user, key: user }
      fields: { id: string, user: string }
      %s
      source: { kafka: { topic: plays } }
      """;

  @TempDir Path temp;

  private final MemorySource logs = new MemorySource(NodeFixture.CLOCK, 1);
  private final Set<String> produced = new TreeSet<>();

  @BeforeEach
  void makeTopic() {
    QuietLog.on();
    logs.create(TOPIC, BOTH.size());
    logs.suggest("owner", BOTH);
  }

  @Test
  void aReplicaHasWhatItsOwnerHasNotSealed() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    try (LocalNode owner = open(data, "owner");
        LocalNode other = open(data, "other")) {
      NodeFixture.apply(owner, PLAY.formatted(""));
      awaitOwned(owner);
      produce(20);
      awaitIds(owner, Set.of());
      int group = owner.collections().getFirst().groupId();
      other.replicate(Map.of(group, List.of(0, 1)));
      await(() -> other.replicated().equals(Map.of(group, List.of(0, 1))), "both tails, caught up");
      assertEquals(produced, ids(other, BOTH), "at once all that was there");
      assertEquals(Set.of(), ids(other, Set.of()), "nothing is sealed");
      owner.flush();
      produce(20);
      awaitIds(other, BOTH);
      await(() -> ids(other, Set.of()).size() == 20, "what is sealed");
      assertEquals(reach(owner, Set.of()), reach(other, BOTH));
      assertEquals(Map.of(), owner.unreplicated());

      other.replicate(Map.of(group, List.of(1)));
      await(() -> other.replicated().equals(Map.of(group, List.of(1))), "one tail");
      assertTrue(ids(other, Set.of(1)).size() < produced.size(), "the other is not asked for");
      other.replicate(Map.of());
      await(() -> isRefused(other), "a refusal, as there is no tail any more");
    }
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }

  @Test
  void whoReplicatesATailAndBecomesItsOwnerCountsNothingTwice() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    try (LocalNode owner = open(data, "owner");
        LocalNode other = open(data, "other")) {
      NodeFixture.apply(owner, PLAY.formatted(""));
      awaitOwned(owner);
      int group = owner.collections().getFirst().groupId();
      other.replicate(Map.of(group, List.of(0, 1)));
      produce(30);
      awaitIds(owner, Set.of());
      await(() -> !other.replicated().isEmpty(), "tails");
      awaitIds(other, BOTH);
      // It claims what the owner has not sealed, as if that were gone, and cannot read it again
      // yet.
      logs.away(true);
      logs.suggest("other", BOTH);
      await(
          () -> {
            assertEquals(produced, ids(other, BOTH), "what was answered stays");
            return other.owned().equals(Map.of(group, List.of(0, 1)));
          },
          "partitions of its own");
      assertEquals(produced, ids(other, Set.of()), "its replica stands in for it");
      Set<String> answered = Set.copyOf(produced);
      logs.away(false);
      produce(10);
      await(
          () -> {
            Set<String> ids = ids(other, BOTH);
            assertTrue(ids.containsAll(answered), "what was answered stays");
            return ids.equals(produced);
          },
          "what came since");
      assertEquals(Map.of(), other.replicated(), "what it owns is no replica");
      other.flush();
      assertEquals(produced, ids(other, Set.of()));
      logs.suggest("owner", Set.of());
      owner.replicate(Map.of(group, List.of(0, 1)));
      await(() -> owner.replicated().equals(Map.of(group, List.of(0, 1))), "tails the other way");
      produce(10);
      awaitIds(owner, BOTH);
    }
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }

  @Test
  void whatOneLogDoesNotTellIsNotReplicated() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    try (LocalNode owner = open(data, "owner")) {
      NodeFixture.apply(owner, PLAY.formatted(""));
      int group = owner.collections().getFirst().groupId();
      assertEquals(Map.of(), owner.unreplicated());
      NodeFixture.apply(
          owner,
          PLAY.replace("user: string }", "user: string, so_far: { state: count } }").formatted(""));
      String why = Objects.requireNonNull(owner.unreplicated().get(group));
      assertTrue(why.contains("play") && why.contains("`state`"), why);
    }
  }

  private LocalNode open(Path data, String name) {
    LogSources sources =
        new LogSources() {
          @Override
          public LogSource of(Feed.Kind kind) {
            return logs;
          }

          @Override
          public void close() {
            // The logs outlive the node.
          }
        };
    return LocalNode.open(
        data,
        NodeFixture.BY_HAND.withNode(name),
        new UnforcedDisk(NodeFixture.CLOCK),
        NodeFixture.CLOCK,
        sources);
  }

  private void produce(int count) {
    for (int i = 0; i < count; i++) {
      String id = "e" + produced.size();
      produced.add(id);
      String user = "u" + produced.size() % 7;
      byte[] payload = "{\"id\":\"%s\",\"user\":\"%s\"}".formatted(id, user).getBytes(UTF_8);
      int partition = user.hashCode() & 1;
      logs.append(TOPIC, partition, user.getBytes(UTF_8), payload, List.of());
      if (i % 5 == 0) {
        logs.append(TOPIC, partition, user.getBytes(UTF_8), payload, List.of());
      }
    }
  }

  private static void awaitOwned(LocalNode node) {
    await(
        () -> node.owned().values().stream().mapToInt(List::size).sum() == BOTH.size(),
        "partitions of its own");
  }

  private void awaitIds(LocalNode node, Set<Integer> tails) {
    await(() -> ids(node, tails).equals(produced), "what was produced");
  }

  /// None may be there twice, whenever it is asked.
  private static Set<String> ids(LocalNode node, Set<Integer> tails) {
    Set<String> ids = new HashSet<>();
    try (TableSnapshot snapshot = snapshot(node, tails)) {
      NodeFixture.rows(snapshot)
          .forEach(row -> {
            String id = String.valueOf(row.get("id"));
            assertTrue(ids.add(id), id + " is there twice");
          });
    }
    return ids;
  }

  private static boolean isRefused(LocalNode node) {
    try {
      snapshot(node, Set.of(1)).close();
      return false;
    } catch (TytoException e) {
      assertEquals(ErrorCode.SHARDS_MISSING, e.code());
      return true;
    }
  }

  private static Object reach(LocalNode node, Set<Integer> tails) {
    try (TableSnapshot snapshot = snapshot(node, tails)) {
      return snapshot.facts().reach();
    }
  }

  private static TableSnapshot snapshot(LocalNode node, Set<Integer> tails) {
    QueryContext context = new QueryContext("test", Duration.ofSeconds(30), 1 << 20);
    return node.snapshot("play", tails, context);
  }

  private static void await(BooleanSupplier condition, String what) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "waited 60 s for " + what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }
}
