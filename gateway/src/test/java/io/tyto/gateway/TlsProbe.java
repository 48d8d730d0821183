package io.tyto.gateway;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;

/// Says the first words of TLS as clients do that the JDK would not be, and tells what comes back.
final class TlsProbe {
  static final String PROTOCOL_VERSION = "alert 70";
  static final String HANDSHAKE_FAILURE = "alert 40";

  private static final int ALERT = 21;
  private static final int HANDSHAKE = 22;
  private static final int CLIENT_HELLO = 1;
  private static final int RANDOM_BYTES = 32;
  private static final int TIMEOUT_MILLIS = 20_000;

  /// Elliptic curves: x25519, secp256r1.
  private static final int[] GROUPS = {0x001D, 0x0017};

  /// RSA and ECDSA with SHA-256, PSS with SHA-256, RSA with SHA-1.
  private static final int[] SIGNATURES = {0x0401, 0x0403, 0x0804, 0x0201};

  private final int port;

  TlsProbe(int port) {
    this.port = port;
  }

  static String chosen(int cipher) {
    return "cipher " + Integer.toHexString(cipher);
  }

  /// Offers these ciphers alone, and no version but this: the cipher that is chosen, or the alert.
  String hello(int version, int... ciphers) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.getOutputStream().write(record(version, body(version, ciphers)));
      DataInputStream in = new DataInputStream(socket.getInputStream());
      int type = in.readUnsignedByte();
      in.readUnsignedShort();
      byte[] content = in.readNBytes(in.readUnsignedShort());
      if (type == ALERT) {
        return "alert " + content[1];
      }
      if (type != HANDSHAKE) {
        return "record " + type;
      }
      int session = 4 + 2 + RANDOM_BYTES;
      int cipher = session + 1 + content[session];
      return chosen((content[cipher] & 0xFF) << 8 | content[cipher + 1] & 0xFF);
    }
  }

  private static byte[] record(int version, byte[] hello) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte(HANDSHAKE);
    out.writeShort(version);
    out.writeShort(hello.length + 4);
    out.writeByte(CLIENT_HELLO);
    out.writeByte(0);
    out.writeShort(hello.length);
    out.write(hello);
    return bytes.toByteArray();
  }

  private static byte[] body(int version, int[] ciphers) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeShort(version);
    out.write(new byte[RANDOM_BYTES]);
    out.writeByte(0); // no session
    list(out, ciphers);
    out.writeByte(1); // one compression:
    out.writeByte(0); // none
    ByteArrayOutputStream extensions = new ByteArrayOutputStream();
    DataOutputStream extension = new DataOutputStream(extensions);
    extension.writeShort(10);
    extension.writeShort(2 + 2 * GROUPS.length);
    list(extension, GROUPS);
    extension.writeShort(11); // points as they are
    extension.writeShort(2);
    extension.writeShort(0x0100);
    extension.writeShort(13);
    extension.writeShort(2 + 2 * SIGNATURES.length);
    list(extension, SIGNATURES);
    out.writeShort(extensions.size());
    out.write(extensions.toByteArray());
    return bytes.toByteArray();
  }

  private static void list(DataOutputStream out, int[] numbers) throws IOException {
    out.writeShort(2 * numbers.length);
    for (int number : numbers) {
      out.writeShort(number);
    }
  }
}
