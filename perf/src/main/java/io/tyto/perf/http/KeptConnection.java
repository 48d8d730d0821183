package io.tyto.perf.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/// Asks a server on this machine again and again over one connection, and reads each answer to its
/// last byte. A plain socket and no more parsing than it takes to find the end, so that what is
/// measured is the server. Not thread-safe.
public final class KeptConnection implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 120_000;
  private static final byte[] LENGTH = ascii("content-length:");
  private static final int STATUS_AT = "HTTP/1.1 ".length();

  /// A connection that nobody used for so long is made anew: servers end such.
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final int port;
  private Socket socket;
  private InputStream in;
  private OutputStream out;
  private long usedNanos;

  /// The answer as it came, head and body.
  private byte[] buffer = new byte[1 << 14];

  private int bodyAt;
  private int end;

  public KeptConnection(int port) throws IOException {
    this.port = port;
    this.socket = connect(port);
    this.in = socket.getInputStream();
    this.out = socket.getOutputStream();
    this.usedNanos = System.nanoTime();
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    return socket;
  }

  private void connectAnew() throws IOException {
    socket.close();
    socket = connect(port);
    in = socket.getInputStream();
    out = socket.getOutputStream();
  }

  public static byte[] get(String path) {
    return ascii("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  /// A whole request with JSON.
  ///
  /// @param headers such as `Accept: text/plain`
  public static byte[] post(String path, String json, String... headers) {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder("POST ").append(path).append(" HTTP/1.1\r\n");
    head.append("Host: localhost\r\nContent-Type: application/json\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    byte[] first = ascii(head + "Content-Length: " + body.length + "\r\n\r\n");
    byte[] request = Arrays.copyOf(first, first.length + body.length);
    System.arraycopy(body, 0, request, first.length, body.length);
    return request;
  }

  /// The status of the answer; {@link #body} has the rest.
  public int ask(byte[] request) throws IOException {
    long now = System.nanoTime();
    if (now - usedNanos > IDLE_NANOS) {
      connectAnew();
    }
    usedNanos = now;
    out.write(request);
    end = 0;
    int headEnd = -1;
    for (int from = 0; headEnd < 0; ) {
      from = Math.max(0, end - 3);
      read(end + 1);
      headEnd = emptyLine(from);
    }
    bodyAt = headEnd;
    read(bodyAt + length());
    return Integer.parseInt(new String(buffer, STATUS_AT, 3, StandardCharsets.US_ASCII));
  }

  /// The body of the last answer.
  public byte[] body() {
    return Arrays.copyOfRange(buffer, bodyAt, end);
  }

  /// Reads until there are so many bytes.
  private void read(int size) throws IOException {
    if (size > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.max(size, 2 * buffer.length));
    }
    while (end < size) {
      int count = in.read(buffer, end, buffer.length - end);
      if (count < 0) {
        throw new IOException("the server closed the connection");
      }
      end += count;
    }
  }

  private int emptyLine(int from) {
    for (int i = from; i + 4 <= end; i++) {
      if (buffer[i] == '\r' && buffer[i + 1] == '\n' && buffer[i + 2] == '\r') {
        return i + 4;
      }
    }
    return -1;
  }

  private int length() throws IOException {
    for (int line = 0; line < bodyAt; line++) {
      if (startsWithLength(line)) {
        int value = 0;
        for (int i = line + LENGTH.length; buffer[i] != '\r'; i++) {
          value = buffer[i] == ' ' ? value : 10 * value + buffer[i] - '0';
        }
        return value;
      }
      while (buffer[line] != '\n') {
        line++;
      }
    }
    throw new IOException(
        "an answer without a length: " + new String(buffer, 0, bodyAt, StandardCharsets.US_ASCII));
  }

  private boolean startsWithLength(int line) {
    for (int i = 0; i < LENGTH.length; i++) {
      if (line + i >= bodyAt || (buffer[line + i] | 0x20) != (LENGTH[i] | 0x20)) {
        return false;
      }
    }
    return true;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
