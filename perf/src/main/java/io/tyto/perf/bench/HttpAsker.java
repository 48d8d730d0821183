package io.tyto.perf.bench;

import io.tyto.gateway.Gateway;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/// Asks the same questions as a user does: GraphQL by POST over a kept connection to the server's
/// own gateway, the answer read to its last byte. The client is a plain socket, so that what is
/// measured is the server. Not thread-safe.
final class HttpAsker implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 60_000;
  private static final String LENGTH = "content-length:";

  private final Gateway gateway;
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  HttpAsker(Gateway gateway) throws IOException {
    this.gateway = gateway;
    this.socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    this.in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    this.out = socket.getOutputStream();
  }

  /// The whole request for a GraphQL document.
  static byte[] request(String document) {
    byte[] body = JsonTree.write(Map.of("query", document)).getBytes(StandardCharsets.UTF_8);
    byte[] head =
        ("POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Accept: application/graphql-response+json\r\nContent-Length: "
                + body.length
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] request = java.util.Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, request, head.length, body.length);
    return request;
  }

  /// The answer's body.
  byte[] ask(byte[] request) {
    try {
      out.write(request);
      String status = line();
      int length = -1;
      for (String header = line(); !header.isEmpty(); header = line()) {
        if (header.toLowerCase(Locale.ROOT).startsWith(LENGTH)) {
          length = Integer.parseInt(header.substring(LENGTH.length()).strip());
        }
      }
      if (length < 0) {
        throw new IllegalStateException("an answer without a length: " + status);
      }
      byte[] body = in.readNBytes(length);
      if (!status.startsWith("HTTP/1.1 200 ")) {
        throw new IllegalStateException(status + " " + new String(body, StandardCharsets.UTF_8));
      }
      return body;
    } catch (IOException e) {
      throw new IllegalStateException("no answer over HTTP", e);
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new IOException("the server closed the connection");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  /// Throws where a part of the answer is an error.
  void check(byte[] request) {
    String text = new String(ask(request), StandardCharsets.UTF_8);
    if (text.contains("\"errors\":")) {
      throw new IllegalStateException(text.substring(0, Math.min(500, text.length())));
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
    gateway.close();
  }
}
