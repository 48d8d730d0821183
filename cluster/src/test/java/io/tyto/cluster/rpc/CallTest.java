package io.tyto.cluster.rpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.QueryContext;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallTest {
  private static final Vertx VERTX = Vertx.vertx();
  private static final Duration PLENTY = Duration.ofSeconds(30);

  private final NodeClient client = new NodeClient(VERTX, RpcTls.NONE);
  private NodeServer server = server(Map.of());

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @AfterAll
  static void stop() {
    VERTX.close();
  }

  private static NodeServer server(Map<String, NodeServer.Method> methods) {
    return NodeServer.start(VERTX, "127.0.0.1", 0, RpcTls.NONE, methods);
  }

  private Answer call(String method, NodeServer.Method answer, QueryContext query) {
    server.close();
    server = server(Map.of(method, answer));
    return client.call(address(), method, "{\"n\":1}", query);
  }

  private NodeAddress address() {
    return new NodeAddress("127.0.0.1", server.port());
  }

  private static QueryContext query(Duration deadline) {
    return new QueryContext("q1", deadline, 1 << 20);
  }

  @Test
  void sendsFramesInOrder() {
    NodeServer.Method echo =
        call -> {
          call.head(call.body());
          call.data(new byte[] {1, 2, 3});
          return "{\"memory\":" + call.query().memoryLimitBytes() + "}";
        };
    try (Answer answer = call("echo", echo, query(PLENTY))) {
      assertEquals("{\"n\":1}", answer.next().text());
      assertArrayEquals(new byte[] {1, 2, 3}, answer.next().payload());
      Frame end = answer.next();
      assertSame(Frame.Kind.END, end.kind());
      assertEquals("{\"memory\":1048576}", end.text());
    }
  }

  @Test
  void theSenderWaitsForTheReader() throws InterruptedException {
    int frames = 200;
    AtomicInteger sent = new AtomicInteger();
    NodeServer.Method many =
        call -> {
          for (int i = 0; i < frames; i++) {
            call.data(new byte[1 << 20]);
            sent.incrementAndGet();
          }
          return "{}";
        };
    try (Answer answer = call("many", many, query(PLENTY))) {
      answer.next();
      int before = -1;
      while (before != sent.get()) {
        before = sent.get();
        Thread.sleep(300);
      }
      assertTrue(before < frames / 2, before + " MB were sent to who reads nothing");
      for (int i = 1; i < frames; i++) {
        assertSame(Frame.Kind.DATA, answer.next().kind());
      }
      assertSame(Frame.Kind.END, answer.next().kind());
    }
  }

  @Test
  void whoLeavesStopsTheOther() throws InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    NodeServer.Method endless =
        call -> {
          call.head("{}");
          try {
            while (true) {
              call.query().check();
              Thread.onSpinWait();
            }
          } catch (TytoException e) {
            stopped.countDown();
            throw e;
          }
        };
    try (Answer answer = call("endless", endless, query(PLENTY))) {
      answer.next();
    }
    assertTrue(stopped.await(20, TimeUnit.SECONDS));
  }

  @Test
  void errorsKeepTheirNames() {
    NodeServer.Method refusing =
        call -> {
          throw new TytoException(ErrorCode.UNKNOWN_COLLECTION, "there is no collection x");
        };
    try (Answer answer = call("refusing", refusing, query(PLENTY))) {
      TytoException error = assertThrows(TytoException.class, answer::next);
      assertSame(ErrorCode.UNKNOWN_COLLECTION, error.code());
      assertEquals("there is no collection x", error.getMessage());
    }
  }

  @Test
  void theDeadlineGoesForTheOtherNodeToo() {
    NodeServer.Method slow =
        call -> {
          while (true) {
            call.query().check();
            Thread.onSpinWait();
          }
        };
    try (Answer answer = call("slow", slow, query(Duration.ofMillis(300)))) {
      TytoException error = assertThrows(TytoException.class, answer::next);
      assertSame(ErrorCode.QUERY_TIMEOUT, error.code());
    }
  }

  @Test
  void aNodeThatIsNotThereIsUnreachable() {
    NodeAddress address = address();
    server.close();
    try (Answer answer = client.call(address, "echo", "{}", query(PLENTY))) {
      UnreachableException error = assertThrows(UnreachableException.class, answer::next);
      assertEquals(address, error.node());
    }
  }

  @Test
  void aNodeThatStopsInTheMiddleIsUnreachable() {
    NodeServer.Method half =
        call -> {
          call.head("{}");
          while (true) {
            call.query().check();
            Thread.onSpinWait();
          }
        };
    try (Answer answer = call("half", half, query(PLENTY))) {
      answer.next();
      server.close();
      assertThrows(UnreachableException.class, answer::next);
    }
  }

  @Test
  void howACallEndsIsTold() {
    List<String> told = new CopyOnWriteArrayList<>();
    client.listen((method, outcome, nanos) -> told.add(method + " " + outcome + " " + (nanos > 0)));
    Answer good = call("good", call -> "{}", query(PLENTY));
    good.next();
    good.close();
    good.close();
    NodeServer.Method refusing =
        call -> {
          throw new TytoException(ErrorCode.UNKNOWN_COLLECTION, "there is no collection x");
        };
    try (Answer answer = call("bad", refusing, query(PLENTY))) {
      assertThrows(TytoException.class, answer::next);
    }
    NodeServer.Method longer =
        call -> {
          call.head("{}");
          return "{}";
        };
    try (Answer answer = call("more", longer, query(PLENTY))) {
      answer.next();
    }
    NodeAddress address = address();
    server.close();
    try (Answer answer = client.call(address, "gone", "{}", query(PLENTY))) {
      assertThrows(UnreachableException.class, answer::next);
    }
    assertEquals(
        List.of("good OK true", "bad FAILED true", "more LEFT true", "gone UNREACHABLE true"),
        told);
  }

  @Test
  void whatIsNoCallIsRefusedInWords() {
    try (Answer answer = call("echo", call -> "{}", query(PLENTY));
        Answer other = client.call(address(), "nothing", "{}", query(PLENTY))) {
      answer.next();
      UnreachableException error = assertThrows(UnreachableException.class, other::next);
      assertTrue(String.valueOf(error.getMessage()).contains("no such call: /rpc/nothing"));
    }
  }
}
