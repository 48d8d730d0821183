package io.tyto.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Bodies of many requests at once.
final class BodiesTest {
  private static final int MOST = 100_000;

  private final Vertx vertx = Vertx.vertx();
  private final BodyBytes bytes = new BodyBytes(MOST, "bodies");
  private HttpServer server;

  @BeforeEach
  void start() {
    server =
        vertx
            .createHttpServer()
            .requestHandler(request ->
                Bodies.read(request, MOST, HttpOptions.DEFAULT, "test", bytes)
                    .whenComplete((body, failure) -> {
                      if (failure == null) {
                        Replies.json(request, 200, body.length);
                      } else {
                        Replies.failure(request, failure);
                      }
                    }))
            .listen(0, "127.0.0.1")
            .await();
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  private Socket begin(int length) throws IOException {
    Socket socket = new Socket("127.0.0.1", server.actualPort());
    socket.setSoTimeout(30_000);
    write(socket, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\n\r\n");
    return socket;
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  private static String head(Socket socket) throws IOException {
    StringBuilder text = new StringBuilder();
    InputStream in = socket.getInputStream();
    for (int next = in.read(); next >= 0 && text.indexOf("\r\n\r\n") < 0; next = in.read()) {
      text.append((char) next);
    }
    return text.toString();
  }

  @Test
  void allBodiesTogetherHaveABound() throws Exception {
    try (Socket slow = begin(80_001)) {
      write(slow, "a".repeat(80_000));
      while (bytes.taken() < 80_000) {
        Thread.sleep(5);
      }
      try (Socket other = begin(30_000)) {
        write(other, "b".repeat(30_000));
        String refused = head(other);
        assertTrue(refused.startsWith("HTTP/1.1 503"), refused);
        assertTrue(refused.toLowerCase(java.util.Locale.ROOT).contains("retry-after:"), refused);
      }
      write(slow, "a");
      assertTrue(head(slow).startsWith("HTTP/1.1 200"));
    }
    assertEquals(0, bytes.taken());
    try (Socket again = begin(30_000)) {
      write(again, "b".repeat(30_000));
      assertTrue(head(again).startsWith("HTTP/1.1 200"));
    }
    try (Socket left = begin(30_000)) {
      write(left, "b".repeat(20_000));
      while (bytes.taken() == 0) {
        Thread.sleep(5);
      }
    }
    while (bytes.taken() > 0) {
      Thread.sleep(5); // until it is noticed that it has left
    }
  }

  @Test
  void answersThatNobodyReadsHaveABoundTogether() throws Exception {
    // More than the kernel keeps for a connection.
    Buffer answer = Buffer.buffer(new byte[16 << 20]);
    BodyBytes answers = new BodyBytes(20 << 20, "answers");
    HttpServer big =
        vertx
            .createHttpServer()
            .requestHandler(request -> {
              request.response().putHeader("Cache-Control", "max-age=3600");
              Replies.send(request, 200, "text/plain", answer, answers);
            })
            .listen(0, "127.0.0.1")
            .await();
    try (Socket deaf = new Socket("127.0.0.1", big.actualPort())) {
      write(deaf, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      while (answers.taken() == 0) {
        Thread.sleep(5);
      }
      try (Socket other = new Socket("127.0.0.1", big.actualPort())) {
        write(other, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        String refused = head(other);
        assertTrue(refused.startsWith("HTTP/1.1 503"), refused);
        assertTrue(refused.toLowerCase(java.util.Locale.ROOT).contains("retry-after:"), refused);
        assertFalse(refused.contains("max-age"), refused);
      }
    }
    while (answers.taken() > 0) {
      Thread.sleep(5); // until it is noticed that it has left
    }
    try (Socket again = new Socket("127.0.0.1", big.actualPort())) {
      write(again, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      assertTrue(head(again).startsWith("HTTP/1.1 200"));
    }
  }
}
