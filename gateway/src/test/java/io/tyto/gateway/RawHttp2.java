package io.tyto.gateway;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// The client's end of an HTTP/2 connection, frame by frame.
final class RawHttp2 implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RESET = 3;
  static final int SETTINGS = 4;
  static final int WINDOW_UPDATE = 8;
  static final int END_STREAM = 1;

  private static final int END_HEADERS = 4;
  private static final int ACKNOWLEDGED = 1;
  private static final int INITIAL_WINDOW = 4;

  private final SSLSocket socket;
  private final DataInputStream in;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  record Frame(int type, int flags, int stream, ByteBuffer payload) {}

  /// @param socket on which HTTP/2 was agreed
  /// @param window of each stream, in bytes
  RawHttp2(SSLSocket socket, int window) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(socket.getInputStream());
    out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    write(
        SETTINGS,
        0,
        0,
        ByteBuffer.allocate(6).putShort((short) INITIAL_WINDOW).putInt(window).array());
  }

  /// Collects a frame; sent by {@link #flush}.
  RawHttp2 write(int type, int flags, int stream, byte[] payload) {
    out.write(0);
    out.write(payload.length >> 8);
    out.write(payload.length);
    out.write(type);
    out.write(flags);
    out.writeBytes(ByteBuffer.allocate(4).putInt(stream).array());
    out.writeBytes(payload);
    return this;
  }

  /// A whole request without a body, of a path of at most 126 characters.
  RawHttp2 get(int stream, String path) {
    // :method GET, :scheme https, :authority, :path, as HPACK has them.
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    head.writeBytes(new byte[] {(byte) 0x82, (byte) 0x87});
    text(head, 0x41, "127.0.0.1");
    text(head, 0x44, path);
    return write(HEADERS, END_HEADERS | END_STREAM, stream, head.toByteArray());
  }

  private static void text(ByteArrayOutputStream head, int name, String value) {
    head.write(name);
    head.write(value.length());
    head.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
  }

  RawHttp2 open(int stream, int bytes) {
    return write(WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(bytes).array());
  }

  void flush() throws IOException {
    socket.getOutputStream().write(out.toByteArray());
    socket.getOutputStream().flush();
    out.reset();
  }

  /// The next frame; null at the end of the connection, in whichever way it comes. The server's
  /// settings are acknowledged.
  @Nullable Frame read() throws IOException {
    try {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      Frame frame = new Frame(type, flags, stream, ByteBuffer.wrap(in.readNBytes(length)));
      if (type == SETTINGS && flags != ACKNOWLEDGED) {
        write(SETTINGS, ACKNOWLEDGED, 0, new byte[0]).flush();
      }
      return frame;
    } catch (EOFException | SSLException | SocketException e) {
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
