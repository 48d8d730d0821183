package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.gateway.http.HttpOptions;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// TLS and HTTP/2, with certificates that are made by the JDK's own tool.
final class TlsTest {
  /// :method GET, :scheme https, :path /, :authority x, as HPACK has them.
  private static final byte[] HEAD = {(byte) 0x82, (byte) 0x87, (byte) 0x84, 0x41, 1, 'x'};

  private final FakePorts ports = new FakePorts();

  @TempDir private Path folder;
  private Gateway gateway;
  private BigInteger first;

  private TestTls tls;

  @BeforeEach
  void start() throws Exception {
    tls = new TestTls(folder);
    first = tls.write(tls.certificate("RSA"));
    gateway =
        Gateway.start(
            GatewayOptions.defaults().withHttp(HttpOptions.DEFAULT.withTls(tls.files())),
            ports,
            ports,
            ports,
            Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    ports.release.countDown();
    gateway.close();
  }

  private SSLSocket connect(String protocol, String... applications) throws Exception {
    return TestTls.connect(gateway.port(), protocol, applications);
  }

  private BigInteger served() throws Exception {
    try (SSLSocket socket = connect("TLSv1.3")) {
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
    }
  }

  @Test
  void speaksBothVersionsOfHttpOverCurrentTls() throws Exception {
    try (HttpClient client =
        HttpClient.newBuilder()
            .sslContext(TestTls.trustful())
            .version(HttpClient.Version.HTTP_2)
            .build()) {
      for (HttpClient.Version version : HttpClient.Version.values()) {
        if (version.name().equals("HTTP_3")) {
          continue;
        }
        HttpResponse<String> reply =
            client.send(
                HttpRequest.newBuilder(URI.create("https://localhost:" + gateway.port() + "/live"))
                    .version(version)
                    .build(),
                BodyHandlers.ofString());
        assertEquals(200, reply.statusCode());
        assertEquals(version, reply.version());
        assertTrue(reply.headers().firstValue("Strict-Transport-Security").isPresent());
      }
    }
    try (SSLSocket older = connect("TLSv1.2")) {
      assertEquals("TLSv1.2", older.getSession().getProtocol());
    }
    // The operators' address of this machine stays as its commands know it.
    try (RawHttp raw = RawHttp.to(gateway.adminPort())) {
      String head = raw.send("GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").head();
      assertTrue(head.startsWith("HTTP/1.1 200"), head);
    }
    try (RawHttp clear = RawHttp.to(gateway.port())) {
      String reply = clear.send("GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").untilClosed();
      assertTrue(!reply.contains("HTTP/1.1 200"), reply);
    }
  }

  @Test
  void takesANewCertificateWhileServingAndKeepsTheOldOneWhereItIsNone() throws Exception {
    assertEquals(first, served());
    BigInteger second = tls.write(tls.certificate("EC"));
    for (int i = 0; i < 1_200 && !served().equals(second); i++) {
      Thread.sleep(50);
    }
    assertEquals(second, served());
    // Another's key, then nothing that is a key.
    KeyStore other = tls.certificate("EC");
    tls.putKey(other);
    Thread.sleep(3_000);
    assertEquals(second, served());
    tls.put("tls.key", "nonsense");
    BigInteger third = tls.write(other);
    for (int i = 0; i < 1_200 && !served().equals(third); i++) {
      Thread.sleep(50);
    }
    assertEquals(third, served());
  }

  @Test
  void aPairThatDoesNotBelongTogetherStopsTheStart() throws Exception {
    tls.putKey(tls.certificate("RSA"));
    GatewayOptions options =
        GatewayOptions.defaults().withHttp(HttpOptions.DEFAULT.withTls(tls.files()));
    TytoException refused =
        assertThrows(
            TytoException.class,
            () -> Gateway.start(options, ports, ports, ports, Clock.systemUTC()));
    assertEquals(ErrorCode.CONFIG_INVALID, refused.code());
    assertTrue(refused.getMessage().contains("not that of the certificate"), refused.getMessage());
  }

  @Test
  void aServerThatStopsSaysSoOverHttp2() throws Exception {
    try (HttpClient client =
            HttpClient.newBuilder()
                .sslContext(TestTls.trustful())
                .version(HttpClient.Version.HTTP_2)
                .build();
        SSLSocket socket = connect("TLSv1.3", "h2")) {
      String slow =
          "{\"query\":\"{ play { values(dimension: COUNTRY, prefix: \\\"slow\\\") { value } } }\"}";
      CompletableFuture<HttpResponse<String>> answer =
          client.sendAsync(
              HttpRequest.newBuilder(URI.create("https://localhost:" + gateway.port() + "/graphql"))
                  .header("Content-Type", "application/json")
                  .POST(BodyPublishers.ofString(slow))
                  .build(),
              BodyHandlers.ofString());
      assertTrue(ports.started.await(30, TimeUnit.SECONDS));
      CompletableFuture<Void> closed = CompletableFuture.runAsync(gateway::close);
      HttpRequest ready =
          HttpRequest.newBuilder(URI.create("https://localhost:" + gateway.port() + "/ready"))
              .build();
      for (int i = 0;
          i < 600 && client.send(ready, BodyHandlers.ofString()).statusCode() == 200;
          i++) {
        Thread.sleep(50);
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      frame(out, 4, 0, 0, new byte[0]);
      frame(out, 1, 0x5, 1, HEAD);
      socket.getOutputStream().write(out.toByteArray());
      socket.getOutputStream().flush();
      StringBuilder data = new StringBuilder();
      int goneAway = -1;
      int resets = 0;
      DataInputStream in = new DataInputStream(socket.getInputStream());
      while (goneAway < 0 || data.isEmpty()) {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        in.readUnsignedByte();
        in.readInt();
        byte[] payload = in.readNBytes(length);
        switch (type) {
          case 0 -> data.append(new String(payload, StandardCharsets.UTF_8));
          case 3 -> resets++;
          case 7 -> goneAway = ByteBuffer.wrap(payload).getInt(4);
          default -> {} // settings, heads
        }
      }
      assertTrue(data.toString().contains("DRAINING"), data.toString());
      assertEquals(0, goneAway); // NO_ERROR
      assertEquals(0, resets);
      ports.release.countDown();
      assertEquals(200, answer.get(30, TimeUnit.SECONDS).statusCode());
      closed.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void whoBeginsAndCallsOffStreamsWithoutEndIsHungUpOn() throws Exception {
    try (SSLSocket socket = connect("TLSv1.3", "h2")) {
      assertEquals("h2", socket.getApplicationProtocol());
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      frame(out, 4, 0, 0, new byte[0]);
      for (int stream = 1; stream < 2_000; stream += 2) {
        frame(out, 1, 0x5, stream, HEAD);
        frame(out, 3, 0, stream, new byte[] {0, 0, 0, 8});
      }
      socket.getOutputStream().write(out.toByteArray());
      socket.getOutputStream().flush();
      int maxStreams = -1;
      int goneAway = -1;
      DataInputStream in = new DataInputStream(socket.getInputStream());
      try {
        while (true) {
          int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
          int type = in.readUnsignedByte();
          in.readUnsignedByte();
          in.readInt();
          ByteBuffer payload = ByteBuffer.wrap(in.readNBytes(length));
          if (type == 4) {
            while (payload.remaining() >= 6) {
              int setting = payload.getShort();
              int value = payload.getInt();
              maxStreams = setting == 3 ? value : maxStreams;
            }
          } else if (type == 7) {
            goneAway = payload.getInt(4);
          }
        }
      } catch (IOException e) {
        // The end of the connection, in whichever way.
        assertTrue(
            e instanceof EOFException || e instanceof SSLException || e instanceof SocketException,
            e::toString);
      }
      assertEquals(100, maxStreams);
      assertEquals(11, goneAway); // ENHANCE_YOUR_CALM
    }
  }

  private static void frame(
      ByteArrayOutputStream out, int type, int flags, int stream, byte[] payload) {
    out.write(0);
    out.write(payload.length >> 8);
    out.write(payload.length);
    out.write(type);
    out.write(flags);
    out.writeBytes(ByteBuffer.allocate(4).putInt(stream).array());
    out.writeBytes(payload);
  }
}
