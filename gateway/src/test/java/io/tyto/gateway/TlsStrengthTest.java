package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.gateway.http.HttpOptions;
import java.io.DataInputStream;
import java.math.BigInteger;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What TLS takes and what it does not, asked as the tools of testers ask.
final class TlsStrengthTest {
  private static final int ECDHE_RSA_AES_128_GCM = 0xC02F;
  private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

  @TempDir private Path folder;
  private TestTls tls;
  private Gateway gateway;

  @BeforeEach
  void start() throws Exception {
    tls = new TestTls(folder);
    tls.write(tls.certificate("RSA"));
    FakePorts ports = new FakePorts();
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
    gateway.close();
  }

  private BigInteger served() throws Exception {
    try (SSLSocket socket = TestTls.connect(gateway.port(), "TLSv1.3")) {
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
    }
  }

  @Test
  void olderProtocolsAreRefused() throws Exception {
    TlsProbe probe = new TlsProbe(gateway.port());
    int[] current = {ECDHE_RSA_AES_128_GCM};
    assertEquals(TlsProbe.chosen(ECDHE_RSA_AES_128_GCM), probe.hello(0x0303, current), "TLS 1.2");
    for (int version : new int[] {0x0300, 0x0301, 0x0302}) {
      int[] then = {0xC013, 0xC014, 0x002F, 0x0035, 0x000A};
      assertEquals(
          TlsProbe.PROTOCOL_VERSION, probe.hello(version, then), Integer.toHexString(version));
    }
  }

  @Test
  void whatHasNoForwardSecrecyOrNoAuthenticatedEncryptionIsRefused() throws Exception {
    TlsProbe probe = new TlsProbe(gateway.port());
    for (int good : new int[] {ECDHE_RSA_AES_128_GCM, 0xC030, 0xCCA8}) {
      assertEquals(TlsProbe.chosen(good), probe.hello(0x0303, good));
    }
    // Each of these is in use somewhere: none, export, RC4, single and triple DES, anonymous, the
    // server's key itself, Diffie-Hellman of a fixed group, and whatever chains blocks.
    int[] weak = {
      0x0001, 0x0002, 0x003B, 0x0003, 0x0008, 0x0014, 0x0004, 0x0005, 0xC011, 0x0009, 0x000A,
          0x0016,
      0xC012, 0x0018, 0x0034, 0x006D, 0xC018, 0x002F, 0x0035, 0x003C, 0x009C, 0x009D, 0x0033,
          0x0067,
      0x009E, 0x009F, 0xCCAA, 0xC013, 0xC014, 0xC027, 0xC028
    };
    assertEquals(TlsProbe.HANDSHAKE_FAILURE, probe.hello(0x0303, weak), "all at once");
    for (int cipher : weak) {
      assertEquals(
          TlsProbe.HANDSHAKE_FAILURE, probe.hello(0x0303, cipher), Integer.toHexString(cipher));
    }
  }

  @Test
  void clientsMayNotBeginAnew() throws Exception {
    String told = "";
    try (SSLSocket socket = TestTls.connect(gateway.port(), "TLSv1.2")) {
      socket.startHandshake(); // what would cost us much and them little
      socket
          .getOutputStream()
          .write(
              "GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
      told = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (SSLException | SocketException refused) {
      // In this way, or without a word.
    }
    assertEquals("", told, "nothing is answered on a second handshake");
  }

  @Test
  void noRequestIsLostWhileCertificatesChange() throws Exception {
    AtomicBoolean isOver = new AtomicBoolean();
    AtomicInteger answered = new AtomicInteger();
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      boolean isKept = i % 2 == 0;
      clients.add(
          Thread.startVirtualThread(() -> {
            try {
              while (!isOver.get()) {
                ask(isKept ? 50 : 1, answered);
              }
            } catch (Exception | AssertionError e) {
              failures.add(e);
            }
          }));
    }
    for (String algorithm : List.of("EC", "RSA")) {
      BigInteger next = tls.write(tls.certificate(algorithm));
      for (int i = 0; i < 1_200 && !served().equals(next); i++) {
        Thread.sleep(50);
      }
      assertEquals(next, served());
    }
    isOver.set(true);
    for (Thread client : clients) {
      client.join();
    }
    assertEquals(List.of(), failures);
    assertTrue(answered.get() > 4, () -> answered + " requests");
  }

  /// So many requests on one connection.
  private void ask(int count, AtomicInteger answered) throws Exception {
    try (SSLSocket socket = TestTls.connect(gateway.port(), "TLSv1.3")) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      for (int i = 0; i < count; i++) {
        socket
            .getOutputStream()
            .write(
                "GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
          head.append((char) in.readUnsignedByte());
        }
        assertTrue(head.toString().startsWith("HTTP/1.1 200"), head::toString);
        Matcher length = LENGTH.matcher(head);
        assertTrue(length.find(), head::toString);
        in.readFully(new byte[Integer.parseInt(length.group(1))]);
        answered.incrementAndGet();
      }
    }
  }
}
