package io.tyto.ingest.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tyto.ingest.kafka.TopicGuard.Described;
import io.tyto.ingest.log.LogSource.Topic;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TopicGuardTest {
  private final Map<String, Described> there = new ConcurrentHashMap<>();
  private final CopyOnWriteArrayList<Set<String>> asked = new CopyOnWriteArrayList<>();

  @Test
  void answersForEachTopicAloneAndAsksForThoseOnlyThatAreRead() {
    there.put("a", new Described(new Topic("a", "1", 3), null));
    there.put("hidden", new Described(null, new TytoException(ErrorCode.LOG_UNAVAILABLE, "no")));
    try (TopicGuard guard = new TopicGuard(this::ask, "brokers", Duration.ofSeconds(30))) {
      guard.confirm(new Topic("a", "1", 3));
      assertEquals(ErrorCode.LOG_UNAVAILABLE, refused(guard, new Topic("hidden", "1", 1)));
      assertEquals(ErrorCode.TOPIC_MISSING, refused(guard, new Topic("gone", "1", 1)));
      guard.confirm(new Topic("a", "1", 3));
      assertEquals(Set.of("a"), asked.getLast());
    }
  }

  @Test
  void refusesWhatWasFetchedWhenTheTopicWasMadeAnewOrGrew() {
    there.put("a", new Described(new Topic("a", "1", 3), null));
    try (TopicGuard guard = new TopicGuard(this::ask, "brokers", Duration.ofSeconds(30))) {
      guard.confirm(new Topic("a", "1", 3));
      there.put("a", new Described(new Topic("a", "1", 5), null));
      assertEquals(ErrorCode.LOG_UNAVAILABLE, refused(guard, new Topic("a", "1", 3)));
      guard.confirm(new Topic("a", "1", 5));
      there.put("a", new Described(new Topic("a", "2", 5), null));
      assertEquals(ErrorCode.TOPIC_REPLACED, refused(guard, new Topic("a", "1", 5)));
    }
  }

  private Map<String, Described> ask(Set<String> topics) {
    asked.add(topics);
    Map<String, Described> found = new HashMap<>(there);
    found.keySet().retainAll(topics);
    return found;
  }

  private static ErrorCode refused(TopicGuard guard, Topic topic) {
    return assertThrows(TytoException.class, () -> guard.confirm(topic)).code();
  }
}
