package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Requests whose end two readers could see in two places: none is answered as one request by the
/// first reader and as two by us.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SmugglingTest {
  private static final int MILLIS = 20_000;
  private static final String SMUGGLED =
      "GET /live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

  private final FakePorts ports = new FakePorts();
  private final Gateway gateway =
      Gateway.start(GatewayOptions.defaults(), ports, ports, ports, Clock.systemUTC());

  @AfterAll
  void stop() {
    gateway.close();
  }

  private static String post(String headers, String body) {
    return "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        + headers
        + "\r\n"
        + body;
  }

  private static Map<String, String> attacks() {
    Map<String, String> attacks = new LinkedHashMap<>();
    attacks.put(
        "two lengths", post("Content-Length: 2\r\nContent-Length: 40\r\n", "{}" + SMUGGLED));
    attacks.put("a list of lengths", post("Content-Length: 2, 40\r\n", "{}" + SMUGGLED));
    attacks.put("a length with a sign", post("Content-Length: +2\r\n", "{}" + SMUGGLED));
    attacks.put("a length that is none", post("Content-Length: 0x2\r\n", "{}" + SMUGGLED));
    attacks.put("a negative length", post("Content-Length: -1\r\n", "{}" + SMUGGLED));
    attacks.put("a length beyond all", post("Content-Length: 99999999999999999999\r\n", "{}"));
    attacks.put(
        "a chunk size that is none",
        post("Transfer-Encoding: chunked\r\n", "2x\r\n{}\r\n0\r\n\r\n" + SMUGGLED));
    attacks.put(
        "a negative chunk",
        post("Transfer-Encoding: chunked\r\n", "-2\r\n{}\r\n0\r\n\r\n" + SMUGGLED));
    attacks.put(
        "a chunk size beyond all",
        post("Transfer-Encoding: chunked\r\n", "ffffffffffffffff2\r\n{}\r\n0\r\n\r\n" + SMUGGLED));
    attacks.put("a space before the colon", post("Content-Length : 2\r\n", "{}" + SMUGGLED));
    attacks.put("a NUL in a header", post("X: a\0b\r\nContent-Length: 2\r\n", "{}" + SMUGGLED));
    return attacks;
  }

  private String answer(String request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
      socket.setSoTimeout(MILLIS);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the connection stays open after " + request, e);
    } catch (IOException _) {
      return ""; // reset: no answer at all
    }
  }

  private static int answers(String text) {
    return text.split("HTTP/1\\.1 ", -1).length - 1;
  }

  @Test
  void noEndIsDoubtful() throws IOException {
    for (Map.Entry<String, String> attack : attacks().entrySet()) {
      String answer = answer(attack.getValue());
      assertTrue(answers(answer) <= 1, attack.getKey() + ": " + answer);
      assertTrue(
          answer.isEmpty() || answer.startsWith("HTTP/1.1 400"), attack.getKey() + ": " + answer);
    }
  }

  /// Of both, the chunks count, as the standard has it for who goes on at all; and nothing else is
  /// taken from the connection, as it has it too.
  @Test
  void aLengthBesideChunksEndsTheConnection() throws IOException {
    String both =
        post(
            "Content-Length: 7\r\nTransfer-Encoding: chunked\r\n",
            "2\r\n{}\r\n0\r\n\r\n" + SMUGGLED);
    String answer = answer(both);
    assertTrue(answers(answer) <= 1, answer);
  }

  @Test
  void goodOnesAreAnswered() throws IOException {
    assertEquals(2, answers(answer(post("Content-Length: 2\r\n", "{}") + SMUGGLED)));
  }
}
