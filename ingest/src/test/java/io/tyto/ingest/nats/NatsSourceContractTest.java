package io.tyto.ingest.nats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.PublishOptions;
import io.nats.client.PurgeOptions;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.tyto.ingest.log.EventLog;
import io.tyto.ingest.log.LogEntry;
import io.tyto.ingest.log.LogReader;
import io.tyto.ingest.log.LogSource;
import io.tyto.ingest.log.LogSource.Topic;
import io.tyto.ingest.log.LogSourceContract;
import io.tyto.ingest.log.RawEvent;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.testkit.nats.NatsServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Streams of a real server keep the contract of logs; skipped where none is installed.
final class NatsSourceContractTest extends LogSourceContract {
  /// Short, because a test waits for it; long enough for a busy machine.
  private static final Duration DEADLINE = Duration.ofSeconds(4);

  @TempDir static Path folder;
  private static NatsServer server;
  private static NatsSource source;
  private static Connection admin;

  @BeforeAll
  static void start() throws Exception {
    server = NatsServer.start(folder);
    source = new NatsSource(new NatsOptions(server.url(), "", DEADLINE));
    admin =
        Nats.connect(
            Options.builder()
                .server(server.url())
                .maxReconnects(-1)
                .reconnectWait(Duration.ofMillis(100))
                .errorListener(new ErrorListener() {})
                .build());
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      source.close();
      admin.close();
      server.close();
    }
  }

  @Override
  protected LogSource source() {
    return source;
  }

  @Override
  protected boolean hasKeys() {
    return false;
  }

  @Override
  protected void create(String topic) throws Exception {
    create(topic, topic + ".events");
  }

  private static void create(String stream, String... subjects) throws Exception {
    streams().addStream(settings(stream, subjects).build());
  }

  private static StreamConfiguration.Builder settings(String stream, String... subjects) {
    return StreamConfiguration.builder()
        .name(stream)
        .subjects(subjects)
        .storageType(StorageType.File);
  }

  private static JetStreamManagement streams() throws Exception {
    return admin.jetStreamManagement();
  }

  @Override
  protected void delete(String topic) throws Exception {
    streams().deleteStream(topic);
  }

  @Override
  protected void dropBelow(long offset) throws Exception {
    streams().purgeStream(name(), PurgeOptions.builder().sequence(offset).build());
  }

  @Override
  protected void outage() {
    server.pause();
  }

  @Override
  protected void heal() {
    server.resume();
  }

  @Test
  void aServerThatIsKilledAndStartedLosesNothing() throws Exception {
    appendNumbers(0, 10);
    List<RawEvent> before;
    try (EventLog log = open()) {
      before = events(log);
      server.kill();
      server.restart();
      appendNumbers(10, 12);
      List<RawEvent> after = events(log);
      assertEquals(12, after.size());
      for (int i = 0; i < before.size(); i++) {
        assertEquals(before.get(i).offset(), after.get(i).offset());
        assertArrayEquals(before.get(i).payload(), after.get(i).payload());
      }
    }
  }

  @Test
  void aReaderGoesOnOverARestart() throws Exception {
    appendNumbers(0, 5);
    try (EventLog log = open();
        LogReader reader = log.read(log.beginning())) {
      List<String> seen = new ArrayList<>();
      take(reader, 5, seen);
      server.kill();
      server.restart();
      appendNumbers(5, 8);
      take(reader, 8, seen);
      assertEquals(
          List.of(
              "record 0",
              "record 1",
              "record 2",
              "record 3",
              "record 4",
              "record 5",
              "record 6",
              "record 7"),
          seen);
    }
  }

  /// An outage may be told on the way.
  private static void take(LogReader reader, int count, List<String> to) {
    while (to.size() < count) {
      try {
        LogEntry entry = reader.next();
        if (entry != null) {
          to.add(new String(assertInstanceOf(RawEvent.class, entry).payload(), UTF_8));
        }
      } catch (TytoException e) {
        assertEquals(ErrorCode.LOG_UNAVAILABLE, e.code(), e.getMessage());
      }
    }
  }

  @Test
  void theSubjectIsAHeaderThatProducersCannotForge() throws Exception {
    String stream = name() + "-many";
    create(stream, stream + ".>");
    var headers = new io.nats.client.impl.Headers().add("subject", "forged").add("type", "t");
    admin.jetStream().publish(stream + ".eu.orders", headers, "x".getBytes(UTF_8));
    try (EventLog log = source.open(source.describe(stream), 0)) {
      RawEvent event = events(log).getFirst();
      assertEquals(stream + ".eu.orders", new String(event.header("subject"), UTF_8));
      assertEquals("t", new String(event.header("type"), UTF_8));
      assertNull(event.key());
    }
  }

  @Test
  void aTopicOfSomeSubjectsSkipsTheOthersAndReachesTheEnd() throws Exception {
    String stream = name() + "-some";
    create(stream, stream + ".>");
    for (int i = 0; i < 30; i++) {
      String subject = stream + (i % 3 == 0 ? ".eu.orders" : ".us.orders");
      admin.jetStream().publish(subject, ("record " + i).getBytes(UTF_8));
    }
    Topic whole = source.describe(stream);
    Topic some = source.describe(stream + "/" + stream + ".eu.*");
    assertNotEquals(source.logId(whole, 0), source.logId(some, 0));
    try (EventLog log = source.open(some, 0)) {
      assertEquals(31, log.stableEnd());
      List<RawEvent> events = events(log);
      assertEquals(10, events.size());
      for (int i = 0; i < 10; i++) {
        assertEquals(3 * i + 1, events.get(i).offset());
      }
      // The last of the stream is not ours; the reader says that it was passed all the same.
      try (LogReader reader = log.read(29)) {
        while (reader.position() < log.stableEnd()) {
          assertNull(reader.next());
        }
      }
    }
  }

  @Test
  void singleDeletedMessagesAreGapsInTheNumbersOnly() throws Exception {
    appendNumbers(0, 6);
    streams().deleteMessage(name(), 3);
    streams().deleteMessage(name(), 6);
    try (EventLog log = open()) {
      assertEquals(List.of(1L, 2L, 4L, 5L), events(log).stream().map(RawEvent::offset).toList());
    }
  }

  @Test
  void whatRetentionTookWhileAReaderStoodIsAGap() throws Exception {
    appendNumbers(0, 3);
    try (EventLog log = open();
        LogReader reader = log.read(log.beginning())) {
      List<String> seen = new ArrayList<>();
      take(reader, 3, seen);
      reader.next();
      // Of many the reader has fetched some ahead; those below the new beginning are ours or a gap.
      appendNumbers(3, 10);
      dropBelow(9);
      long expected = 4;
      while (reader.position() < log.stableEnd()) {
        LogEntry entry = reader.next();
        if (entry instanceof LogEntry.Gap gap) {
          assertEquals(expected, gap.from());
          assertEquals(9, gap.next());
          expected = gap.next();
        } else if (entry instanceof RawEvent event) {
          assertEquals(expected, event.offset());
          expected = event.offset() + 1;
        }
      }
      assertEquals(11, expected);
    }
  }

  @Test
  void aMessageSentTwiceUnderOneIdIsThereOnce() throws Exception {
    PublishOptions sameId = PublishOptions.builder().messageId("a").build();
    admin.jetStream().publish(name() + ".events", new byte[] {1}, sameId);
    admin.jetStream().publish(name() + ".events", new byte[] {1}, sameId);
    append(new byte[] {2});
    try (EventLog log = open()) {
      List<RawEvent> events = events(log);
      assertEquals(2, events.size());
      // Ours have ids as well, by which a second try is recognised.
      assertTrue(new String(events.get(1).header("Nats-Msg-Id"), UTF_8).length() > 20);
    }
  }

  @Test
  void refusesAStreamThatForgetsWhatOthersRead() throws Exception {
    String stream = name() + "-queue";
    streams()
        .addStream(settings(stream, stream).retentionPolicy(RetentionPolicy.WorkQueue).build());
    TytoException failure = assertThrows(TytoException.class, () -> source.describe(stream));
    assertEquals(ErrorCode.BAD_USER_INPUT, failure.code());
    assertTrue(failure.getMessage().contains("'limits'"), failure.getMessage());
  }

  @Test
  void publishesOnlyWhereTheSubjectIsClear() throws Exception {
    String stream = name() + "-open";
    create(stream, stream + ".>");
    Topic whole = source.describe(stream);
    assertRefusal(ErrorCode.BAD_USER_INPUT, whole, new byte[] {1});
    Topic one = source.describe(stream + "/" + stream + ".eu");
    source.send(one, 0, null, new byte[] {1}, List.of()).get();
    try (EventLog log = source.open(one, 0)) {
      assertEquals(1, events(log).size());
    }
    assertRefusal(ErrorCode.PAYLOAD_TOO_LARGE, one, new byte[17 << 20]);
  }

  private static void assertRefusal(ErrorCode code, Topic topic, byte[] payload) {
    ExecutionException failure =
        assertThrows(
            ExecutionException.class, () -> source.send(topic, 0, null, payload, List.of()).get());
    assertEquals(code, assertInstanceOf(TytoException.class, failure.getCause()).code());
  }

  @Test
  void aServerThatIsNotThereIsUnavailable() {
    try (NatsSource nobody =
        new NatsSource(new NatsOptions("nats://127.0.0.1:1", "", Duration.ofMillis(300)))) {
      TytoException failure = assertThrows(TytoException.class, () -> nobody.describe("any"));
      assertEquals(ErrorCode.LOG_UNAVAILABLE, failure.code());
    }
  }
}
