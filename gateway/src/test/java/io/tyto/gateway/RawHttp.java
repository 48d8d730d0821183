package io.tyto.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/// A connection on which tests send what no client would.
final class RawHttp implements AutoCloseable {
  private static final int MILLIS = 60_000;

  private final Socket socket;

  RawHttp(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(MILLIS);
  }

  static RawHttp to(int port) throws IOException {
    return new RawHttp(new Socket("127.0.0.1", port));
  }

  RawHttp send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  RawHttp send(byte[] bytes) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(bytes);
    out.flush();
    return this;
  }

  /// All that comes until the server hangs up; what breaks off is the end too.
  String untilClosed() throws IOException {
    StringBuilder text = new StringBuilder();
    byte[] some = new byte[1 << 16];
    InputStream in = socket.getInputStream();
    try {
      for (int n = in.read(some); n >= 0; n = in.read(some)) {
        text.append(new String(some, 0, n, StandardCharsets.ISO_8859_1));
      }
    } catch (SocketException e) {
      text.append("(reset)");
    }
    return text.toString();
  }

  /// The head of the next answer.
  String head() throws IOException {
    StringBuilder text = new StringBuilder();
    InputStream in = socket.getInputStream();
    while (text.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return text + "(closed)";
      }
      text.append((char) next);
    }
    return text.toString();
  }

  Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
